"""A stream is an ordinary asynchronous iterable too: plain graphql-core can subscribe to it."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from graphql import parse, subscribe

from schema.engine import Frame, Stream
from schema.engine.streams import unseen
from tests.engine.toy import Context, World, strawberry_schema


async def plainly(world: World, query: str) -> AsyncGenerator[Any, None]:
    results: Any = subscribe(strawberry_schema._schema, parse(query), context_value=Context(world, "en", "ann"))
    results = await results if asyncio.iscoroutine(results) else results
    async for result in results:
        assert result.errors is None
        yield result.data


async def test_events_arrive_through_plain_graphql_core() -> None:
    world = World(page=2)
    world.add("t", *"abc")
    results = plainly(world, 'subscription { happened(topic: "t", after: "0") { cursor mine } }')
    assert [(await anext(results))["happened"]["mine"] for _ in range(3)] == [f"{text} for ann" for text in "abc"]
    world.add("t", "end")
    assert [each["happened"]["cursor"] async for each in results] == ["4"]
    assert world.bus.topics == {}


async def test_a_state_arrives_through_plain_graphql_core() -> None:
    world = World()
    world.add("G1", "a")
    results = plainly(world, 'subscription { changed(code: "G1") { kind version } }')
    assert (await anext(results))["changed"] == {"kind": "SNAPSHOT", "version": 1}
    waiting = asyncio.create_task(anext(results))
    await asyncio.sleep(0)
    world.add("G1", "b", "end")
    assert (await waiting)["changed"] == {"kind": "CHANGE", "version": 3}


async def test_iterating_without_a_bus_is_an_error() -> None:
    async def read(_after: int | None) -> list[Frame[int]]:
        return []

    with pytest.raises(RuntimeError, match="bus"):
        await anext(aiter(Stream(topic="t", kind="events", read=read)))


def test_what_was_seen_is_dropped_and_of_a_state_all_but_the_newest() -> None:
    frames = [Frame(seq, str(seq)) for seq in (1, 2, 3)]
    assert [frame.seq for frame in unseen("events", frames, 1)] == [2, 3]
    assert [frame.seq for frame in unseen("state", frames, 1)] == [3]
    assert [frame.seq for frame in unseen("events", frames, None)] == [1, 2, 3]
    assert unseen("state", frames, 3) == []
