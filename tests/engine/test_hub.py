"""Subscriptions: who shares an execution, who gets which frame, and what is left behind."""

import asyncio
import gc
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest

from schema.engine import Caller, Engine, EngineSettings
from tests.engine.toy import SUBSCRIBER, World, an_engine, until

CHANGED = "subscription($code: String!, $v: Int) { changed(code: $code, afterVersion: $v) { kind version rendered } }"
HAPPENED = (
    "subscription($topic: String!, $after: String) { happened(topic: $topic, after: $after) { cursor rendered } }"
)
MINE = "subscription($topic: String!, $after: String) { happened(topic: $topic, after: $after) { cursor mine } }"
ANN = Caller(authorization="Bearer ann")
BOB = Caller(authorization="Bearer bob")

Toy = tuple[Engine, World]


@pytest.fixture
async def toy() -> AsyncIterator[Toy]:
    engine, house = an_engine()
    world = house.world
    yield engine, world
    await engine.drain()
    assert world.bus.topics == {}
    assert engine.hub.channels == 0


@asynccontextmanager
async def subscribed(
    engine: Engine, query: str, caller: Caller | None = None, /, **variables: Any
) -> AsyncIterator[Callable[[], Awaitable[Any]]]:
    """A function that gives the next value of the subscription's root field; the subscription runs already."""
    results: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def collect() -> None:
        async with aclosing(engine.subscribe(query, variables, caller=caller)) as stream:
            async for result in stream:
                results.put_nowait(result)

    async def following() -> Any:
        async with asyncio.timeout(5):
            result = await results.get()
        assert "errors" not in result, result
        (value,) = result["data"].values()
        return value

    collecting = asyncio.create_task(collect())
    try:
        await settled()
        yield following
    finally:
        collecting.cancel()
        await asyncio.wait({collecting})


async def settled() -> None:
    """Let everything happen that waits for nothing from outside."""
    for _ in range(50):
        await asyncio.sleep(0)


async def all_of(results: AsyncGenerator[dict[str, Any], None]) -> list[dict[str, Any]]:
    async with asyncio.timeout(5), aclosing(results):
        return [result async for result in results]


async def test_subscribers_of_the_same_share_one_execution(toy: Toy) -> None:
    engine, world = toy
    world.add("G1", "a")
    async with subscribed(engine, CHANGED, ANN, code="G1") as ann, subscribed(engine, CHANGED, BOB, code="G1") as bob:
        assert await ann() == await bob() == {"kind": "SNAPSHOT", "version": 1, "rendered": "a in zh-CN"}
        assert world.calls["rendered"] == 1
        world.add("G1", "b")
        assert await ann() == await bob() == {"kind": "CHANGE", "version": 2, "rendered": "b in zh-CN"}
        assert world.calls["rendered"] == 2
        assert engine.hub.channels == 1
        assert len(world.bus.topics["G1"]) == 1


async def test_only_the_cursor_may_differ_between_those_who_share(toy: Toy) -> None:
    engine, world = toy
    world.add("G1", "a")
    world.add("G2", "a")
    async with (
        subscribed(engine, CHANGED, code="G1") as first,
        subscribed(engine, CHANGED, code="G1", v=1) as resuming,
        subscribed(engine, CHANGED, Caller(accept_language="en"), code="G1") as english,
        subscribed(engine, CHANGED, code="G2") as other,
        subscribed(engine, CHANGED + " ", code="G1") as same_in_another_document,
    ):
        for each in (first, english, other, same_in_another_document):
            await each()
        world.add("G1", "b")
        assert (await first())["rendered"] == (await resuming())["rendered"] == "b in zh-CN"
        assert (await english())["rendered"] == "b in en"
        assert engine.hub.channels == 4


async def test_a_cursor_that_is_used_elsewhere_too_is_not_left_out_of_the_comparison(toy: Toy) -> None:
    engine, world = toy
    world.add("G1", "a")
    query = 'subscription($v: Int!) { changed(code: "G1", afterVersion: $v) { behind(version: $v) } }'
    async with subscribed(engine, query, v=0) as far, subscribed(engine, query, v=1) as near:
        assert await far() == {"behind": 1}
        world.add("G1", "b")
        assert (await far(), await near()) == ({"behind": 2}, {"behind": 1})
        assert engine.hub.channels == 2


async def test_what_is_mine_is_executed_for_me(toy: Toy) -> None:
    engine, world = toy
    async with subscribed(engine, MINE, ANN, topic="t") as ann, subscribed(engine, MINE, BOB, topic="t") as bob:
        await ann()
        await bob()
        world.add("t", "x")
        assert (await ann())["mine"] == "x for ann"
        assert (await bob())["mine"] == "x for bob"
        assert engine.hub.channels == 0


