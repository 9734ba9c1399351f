"""Streams: what changes under a topic, and how far it has come.

A stream's sequence is taken under the stream's own row lock in the committing transaction, so whoever has
seen N misses nothing below it. (Ids, serials and times are not commit order.) Each room that owns streams
says how to read their heads; comparing those with what was announced finds what the bus has lost.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from app.core import db
from app.core.bus import Bus, InProcessBus
from app.core.log import logger

log = logger("streams")

#: How often the heads of everything listened to are compared with the database.
NET_SECONDS = 3.0

#: Rooms have their own names for ids, hence Any.
Heads = Callable[[Sequence[Any]], Awaitable[Mapping[Any, int]]]

_heads_of: dict[str, Heads] = {}
_bus: Bus = InProcessBus()


def bus() -> Bus:
    """This process's bus."""
    return _bus


def use_bus(new: Bus) -> None:
    """Announce through this bus from now on."""
    global _bus  # noqa: PLW0603 - one bus per process, chosen at start
    _bus = new
    new.on_gap = wake_by_heads


def topic(kind: str, key: UUID) -> str:
    """The name on the bus of one stream."""
    return f"{kind}:{key}"


def register(kind: str, heads: Heads) -> None:
    """Say how to read the heads of all streams of a kind."""
    _heads_of[kind] = heads


def announce(kind: str, key: UUID, head: int) -> None:
    """Wake the stream's listeners once the running transaction has committed."""
    db.after_commit(lambda: _bus.publish(topic(kind, key), head))


async def wake_by_heads(topics: Iterable[str]) -> None:
    """Read the heads of these streams from the database and wake their listeners in this process."""
    keys: defaultdict[str, list[UUID]] = defaultdict(list)
    for each in topics:
        kind, _, key = each.partition(":")
        if kind in _heads_of:
            keys[kind].append(UUID(key))
    for kind, wanted in keys.items():
        for stream, head in (await _heads_of[kind](wanted)).items():
            _bus.wake_here(topic(kind, stream), head)


async def keep_net() -> None:
    """Compare heads every few seconds, for ever: the net under the bus."""
    while True:
        await asyncio.sleep(NET_SECONDS)
        try:
            await wake_by_heads(_bus.topics())
        except Exception:
            log.warning("streams.net_failed", exc_info=True)
