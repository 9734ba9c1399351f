"""The port through which moderation asks what it decides on, and tells the room that owns it.

A thing belongs to a room above. That room answers here for each kind of thing of its own, when the process starts;
a kind that nobody answers for can be neither reported nor queued.
"""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from app.core.ids import UserId
from app.core.targets import Target
from app.moderation.states import Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownThing:
    """A thing as it is now, for who decides on it."""

    author: UserId
    #: All that people read of it, title and body with a line between.
    text: str
    #: Below the media folder.
    picture_paths: tuple[str, ...] = ()


class ModeratedThing(Protocol):
    """What a room answers for one kind of thing. All run in the caller's transaction."""

    async def shown(self, thing: UUID, /) -> ShownThing | None:
        """The thing as it is now, also one that waits or was removed; None where it is not there or withdrawn."""

    async def may_be_reported(self, thing: UUID, /) -> bool:
        """Whether people can read it now: what they cannot see they cannot object to."""

    async def decided(self, thing: UUID, decision: Decision, reason: str, /) -> None:
        """A person has decided. It must not refuse: what is withdrawn meanwhile stays so. A repeat changes nothing."""


_things: dict[str, ModeratedThing] = {}


def register(kind: str, answers: ModeratedThing) -> None:
    """Say who answers for things of a kind; the kinds are those of the public ids."""
    _things[kind] = answers


def is_moderated(kind: str) -> bool:
    """Whether somebody answers for things of this kind."""
    return kind in _things


def of(kind: str) -> ModeratedThing:
    """Who answers for things of this kind."""
    return _things[kind]


async def shown(target: Target) -> ShownThing | None:
    """A thing as it is now; None where it is not there, or nobody answers for its kind."""
    return await _things[target.kind].shown(target.id) if target.kind in _things else None
