"""The reference clients of the protocols, unmodified."""

from collections import Counter

import pytest

from tests.engine import node
from tests.engine.toy import Served, serving, until

CHANGED = "subscription($code: String!) { changed(code: $code) { kind version } }"
HAPPENED = 'subscription($after: String) { happened(topic: "t", after: $after) { cursor text } }'


@pytest.fixture(autouse=True, scope="module")
def _installed() -> None:
    node.installed()


async def test_all_audits_of_graphql_http_pass(server: Served) -> None:
    async with node.client("audits.mjs", server.http) as audits:
        results = await audits.next()
    assert [each for each in results if each["status"] != "ok"] == []
    assert Counter(each["status"] for each in results) == {"ok": 61}


async def test_graphql_ws_asks_and_subscribes(server: Served) -> None:
    server.world.add("G1", "a")
    asked = {
        "url": server.ws,
        "payload": {"query": "{ hello viewer { name } }"},
        "connectionParams": {"authorization": "Bearer ann"},
    }
    async with node.client("websocket.mjs", asked) as client:
        assert await client.next() == {"data": {"hello": "hello world", "viewer": {"name": "ann"}}}
        assert await client.next() == {"completed": True}
    subscribed = {"url": server.ws, "payload": {"query": CHANGED, "variables": {"code": "G1"}}}
    async with node.client("websocket.mjs", subscribed) as client:
        assert (await client.next())["data"]["changed"] == {"kind": "SNAPSHOT", "version": 1}
        server.world.add("G1", "end")
        assert (await client.next())["data"]["changed"] == {"kind": "CHANGE", "version": 2}
        assert await client.next() == {"completed": True}


async def test_graphql_ws_hears_of_errors(server: Served) -> None:
    async with node.client("websocket.mjs", {"url": server.ws, "payload": {"query": "{ nope }"}}) as client:
        (error,) = (await client.next())["error"]
        assert error["extensions"]["code"] == "BAD_USER_INPUT"


async def test_graphql_ws_comes_back_after_the_server_went_down_for_it(server: Served) -> None:
    server.world.add("G1", "a")
    subscribed = {"url": server.ws, "payload": {"query": CHANGED, "variables": {"code": "G1"}}}
    async with node.client("websocket.mjs", subscribed) as client:
        await client.next()
        for leave in tuple(server.engine._life._leave):
            leave()
        assert await client.next() == {"closed": 4499}
        assert (await client.next())["data"]["changed"] == {"kind": "SNAPSHOT", "version": 1}


async def test_graphql_sse_asks_and_subscribes(server: Served) -> None:
    async with node.client("events.mjs", {"url": server.http, "payload": {"query": "{ hello }"}}) as client:
        assert await client.rest() == [{"data": {"hello": "hello world"}}, {"completed": True}]
    server.world.add("t", "a")
    subscribed = {"url": server.http, "payload": {"query": HAPPENED, "variables": {"after": "0"}}}
    async with node.client("events.mjs", subscribed) as client:
        assert (await client.next())["data"]["happened"] == {"cursor": "1", "text": "a"}
        server.world.add("t", "end")
        assert (await client.next())["data"]["happened"] == {"cursor": "2", "text": "end"}
        assert await client.next() == {"completed": True}
    await until(server.is_empty)


async def test_graphql_sse_hears_of_errors(server: Served) -> None:
    async with node.client("events.mjs", {"url": server.http, "payload": {"query": "{ nope }"}}) as client:
        (error,) = (await client.next())["errors"]
        assert error["extensions"]["code"] == "BAD_USER_INPUT"
    refused = {"url": server.http, "headers": {"authorization": "Bearer nobody"}, "payload": {"query": "{ hello }"}}
    async with node.client("events.mjs", refused) as client:
        assert (await client.next())["error"]["status"] == 401


async def test_graphql_ws_does_not_insist_where_it_is_refused_for_good() -> None:
    async with serving() as served:
        connecting = {"url": served.ws, "payload": {"query": "{ hello }"}, "connectionParams": {"locale": 5}}
        async with node.client("websocket.mjs", connecting) as client:
            assert await client.next() == {"closed": 4400}
            assert (await client.next())["error"]["code"] == 4400
