"""graphql-sse, distinct connections mode: every request is one stream of events."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2

from schema.engine import EngineSettings
from tests.engine.toy import Served, serving, until

HAPPENED = 'subscription { happened(topic: "t") { cursor text } }'


class Events:
    """The events of a response, comments counted."""

    def __init__(self, response: httpx2.Response) -> None:
        self.response = response
        self.comments = 0
        self._lines = response.aiter_lines()

    async def next(self) -> tuple[str, Any]:
        name, data = "", ""
        async with asyncio.timeout(5):
            async for line in self._lines:
                field, _, value = line.partition(":")
                if field == "event":
                    name = value.strip()
                elif field == "data":
                    data = value.strip()
                elif not line and name:
                    return name, json.loads(data) if data else None
                elif line.startswith(":"):
                    self.comments += 1
        return "", None


@asynccontextmanager
async def events(served: Served, query: str, **headers: str) -> AsyncIterator[Events]:
    sent = {"accept": "text/event-stream", "content-type": "application/json", **headers}
    async with (
        httpx2.AsyncClient(trust_env=False) as http,
        http.stream("POST", served.http, json={"query": query}, headers=sent) as response,
    ):
        yield Events(response)


async def test_an_answer_is_one_event_and_an_end(server: Served) -> None:
    async with events(server, "{ hello }") as stream:
        assert stream.response.status_code == 200
        assert stream.response.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert await stream.next() == ("next", {"data": {"hello": "hello world"}})
        assert await stream.next() == ("complete", None)
        assert await stream.next() == ("", None)


async def test_what_is_refused_before_it_runs_is_an_event_too(server: Served) -> None:
    for query, code in (
        ("{ nope }", "BAD_USER_INPUT"),
        ('subscription { changed(code: "x") { version } }', "NOT_FOUND"),
    ):
        async with events(server, query) as stream:
            name, result = await stream.next()
            assert (name, result["errors"][0]["extensions"]["code"]) == ("next", code)
            assert await stream.next() == ("complete", None)


async def test_a_limited_visitor_is_told_by_an_event(server: Served) -> None:
    server.world.budget = 0
    async with events(server, "{ hello }") as stream:
        assert (await stream.next())[1]["errors"][0]["extensions"]["retryAfterMs"] == 1500


async def test_what_is_no_request_is_told_by_a_status(server: Served) -> None:
    async with events(server, "{ hello }", **{"content-type": "text/plain"}) as stream:
        assert stream.response.status_code == 415


async def test_a_subscription_flows_until_the_client_leaves(server: Served) -> None:
    async with events(server, HAPPENED) as stream:
        assert await stream.next() == ("next", {"data": {"happened": {"cursor": "0", "text": None}}})
        server.world.add("t", "a", "b")
        assert [(await stream.next())[1]["data"]["happened"]["text"] for _ in range(2)] == ["a", "b"]
        assert server.engine.hub.channels == 1
    await until(server.is_empty)


async def test_a_subscription_that_ends_completes(server: Served) -> None:
    async with events(server, HAPPENED) as stream:
        await stream.next()
        server.world.add("t", "end")
        assert [(await stream.next())[0] for _ in range(3)] == ["next", "complete", ""]


async def test_a_silent_stream_is_kept_open_by_comments() -> None:
    async with serving(EngineSettings(keep_alive_seconds=0.02)) as served, events(served, HAPPENED) as stream:
        await stream.next()
        waiting = asyncio.create_task(stream.next())
        await until(lambda: stream.comments > 3)
        served.world.add("t", "a")
        assert (await waiting)[1]["data"]["happened"]["text"] == "a"


async def test_a_stream_ends_with_its_token_and_with_a_sign_out(server: Served) -> None:
    async with events(server, HAPPENED, authorization=f"Bearer ann@{time.time() + 0.5}") as stream:
        # On a busy machine the token may end before the first value is there.
        frames = [await stream.next()]
        while frames[-1][0] != "complete":
            frames.append(await stream.next())
        assert frames[-2][1]["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    async with events(server, HAPPENED, authorization="Bearer bob") as stream:
        await stream.next()
        server.world.bus.publish("ended:bob", 1)
        assert (await stream.next())[1]["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_server_that_goes_down_ends_streams_without_completing_them() -> None:
    async with serving() as served, events(served, HAPPENED) as stream:
        await stream.next()
        await served.engine.drain()
        assert await stream.next() == ("", None)
        assert served.is_empty()


async def test_a_person_has_so_many_streams_and_no_more() -> None:
    async with (
        serving(EngineSettings(sockets_per_identity=1)) as served,
        events(served, HAPPENED, authorization="Bearer ann") as first,
        events(served, HAPPENED, authorization="Bearer ann") as second,
    ):
        assert (await first.next())[1]["data"]
        assert (second.response.status_code, second.response.headers["retry-after"]) == (429, "5")


async def test_a_reader_who_takes_nothing_is_left_behind() -> None:
    async with serving(EngineSettings(slow_seconds=0.2)) as served:
        _reader, writer = await asyncio.open_connection("127.0.0.1", served.port, limit=1024)
        body = json.dumps({"query": 'subscription { happened(topic: "t", after: "0") { mine } }'})
        writer.write(
            f"POST /graphql HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\n\r\n{body}".encode()
        )
        await until(lambda: "t" in served.world.bus.topics)
        served.world.add("t", *(["x" * 200_000] * 80))
        await until(served.is_empty)
        writer.transport.abort()


async def test_what_is_being_executed_is_answered_before_the_server_goes_down() -> None:
    async with serving() as served, events(served, "{ slow }") as stream:
        await until(lambda: served.world.calls["slow"] == 1)
        draining = asyncio.create_task(served.engine.drain())
        await asyncio.sleep(0.02)
        served.world.gate.set()
        assert await stream.next() == ("next", {"data": {"slow": "at last"}})
        await draining


async def test_a_mutation_is_carried_through_although_its_client_is_gone(server: Served) -> None:
    async with events(server, 'mutation { addSlowly(topic: "t", text: "x") }'):
        await until(lambda: server.world.calls["slow"] == 1)
    await asyncio.sleep(0.05)  # nothing tells that the server has noticed
    server.world.gate.set()
    await until(lambda: server.world.log("t").entries == ["x"])
