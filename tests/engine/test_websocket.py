"""graphql-transport-ws: the protocol's own rules, its close codes, limits, and abrupt ends."""

import asyncio
import contextlib
import random
import time
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from schema.engine import EngineSettings
from tests.engine.toy import Served, serving, until, wire

HAPPENED = "subscription($topic: String!, $after: String) { happened(topic: $topic, after: $after) { cursor text } }"
MINE = "subscription($topic: String!, $after: String) { happened(topic: $topic, after: $after) { cursor mine } }"
CHANGED = 'subscription { changed(code: "G1") { version text } }'
#: More than the buffers of a connection hold.
LONG = "x" * 200_000


async def test_queries_and_mutations_run_on_a_socket_too(server: Served) -> None:
    async with wire(server) as ann:
        await ann.init()
        await ann.subscribe("q", "query($n: String!) { hello(name: $n) }", n="ann")
        assert await ann.receive() == {"id": "q", "type": "next", "payload": {"data": {"hello": "hello ann"}}}
        assert await ann.receive() == {"id": "q", "type": "complete"}
        await ann.subscribe("q", 'mutation { add(topic: "t", text: "x") }')
        assert await ann.data() == 1


async def test_a_request_that_is_not_executed_gets_an_error_and_its_id_is_free_again(server: Served) -> None:
    async with wire(server) as ann:
        await ann.init()
        for query, code in (
            ("{", "BAD_USER_INPUT"),
            ("{ nope }", "BAD_USER_INPUT"),
            ('subscription { changed(code: "none") { version } }', "NOT_FOUND"),
        ):
            await ann.subscribe("1", query)
            message = await ann.receive()
            assert (message["id"], message["type"]) == ("1", "error")
            assert message["payload"][0]["extensions"]["code"] == code


async def test_every_operation_on_a_socket_has_a_context_of_its_own(server: Served) -> None:
    async with wire(server) as ann:
        await ann.init(authorization="Bearer ann", locale="en")
        await ann.subscribe("1", "{ viewer { name } }")
        assert await ann.data() == {"name": "ann"}
        server.world.add("G1", "a")
        await ann.receive()
        await ann.subscribe("2", 'subscription { changed(code: "G1") { rendered } }')
        assert (await ann.data())["rendered"] == "a in en"


async def test_a_client_may_stop_a_subscription_and_go_on_with_its_id(server: Served) -> None:
    async with wire(server) as ann:
        await ann.init()
        await ann.subscribe("1", MINE, topic="t")
        await ann.data()
        await ann.send({"id": "1", "type": "complete"})
        await ann.send({"id": "unknown", "type": "complete"})
        await until(lambda: server.world.bus.topics == {})
        server.world.add("t", "x")
        await ann.subscribe("1", "{ hello }")
        assert await ann.data() == "hello world"


async def test_pings_are_answered_with_their_payload(server: Served) -> None:
    async with wire(server) as ann:
        await ann.send({"type": "ping"})
        assert await ann.receive() == {"type": "pong"}
        await ann.send({"type": "pong", "payload": {}})
        await ann.send({"type": "ping", "payload": {"a": 1}})
        assert await ann.receive() == {"type": "pong", "payload": {"a": 1}}


async def test_other_protocols_are_refused(server: Served) -> None:
    async with wire(server, subprotocol="graphql-ws") as old:
        assert (await old.closed())[0] == 4406


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "[]",
        "1",
        "{}",
        '{"type": 1}',
        '{"type": "start"}',
        '{"type": "ping", "payload": 1}',
        '{"type": "connection_init", "payload": []}',
        '{"type": "connection_init", "payload": {"authorization": 1}}',
        '{"type": "complete"}',
        '{"type": "complete", "id": 1}',
        '{"type": "complete", "id": ""}',
        f'{{"type": "complete", "id": "{"x" * 300}"}}',
        "[" * 10_000,
        b"{}",
        b"\xff\xfe",
    ],
)
async def test_what_is_no_message_closes_the_socket(server: Served, text: str | bytes) -> None:
    async with wire(server) as ann:
        await ann.connection.send(text)
        assert (await ann.closed())[0] == 4400
    assert server.world.reported == []