async def test_one_private_field_in_a_fragment_keeps_the_whole_subscription_private(toy: Toy) -> None:
    engine, world = toy
    query = """subscription { ...root }
        fragment root on Subscription { happened(topic: "t") { cursor ... on Happened { ...rest } } }
        fragment rest on Happened { mine }"""
    async with subscribed(engine, query, ANN) as ann:
        assert (await ann())["cursor"] == "0"
        assert engine.hub.channels == 0
        world.add("t", "x")
        assert (await ann())["mine"] == "x for ann"


async def test_a_field_of_an_interface_is_shared_where_it_is_public_on_every_type_behind_it() -> None:
    asks_id = 'subscription { changed(code: "G1") { node { __typename id ... on Product { title } } } }'
    asks_secret = 'subscription { changed(code: "G1") { node { ... on Story { secret } } } }'
    for query, private, channels in (
        (asks_id, ("Changed", "mine"), 1),
        (asks_id, ("Story", "id"), 0),
        (asks_secret, ("Story", "secret"), 0),
    ):
        engine, house = an_engine()
        house.private = {private}
        house.world.add("G1", "a")
        async with subscribed(engine, query) as ann:
            await ann()
            assert engine.hub.channels == channels, query
        await engine.drain()


async def test_the_first_subscriber_may_leave_while_the_others_stay(toy: Toy) -> None:
    engine, world = toy
    world.add("G1", "a")
    async with subscribed(engine, CHANGED, BOB, code="G1") as bob:
        async with subscribed(engine, CHANGED, ANN, code="G1") as ann:
            await ann()
        await bob()
        world.add("G1", "b")
        assert (await bob())["version"] == 2


async def test_the_last_one_out_ends_the_execution(toy: Toy) -> None:
    engine, world = toy
    world.add("G1", "a")
    async with subscribed(engine, CHANGED, code="G1") as ann:
        await ann()
        assert engine.hub.channels == 1
    assert engine.hub.channels == 0
    await until(lambda: world.bus.topics == {})


@pytest.mark.parametrize("query", [HAPPENED, MINE])
async def test_a_streams_owner_hears_how_many_follow_it(toy: Toy, query: str) -> None:
    engine, world = toy
    world.add("news", "old")
    async with subscribed(engine, query, ANN, topic="news") as ann:
        await ann()
        async with subscribed(engine, query, BOB, topic="news", after="0") as bob:
            await bob()
            await until(lambda: world.watching["news"] == 2)
        await until(lambda: world.watching["news"] == 1)
    await until(lambda: world.watching["news"] == 0)


async def test_a_first_subscriber_who_leaves_at_once_takes_nobody_along(toy: Toy) -> None:
    engine, world = toy
    world.add("G1", "a")

    async def first_version(caller: Caller) -> int:
        async with aclosing(engine.subscribe(CHANGED, {"code": "G1"}, caller=caller)) as results:
            return int((await anext(results))["data"]["changed"]["version"])

    for pauses in range(20):
        leaving, staying = (asyncio.create_task(first_version(caller)) for caller in (ANN, BOB))
        for _ in range(pauses):
            await asyncio.sleep(0)
        leaving.cancel()
        assert await staying == 1
        await asyncio.wait({leaving})


async def test_everybody_hears_why_a_subscription_cannot_start(toy: Toy) -> None:
    engine, world = toy
    world.add("G1", "a")
    async with subscribed(engine, CHANGED, code="G1") as ann:
        await ann()
    answers = await asyncio.gather(*(all_of(engine.subscribe(CHANGED, {"code": "none"})) for _ in range(3)))
    for (answer,) in answers:
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["NOT_FOUND"]
    assert engine.hub.channels == 0


async def test_a_state_is_left_out_where_the_cursor_is_still_current(toy: Toy) -> None:
    engine, world = toy
    world.add("G1", "a", "b")
    async with (
        subscribed(engine, CHANGED, code="G1", v=2) as current,
        subscribed(engine, CHANGED, code="G1", v=1) as old,
    ):
        assert (await old())["version"] == 2
        world.add("G1", "c")
        assert (await current())["version"] == 3


async def test_changes_that_pile_up_are_merged_into_the_newest(toy: Toy) -> None:
    engine, world = toy
    world.add("G1", "a")
    async with subscribed(engine, CHANGED, code="G1") as ann:
        await ann()
        for text in "bcd":
            world.add("G1", text)
        assert (await ann())["version"] == 4


