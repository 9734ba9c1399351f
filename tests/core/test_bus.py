"""Waking listeners in this process and, through Redis, in others."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from app.core import bus as bus_module
from app.core import db, streams
from app.core.bus import Bus, InProcessBus, RedisBus
from app.core.ids import new_id
from app.core.settings import settings
from tests.conftest import ON_POSTGRES


class Heard:
    """What a listener was woken with."""

    def __init__(self) -> None:
        self.heads: list[int] = []
        self._changed = asyncio.Event()

    def __call__(self, head: int) -> None:
        self.heads.append(head)
        self._changed.set()

    async def until(self, head: int) -> None:
        async with asyncio.timeout(5):
            while head not in self.heads:
                self._changed.clear()
                await self._changed.wait()


def _a_bus() -> Bus:
    """The bus of this backend: Redis beside PostgreSQL, in process beside SQLite."""
    return (
        RedisBus(settings().redis_url, f"{settings().redis_prefix}-{new_id().hex}") if ON_POSTGRES else InProcessBus()
    )


async def test_a_listener_is_woken_until_it_unsubscribes() -> None:
    bus, heard = _a_bus(), Heard()
    await bus.start()
    try:
        leave = await bus.subscribe("group:1", heard)
        bus.publish("group:1", 7)
        await heard.until(7)
        await leave()
        assert bus.topics() == []
        bus.publish("group:1", 8)
        bus.publish("group:2", 9)
        assert 8 not in heard.heads
    finally:
        await bus.stop()


async def test_a_commit_wakes_and_a_rollback_does_not(database: None) -> None:
    del database
    bus, heard, key = InProcessBus(), Heard(), new_id()
    streams.use_bus(bus)
    await bus.subscribe(streams.topic("group", key), heard)
    with pytest.raises(KeyError):
        async with db.transaction():
            streams.announce("group", key, 1)
            raise KeyError
    async with db.transaction():
        streams.announce("group", key, 2)
        assert heard.heads == []
    assert heard.heads == [2]


async def test_heads_from_the_database_wake_whoever_the_bus_forgot() -> None:
    bus, heard, key = InProcessBus(), Heard(), new_id()
    streams.use_bus(bus)

    async def heads(keys: object) -> dict[object, int]:
        assert keys == [key]
        return {key: 42}

    streams.register("toy", heads)
    try:
        await bus.subscribe(streams.topic("toy", key), heard)
        await bus.subscribe("deliveries", heard)
        await streams.wake_by_heads(bus.topics())
        assert heard.heads == [42]
    finally:
        del streams._heads_of["toy"]


@asynccontextmanager
async def _a_redis_that_hangs() -> AsyncIterator[tuple[str, list[int]]]:
    """The address of a Redis that takes connections and never answers, and the connections so far."""
    connections: list[int] = []

    async def hangs(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(len(connections))
        await reader.read()
        writer.close()

    server = await asyncio.start_server(hangs, "127.0.0.1", 0)
    try:
        yield f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0", connections
    finally:
        server.close()


async def test_what_waits_for_a_redis_that_hangs_is_bounded_and_the_newest_is_kept() -> None:
    async with _a_redis_that_hangs() as (url, _):
        bus, heard = RedisBus(url, "hanging"), Heard()
        await InProcessBus.subscribe(bus, "group:1", heard)
        for head in range(bus_module._MOST_OUTGOING + 50):
            bus.publish("group:1", head)
        waiting = [bus._outgoing.get_nowait() for _ in range(bus._outgoing.qsize())]
        assert len(waiting) == bus_module._MOST_OUTGOING
        assert waiting[-1] == ("group:1", bus_module._MOST_OUTGOING + 49)
        # Whoever listens in this process needs no Redis.
        assert heard.heads[-1] == bus_module._MOST_OUTGOING + 49
        await bus.stop()


async def test_a_publication_that_redis_does_not_take_is_given_up_and_the_next_is_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bus_module, "_PUBLISH_WITHIN_S", 0.05)
    monkeypatch.setattr(bus_module, "_RECONNECT_PAUSE_S", 0.01)
    async with _a_redis_that_hangs() as (url, connections):
        bus = RedisBus(url, "hanging")
        writing = asyncio.create_task(bus._write())
        try:
            async with asyncio.timeout(5):
                for head in (1, 2, 3):
                    bus.publish("group:1", head)
                    # Each is tried over a connection of its own: the one that hung was given up.
                    while len(connections) < head:  # noqa: ASYNC110 - it happens at the other end of a socket
                        await asyncio.sleep(0.01)
        finally:
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
            await bus.stop()


if ON_POSTGRES:

    async def _two() -> tuple[RedisBus, RedisBus]:
        prefix = f"{settings().redis_prefix}-{new_id().hex}"
        buses = RedisBus(settings().redis_url, prefix), RedisBus(settings().redis_url, prefix)
        for bus in buses:
            await bus.start()
        return buses

    async def test_a_publication_reaches_the_other_process() -> None:
        here, there = await _two()
        heard = Heard()
        try:
            await there.subscribe("group:1", heard)
            here.publish("group:1", 7)
            await heard.until(7)
        finally:
            await here.stop()
            await there.stop()

    async def test_a_lost_connection_is_noticed_and_the_gap_is_asked_for() -> None:
        here, there = await _two()
        heard, gaps = Heard(), Heard()

        async def on_gap(topics: list[str]) -> None:
            assert topics == ["group:1"]
            gaps(1)

        there.on_gap = on_gap
        try:
            await there.subscribe("group:1", heard)
            await there._pubsub.connection.disconnect()
            await gaps.until(1)
            here.publish("group:1", 9)
            await heard.until(9)
        finally:
            await here.stop()
            await there.stop()