@pytest.mark.parametrize(
    "message",
    [
        {"type": "subscribe", "payload": {"query": "{ hello }"}},
        {"type": "subscribe", "id": "1"},
        {"type": "subscribe", "id": "1", "payload": {}},
        {"type": "subscribe", "id": "1", "payload": {"query": 1}},
        {"type": "subscribe", "id": "1", "payload": {"query": "{ hello }", "variables": []}},
        {"type": "subscribe", "id": "1", "payload": [{"query": "{ hello }"}]},
    ],
)
async def test_what_is_no_subscribe_message_closes_the_socket(server: Served, message: dict[str, Any]) -> None:
    async with wire(server) as ann:
        await ann.init()
        await ann.send(message)
        assert (await ann.closed())[0] == 4400


async def test_nothing_runs_before_the_socket_is_initialised(server: Served) -> None:
    async with wire(server) as ann:
        await ann.subscribe("1", "{ hello }")
        assert (await ann.closed())[0] == 4401


async def test_a_second_initialisation_closes_the_socket(server: Served) -> None:
    async with wire(server) as ann:
        await ann.init()
        await ann.send({"type": "connection_init"})
        assert (await ann.closed())[0] == 4429


async def test_an_id_in_use_closes_the_socket(server: Served) -> None:
    async with wire(server) as ann:
        await ann.init()
        await ann.subscribe("1", MINE, topic="t")
        await ann.subscribe("1", "{ hello }")
        assert await ann.closed() == (4409, "Subscriber for 1 already exists")


async def test_a_socket_that_says_nothing_is_closed() -> None:
    async with serving(EngineSettings(init_seconds=0.05)) as served, wire(served) as ann:
        assert await ann.closed() == (4408, "Connection initialisation timeout")


async def test_a_message_that_is_too_big_closes_the_socket(server: Served) -> None:
    async with wire(server) as ann:
        await ann.send({"type": "ping", "payload": {"x": "x" * 300_000}})
        assert (await ann.closed())[0] == 1009
    async with wire(server) as bob:
        with contextlib.suppress(ConnectionClosed):
            await bob.connection.send("x" * 2_000_000)
        assert (await bob.closed())[0] == 1009


async def test_credentials_that_do_not_hold_close_the_socket(server: Served) -> None:
    async with wire(server) as ann:
        await ann.send({"type": "connection_init", "payload": {"authorization": "Bearer nobody"}})
        assert await ann.closed() == (4403, "Forbidden")


async def test_a_socket_ends_with_its_token(server: Served) -> None:
    async with wire(server) as ann:
        await ann.init(authorization=f"Bearer ann@{time.time() + 0.5}")
        assert (await ann.closed())[0] == 4403
    async with wire(server) as late:
        await late.send({"type": "connection_init", "payload": {"authorization": f"Bearer ann@{time.time() - 1}"}})
        assert (await late.closed())[0] == 4403


async def test_a_sign_out_ends_the_socket(server: Served) -> None:
    async with wire(server) as ann, wire(server) as bob:
        await ann.init(authorization="Bearer ann")
        await bob.init(authorization="Bearer bob")
        server.world.bus.publish("ended:ann", 1)
        assert (await ann.closed())[0] == 4403
        await bob.subscribe("1", "{ hello }")
        assert await bob.data() == "hello world"
    await until(server.is_empty)