async def test_a_last_frame_completes_everybody(toy: Toy) -> None:
    engine, world = toy
    world.add("G1", "a")
    subscriptions = [engine.subscribe(CHANGED, {"code": "G1", "v": v}) for v in (None, 1, None)]
    for results in (subscriptions[0], subscriptions[2]):
        await anext(results)
    resuming = asyncio.create_task(anext(subscriptions[1]))
    await until(lambda: len(world.bus.topics.get("G1", [])) == 1)
    world.add("G1", "end")
    for results in (subscriptions[0], subscriptions[2]):
        assert [each["data"]["changed"]["version"] for each in await all_of(results)] == [2]
    assert (await resuming)["data"]["changed"]["version"] == 2
    assert await all_of(subscriptions[1]) == []
    assert engine.hub.channels == 0


async def test_a_stream_that_has_ended_tells_its_end_to_who_comes_later(toy: Toy) -> None:
    engine, world = toy
    world.add("G1", "a", "end")
    for variables in ({"code": "G1"}, {"code": "G1", "v": 1}):
        (only,) = await all_of(engine.subscribe(CHANGED, variables))
        assert only["data"]["changed"]["version"] == 2


@pytest.mark.parametrize("query", [HAPPENED, MINE])
async def test_without_a_cursor_events_come_from_now_on(toy: Toy, query: str) -> None:
    engine, world = toy
    world.add("t", "old")
    async with subscribed(engine, query, topic="t") as ann:
        assert (await ann())["cursor"] == "1"
        world.add("t", "new")
        assert (await ann())["cursor"] == "2"


@pytest.mark.parametrize("query", [HAPPENED, MINE])
async def test_a_cursor_brings_everything_since_once_and_in_order(toy: Toy, query: str) -> None:
    engine, world = toy
    world.page = 7
    world.add("t", *(f"event {n}" for n in range(1, 41)))
    async with subscribed(engine, query, topic="t", after="3") as ann, subscribed(engine, query, topic="t") as bob:
        assert (await bob())["cursor"] == "40"
        assert [int((await ann())["cursor"]) for _ in range(37)] == list(range(4, 41))
        world.add("t", *(f"event {n}" for n in range(41, 61)))
        for each in (ann, bob):
            assert [int((await each())["cursor"]) for _ in range(20)] == list(range(41, 61))


async def test_those_who_come_back_while_events_pour_miss_none_and_get_none_twice(toy: Toy) -> None:
    engine, world = toy
    world.page = 5
    world.add("t", *(f"event {n}" for n in range(1, 101)))

    async def pour() -> None:
        for number in range(101, 401):
            world.add("t", f"event {number}")
            await asyncio.sleep(0)

    async def everything_since(after: int) -> list[int]:
        async with subscribed(engine, HAPPENED, topic="t", after=str(after)) as ann:
            return [int((await ann())["cursor"]) for _ in range(400 - after)]

    cursors = [1, 50, 99, 100, 10, 75]
    pouring = asyncio.create_task(pour())
    got = await asyncio.gather(*(everything_since(after) for after in cursors))
    await pouring
    assert got == [list(range(after + 1, 401)) for after in cursors]


async def test_what_is_no_longer_kept_is_read_again() -> None:
    engine, house = an_engine(EngineSettings(kept_frames=3))
    async with subscribed(engine, HAPPENED, topic="t") as now:
        await now()
        for number in range(1, 11):
            house.world.add("t", str(number))
            await now()
        async with subscribed(engine, HAPPENED, topic="t", after="2") as back:
            assert [int((await back())["cursor"]) for _ in range(8)] == list(range(3, 11))
    await engine.drain()


async def test_who_is_ahead_of_the_others_gets_nothing_twice(toy: Toy) -> None:
    engine, world = toy
    async with subscribed(engine, HAPPENED, topic="t") as behind:
        await behind()
        world.log("t").entries.append("nobody was told of this one")
        async with subscribed(engine, HAPPENED, topic="t", after="1") as ahead:
            world.add("t", "x")
            assert (await ahead())["cursor"] == "2"
            assert [(await behind())["cursor"] for _ in range(2)] == ["1", "2"]


async def test_frames_for_those_who_come_back_are_answered_once(toy: Toy) -> None:
    engine, world = toy
    world.add("t", *"abcdefghij")
    async with subscribed(engine, HAPPENED, topic="t") as now:
        await now()
        before = world.calls["rendered"]
        for _ in range(5):
            async with subscribed(engine, HAPPENED, topic="t", after="2") as back:
                assert [(await back())["rendered"] for _ in range(8)] == list("cdefghij")
        assert world.calls["rendered"] - before == 8


async def test_who_was_away_for_a_moment_gets_the_kept_frames_without_a_read(toy: Toy) -> None:
    engine, world = toy
    async with subscribed(engine, HAPPENED, topic="t") as now:
        await now()
        world.add("t", *"abc")
        for _ in range(3):
            await now()
        before = world.calls["read"]
        async with subscribed(engine, HAPPENED, topic="t", after="1") as back:
            assert [(await back())["rendered"] for _ in range(2)] == ["b", "c"]
        assert world.calls["read"] == before


