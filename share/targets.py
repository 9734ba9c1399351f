"""The port through which sharing asks what a link leads to.

The room that a thing lives in does not know that it is shared; a reader, registered when the process starts, says
what to call it and where it opens. A kind without a reader cannot be shared.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from app.core.errors import TargetNotFound
from app.core.targets import Target
from share.errors import TargetNotShareable


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedThing:
    """A thing that links lead to."""

    target: Target
    title: str
    #: Below the media folder.
    picture_path: str | None
    #: When links to it expire; None where they do not.
    expires_at: datetime | None
    #: The mini-program's page with what it needs to find the thing, such as `/pages/group?g=G23456789AB`.
    path: str
    #: Whether new links to it may be made, such as to a group that never came to be.
    is_shareable: bool = True


class TargetReader(Protocol):
    """Reads things of one kind. Anybody may ask: it gives what the public may see."""

    async def __call__(self, thing: UUID, /) -> SharedThing | None:
        """The thing as it is now; None where it is not there, or withdrawn. Awaits nothing but statements."""


_readers: dict[str, TargetReader] = {}


def register(kind: str, reader: TargetReader) -> None:
    """Say who reads things of a kind; the kinds are those of the public ids."""
    _readers[kind] = reader


async def read(target: Target) -> SharedThing | None:
    """What a link leads to; None where it is not there any more."""
    reader = _readers.get(target.kind)
    return await reader(target.id) if reader else None


async def is_there(kind: str, thing: UUID) -> bool:
    """Whether the public may see a thing."""
    return await read(Target(kind, thing)) is not None


async def shareable(target: Target) -> SharedThing:
    """A thing that somebody wants to share. TargetNotShareable, TargetNotFound."""
    if target.kind not in _readers:
        raise TargetNotShareable
    thing = await read(target)
    if thing is None:
        raise TargetNotFound
    if not thing.is_shareable:
        raise TargetNotShareable
    return thing
