"""Things that can be moderated and belong to no room, and what waits for a decision."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.core import db
from app.core.ids import UserId, new_id
from app.core.targets import Target
from app.moderation import actions, ports
from app.moderation.ports import ShownThing
from app.moderation.states import Decision, Why

#: A kind that only tests know.
NOTE = "testnote"


@dataclass(slots=True)
class Note:
    """What somebody wrote on a wall that only tests know."""

    author: UserId
    text: str
    is_public: bool = True


class Wall:
    """The room of the notes: what moderation asks and tells it."""

    notes: ClassVar[dict[UUID, Note]] = {}
    told: ClassVar[list[tuple[UUID, Decision, str]]] = []

    async def shown(self, thing: UUID, /) -> ShownThing | None:
        note = self.notes.get(thing)
        return ShownThing(author=note.author, text=note.text) if note else None

    async def may_be_reported(self, thing: UUID, /) -> bool:
        return self.notes[thing].is_public

    async def decided(self, thing: UUID, decision: Decision, reason: str, /) -> None:
        self.told.append((thing, decision, reason))
        if thing in self.notes:
            self.notes[thing].is_public = decision is not Decision.REMOVE


def a_note(author: UserId, text: str = "好茶，回购了", *, is_public: bool = True) -> Target:
    """Something that this person wrote."""
    ports.register(NOTE, Wall())
    target = Target(NOTE, new_id())
    Wall.notes[target.id] = Note(author, text, is_public)
    return target


def withdrawn(target: Target) -> None:
    """Its author has taken it back."""
    del Wall.notes[target.id]


def told_of(target: Target) -> list[tuple[Decision, str]]:
    """What the room has been told of a note, in order."""
    return [(decision, reason) for thing, decision, reason in Wall.told if thing == target.id]


async def a_queued_note(author: UserId, *, why: Why = Why.WORD, text: str = "加微信看看") -> tuple[Target, UUID]:
    """A note that waits for a person, and its item."""
    target = a_note(author, text, is_public=False)
    async with db.transaction():
        item = await actions.put_in_queue(target=target, author=author, why=[why], text=text)
    return target, item