async def test_a_sign_out_while_the_socket_is_initialised_is_not_missed(
    server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe = server.world.bus.subscribe

    async def signed_out_before(topic: str, wake: Any) -> Any:
        server.world.revoked.add("ann")
        return await subscribe(topic, wake)

    # The moment between identifying and listening cannot be hit otherwise.
    monkeypatch.setattr(server.world.bus, "subscribe", signed_out_before)
    async with wire(server) as ann:
        await ann.send({"type": "connection_init", "payload": {"authorization": "Bearer ann"}})
        assert (await ann.closed())[0] == 4403
    await until(server.is_empty)


async def test_a_house_that_fails_sends_the_client_away_to_come_back(server: Served) -> None:
    server.world.failing.add("identify")
    async with wire(server) as ann:
        await ann.send({"type": "connection_init"})
        assert (await ann.closed())[0] == 1013
    assert len(server.world.reported) == 1


async def test_a_person_has_so_many_sockets_and_no_more() -> None:
    async with (
        serving(EngineSettings(sockets_per_identity=2)) as served,
        wire(served) as one,
        wire(served) as two,
        wire(served) as three,
        wire(served) as bob,
        wire(served) as four,
    ):
        await one.init(authorization="Bearer ann")
        await two.init(authorization="Bearer ann")
        await bob.init(authorization="Bearer bob")
        await three.send({"type": "connection_init", "payload": {"authorization": "Bearer ann"}})
        assert (await three.closed())[0] == 4429
        await two.connection.close()
        await until(lambda: served.engine._life._seats["identity", "ann"] == 1)
        await four.init(authorization="Bearer ann")


async def test_an_address_has_so_many_sockets_and_no_more() -> None:
    async with serving(EngineSettings(sockets_per_address=1)) as served, wire(served) as one:
        await one.init()
        async with wire(served) as two:
            assert (await two.closed())[0] == 4429


async def test_a_socket_runs_so_many_operations_and_no_more() -> None:
    async with serving(EngineSettings(operations_per_socket=2)) as served, wire(served) as ann:
        await ann.init()
        for id_ in ("1", "2"):
            await ann.subscribe(id_, MINE, topic="t")
            await ann.data()
        await ann.subscribe("3", MINE, topic="t")
        refused = await ann.receive()
        assert (refused["id"], refused["payload"][0]["extensions"]["code"]) == ("3", "TOO_COMPLEX")
        await ann.send({"id": "1", "type": "complete"})
        await ann.subscribe("3", "{ __typename }")
        assert await ann.data() == "Query"


async def test_a_limited_visitor_is_told_when_to_try_again(server: Served) -> None:
    async with wire(server) as ann:
        await ann.init()
        server.world.budget = 0
        await ann.subscribe("1", "{ hello }")
        (error,) = (await ann.receive())["payload"]
        assert error["extensions"] == {"code": "RATE_LIMITED", "retryAfterMs": 1500}


async def test_an_operation_that_takes_too_long_is_ended() -> None:
    async with serving(EngineSettings(operation_seconds=0.05)) as served, wire(served) as ann:
        await ann.init()
        await ann.subscribe("1", "{ slow }")
        assert (await ann.receive())["type"] == "error"


async def test_an_abrupt_end_leaves_nothing_behind(server: Served) -> None:
    server.world.add("G1", "a")
    async with wire(server) as ann:
        await ann.init(authorization="Bearer ann")
        await ann.subscribe("1", CHANGED)
        await ann.subscribe("2", MINE, topic="t")
        await ann.subscribe("3", "subscription { counting(to: 0) }")
        await ann.subscribe("4", "{ slow }")
        await until(lambda: server.world.calls["slow"] == 1 and server.world.calls["open"] == 1)
        await until(lambda: server.engine.hub.channels == 1 and "t" in server.world.bus.topics)
        ann.connection.transport.abort()
        await until(lambda: server.is_empty() and server.world.calls["open"] == 0)


async def test_half_a_frame_does_no_harm(server: Served) -> None:
    async with wire(server) as ann:
        ann.connection.transport.write(b"\x81\xfe\x10")
        ann.connection.transport.abort()
    await until(server.is_empty)


async def test_garbage_on_many_sockets_does_no_harm(server: Served) -> None:
    chance = random.Random(7)  # noqa: S311 - the same garbage every time
    parts = [
        '"type":',
        '"id":"1"',
        '"subscribe"',
        '"ping"',
        '"payload":',
        "{",
        "}",
        "[",
        "]",
        ",",
        "null",
        '"query"',
        "\\u0000",
    ]
    for _ in range(60):
        async with wire(server) as ann:
            if chance.random() < 0.5:
                await ann.init()
            with contextlib.suppress(ConnectionClosed):
                for _ in range(5):
                    await ann.connection.send("".join(chance.choices(parts, k=chance.randrange(1, 9))))
            if chance.random() < 0.3:
                ann.connection.transport.write(chance.randbytes(20))
            ann.connection.transport.abort()
    await until(server.is_empty)
    assert server.world.reported == []
    async with wire(server) as bob:
        await bob.init()


async def test_a_slow_reader_of_shared_events_is_sent_away_and_slows_nobody(server: Served) -> None:
    async with wire(server) as fast, wire(server, max_queue=1) as slow:
        for each in (fast, slow):
            await each.init()
            await each.subscribe("1", HAPPENED, topic="t")
            await each.data()
        slow.connection.transport.pause_reading()
        for number in range(1, 61):
            server.world.add("t", LONG)
            assert (await fast.data())["cursor"] == str(number)
        slow.connection.transport.resume_reading()
        cursors = []
        with contextlib.suppress(ConnectionClosed):
            while True:
                cursors.append(int((await slow.data())["cursor"]))
        assert (await slow.closed())[0] == 4408
    assert cursors == list(range(1, len(cursors) + 1))
    async with wire(server) as back:
        await back.init()
        await back.subscribe("1", HAPPENED, topic="t", after=str(cursors[-1]))
        for number in range(cursors[-1] + 1, 61):
            assert (await back.data())["cursor"] == str(number)


async def test_a_slow_reader_of_a_state_gets_the_newest_and_stays(server: Served) -> None:
    server.world.add("G1", "a")
    async with wire(server) as fast, wire(server, max_queue=1) as slow:
        for each in (fast, slow):
            await each.init()
            await each.subscribe("1", CHANGED)
            await each.data()
        slow.connection.transport.pause_reading()
        for version in range(2, 62):
            server.world.add("G1", LONG)
            assert (await fast.data())["version"] == version
        slow.connection.transport.resume_reading()
        versions = [0]
        while versions[-1] != 61:
            versions.append((await slow.data())["version"])
        assert versions == sorted(set(versions))
        assert len(versions) < 60


async def test_a_slow_reader_of_events_of_her_own_is_waited_for(server: Served) -> None:
    async with wire(server, max_queue=1) as slow:
        await slow.init(authorization="Bearer ann")
        await slow.subscribe("1", MINE, topic="t", after="0")
        slow.connection.transport.pause_reading()
        server.world.add("t", *([LONG] * 60))
        await until(lambda: server.world.calls["read"] >= 1)
        slow.connection.transport.resume_reading()
        assert [(await slow.data())["cursor"] for _ in range(60)] == [str(number) for number in range(1, 61)]


async def test_a_reader_who_takes_nothing_at_all_is_sent_away() -> None:
    async with serving(EngineSettings(slow_seconds=0.3)) as served, wire(served, max_queue=1) as stuck:
        await stuck.init()
        await stuck.subscribe("1", MINE, topic="t", after="0")
        stuck.connection.transport.pause_reading()
        served.world.add("t", *([LONG] * 60))
        await until(served.is_empty)
        stuck.connection.transport.abort()


async def test_sockets_are_told_that_the_server_goes_down() -> None:
    async with serving() as served:
        served.world.add("G1", "a")
        async with wire(served) as ann, wire(served) as silent:
            await ann.init()
            await ann.subscribe("1", CHANGED)
            await ann.data()
            await served.engine.drain()
            assert (await ann.closed())[0] == 4499
            assert (await silent.closed())[0] == 4499
        assert served.is_empty()
        async with wire(served) as late:
            assert (await late.closed())[0] == 4499


async def test_many_operations_on_one_socket_are_all_answered(server: Served) -> None:
    async with wire(server) as ann:
        await ann.init()
        for batch in range(20):
            for number in range(50):
                await ann.subscribe(f"{batch}.{number}", "{ hello }")
            answered = [await ann.receive() for _ in range(100)]
            assert {each["id"] for each in answered} == {f"{batch}.{number}" for number in range(50)}


async def test_what_is_being_executed_is_answered_before_the_server_goes_down() -> None:
    async with serving() as served, wire(served) as ann:
        await ann.init()
        await ann.subscribe("1", "{ slow }")
        await ann.subscribe("2", MINE, topic="t")
        await ann.data()
        await until(lambda: served.world.calls["slow"] == 1)
        draining = asyncio.create_task(served.engine.drain())
        await asyncio.sleep(0.02)
        served.world.gate.set()
        assert await ann.data() == "at last"
        assert (await ann.closed())[0] == 4499
        await draining


async def test_a_mutation_is_carried_through_although_its_socket_is_gone(server: Served) -> None:
    async with wire(server) as ann:
        await ann.init()
        await ann.subscribe("1", 'mutation { addSlowly(topic: "t", text: "x") }')
        await ann.subscribe("2", MINE, topic="other")
        await until(lambda: server.world.calls["slow"] == 1 and "other" in server.world.bus.topics)
        ann.connection.transport.abort()
        await until(lambda: server.world.bus.topics == {})
    server.world.gate.set()
    await until(lambda: server.world.log("t").entries == ["x"])
