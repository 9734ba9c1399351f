"""The outbox: facts, and who must hear them.

`record` writes a fact and one delivery for each reaction to it, in the running transaction: if the
transaction commits, every reaction will happen; if it rolls back, none will. A reaction and the end of its
delivery are one transaction, so a crash at any line costs a repeat of nothing.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, ClassVar, cast
from uuid import UUID

from pydantic import TypeAdapter

from app.core import clock, db
from app.core.ids import new_id
from app.core.streams import bus

#: The topic whose message wakes the workers.
DELIVERIES = "deliveries"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened: past tense, ids and values only.

    A field that is added gets a default; any other change of shape raises `version`.
    """

    version_of_shape: ClassVar[int] = 1


Reaction = Callable[[Any], Awaitable[None]]

#: A fact that everybody has heard is history; the rooms' own tables say how things are.
FACTS_KEPT = timedelta(days=90)
#: Deleted in one transaction at most: nobody waits behind it for long.
_FORGOTTEN_AT_ONCE = 5_000

_facts: dict[str, type[Fact]] = {}
_reactions: dict[type[Fact], dict[str, Reaction]] = {}


def register(reactions: Mapping[type[Any], Iterable[Reaction]]) -> None:
    """Let these reactions hear these facts from now on; they do not hear what was recorded before."""
    for fact, heard_by in reactions.items():
        _facts[fact.__name__] = fact
        _reactions.setdefault(fact, {}).update({name_of(each): each for each in heard_by})


def name_of(reaction: Reaction) -> str:
    """What a delivery calls a reaction, such as notifications.tell_leader: renaming one needs a migration."""
    room = reaction.__module__.removeprefix("app.").partition(".")[0]
    return f"{room}.{reaction.__name__}"


def reaction(fact: str, name: str) -> Reaction | None:
    """The reaction of this name to the fact of this name; None where this process knows of none."""
    known = _facts.get(fact)
    return _reactions[known].get(name) if known else None


def read(name: str, payload: str) -> Fact:
    """A fact as it was recorded."""
    return _adapter(cast("Any", _facts[name])).validate_json(payload)


def can_read(name: str, version: int) -> bool:
    """Whether this process knows the shape in which a fact was recorded."""
    return name in _facts and version <= _facts[name].version_of_shape


async def record(fact: Fact) -> None:
    """Record a fact and who must hear it, in the running transaction; workers are woken by the commit."""
    if not db.in_transaction():
        raise RuntimeError("a fact is recorded in the transaction that makes it happen")
    now = await clock.now()
    fact_id = new_id()
    await db.execute(
        "INSERT INTO facts (id, name, version, payload, recorded_at) VALUES ($1, $2, $3, $4, $5)",
        fact_id,
        type(fact).__name__,
        fact.version_of_shape,
        _adapter(cast("Any", type(fact))).dump_json(fact).decode(),
        now,
    )
    heard_by = _reactions.get(type(fact), {})
    if not heard_by:
        return
    await db.execute_each(
        "INSERT INTO deliveries (id, fact_id, reaction, available_at, attempts) VALUES ($1, $2, $3, $4, 0)",
        [(new_id(), fact_id, name, now) for name in heard_by],
    )
    db.after_commit(lambda: bus().publish(DELIVERIES, 0))


async def forget_old() -> int:
    """Delete some facts that are older than they are kept, never one that somebody has yet to hear; how many."""
    return await db.execute(_FORGET, await clock.now() - FACTS_KEPT, _FORGOTTEN_AT_ONCE)


_FORGET = """
DELETE FROM facts WHERE id IN (
  SELECT f.id FROM facts f
   WHERE f.recorded_at < $1 AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.fact_id = f.id)
   LIMIT $2)
"""


@cache
def _adapter(fact: Any) -> TypeAdapter[Fact]:
    return TypeAdapter(fact)


@dataclass(frozen=True, slots=True)
class DueDelivery:
    """A delivery that this worker holds the lease of, with its fact."""

    id: UUID
    reaction: str
    attempts: int
    name: str
    version: int
    payload: str