@pytest.mark.parametrize("query", [HAPPENED, MINE])
async def test_a_push_is_late_but_not_lost_while_the_database_is_away(toy: Toy, query: str) -> None:
    engine, world = toy
    async with subscribed(engine, query, topic="t") as ann:
        await ann()
        world.failing.add("read")
        world.add("t", "a", "b")
        await until(lambda: world.calls["read"] > 4)
        world.failing.clear()
        assert [(await ann())["cursor"] for _ in range(2)] == ["1", "2"]


@pytest.mark.parametrize("query", [HAPPENED, MINE])
async def test_a_stream_that_refuses_to_go_on_says_why(toy: Toy, query: str) -> None:
    engine, world = toy
    subscriptions = [engine.subscribe(query, {"topic": "t"}) for _ in range(2)]
    for results in subscriptions:
        await anext(results)
    world.refusing.add("read")
    world.add("t", "a")
    for results in subscriptions:
        (refused,) = await all_of(results)
        assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    (refused,) = await all_of(engine.subscribe(query, {"topic": "t", "after": "0"}))
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert world.reported == []


async def test_an_event_whose_answer_fails_is_answered_again_and_not_lost(toy: Toy) -> None:
    engine, world = toy
    async with subscribed(engine, HAPPENED, topic="t") as ann:
        await ann()
        world.failing.add("rendered")
        world.add("t", "a")
        await until(lambda: world.calls["rendered"] > 4)
        world.failing.clear()
        assert await ann() == {"cursor": "1", "rendered": "a"}


async def test_an_answer_that_keeps_failing_is_sent_with_its_error_in_the_end() -> None:
    engine, house = an_engine(EngineSettings(retry_seconds=0.01, frame_patience_seconds=0.05))
    world = house.world
    results = engine.subscribe(HAPPENED, {"topic": "t"})
    await anext(results)
    world.failing.add("rendered")
    world.add("t", "a")
    failed = await anext(results)
    assert failed["data"] == {"happened": {"cursor": "1", "rendered": None}}
    assert failed["errors"][0]["extensions"]["code"] == "INTERNAL"
    await results.aclose()
    await engine.drain()


async def test_a_plain_generator_is_finalised_when_its_subscriber_leaves(toy: Toy) -> None:
    engine, world = toy
    assert [
        each["data"]["counting"] for each in await all_of(engine.subscribe("subscription { counting(to: 3) }"))
    ] == [0, 1, 2]
    world.failing.add("count")
    (failed,) = await all_of(engine.subscribe("subscription { counting(to: 3) }"))
    assert failed["errors"][0]["extensions"]["code"] == "INTERNAL"
    results = engine.subscribe("subscription { counting(to: 0) }")
    waiting = asyncio.create_task(anext(results))
    await until(lambda: world.calls["open"] == 1)
    waiting.cancel()
    await asyncio.wait({waiting})
    await until(lambda: world.calls["open"] == 0)


async def test_execution_sees_no_context_of_whoever_subscribed(toy: Toy) -> None:
    engine, world = toy
    world.add("G1", "a")
    token = SUBSCRIBER.set("ann")
    async with subscribed(engine, CHANGED, code="G1") as ann:
        await ann()
        world.add("G1", "b")
        await ann()
    SUBSCRIBER.reset(token)
    assert world.calls["rendered"] == 2
    assert world.seen_in_context == []


@pytest.mark.parametrize("query", [HAPPENED, MINE])
async def test_memory_stays_flat_over_a_thousand_events(toy: Toy, query: str) -> None:
    engine, world = toy
    async with subscribed(engine, query, topic="t") as ann:
        await ann()
        for text in "abcdefghij" * 12:
            world.add("t", text)
            await ann()
        gc.collect()
        before = len(gc.get_objects())
        for _ in range(1000):
            world.add("t", "x")
            await ann()
        gc.collect()
        # One object kept for each event would be a thousand; the rest of the process stirs a little.
        assert len(gc.get_objects()) - before < 500


async def test_an_event_while_a_shared_subscription_opens_follows_its_opening(
    toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, world = toy
    world.add("t", "old")
    call = world.call

    def busy(what: str) -> None:
        call(what)
        if what == "rendered" and world.log("t").head == 1:
            world.add("t", "new")

    monkeypatch.setattr(world, "call", busy)
    async with (
        subscribed(engine, HAPPENED, topic="t") as ann,
        subscribed(engine, HAPPENED, topic="t", after="0") as bob,
    ):
        assert [await ann() for _ in range(2)] == [
            {"cursor": "1", "rendered": None},
            {"cursor": "2", "rendered": "new"},
        ]
        assert [(await bob())["rendered"] for _ in range(2)] == ["old", "new"]
