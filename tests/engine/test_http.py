"""GraphQL over HTTP: what is answered in which status, and what is refused before it is read."""

import asyncio
import contextlib
import json
import random
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from schema.engine import EngineSettings
from tests.engine.toy import Served, serving, until

JSON = "application/json"
POST = b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
RENAME = "query A { hello } mutation B($name: Name!) { rename(name: $name) { __typename } }"
GRAPHQL_RESPONSE = "application/graphql-response+json"


@pytest.fixture
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(trust_env=False) as client:
        yield client


async def post(
    http: httpx2.AsyncClient, served: Served, body: Any, accept: str = GRAPHQL_RESPONSE, **headers: str
) -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {"content-type": JSON, "accept": accept, **headers}
    return await http.post(served.http, content=content, headers=sent)


def code_of(response: Any) -> str:
    return str(response.json()["errors"][0]["extensions"]["code"])


async def test_an_answer_has_the_media_type_that_was_asked_for(http: httpx2.AsyncClient, server: Served) -> None:
    for accept, expected in (
        (GRAPHQL_RESPONSE, GRAPHQL_RESPONSE),
        (JSON, JSON),
        ("*/*", JSON),
        (f"{JSON};q=0.5, {GRAPHQL_RESPONSE}", GRAPHQL_RESPONSE),
        (f"{GRAPHQL_RESPONSE}, {JSON}", GRAPHQL_RESPONSE),
        (f"{GRAPHQL_RESPONSE};q=0, */*;q=0.1", JSON),
        (f"{GRAPHQL_RESPONSE}; charset=utf-16, {JSON}", JSON),
        ("", JSON),
    ):
        response = await post(http, server, {"query": "{ hello }"}, accept)
        assert response.headers["content-type"] == f"{expected}; charset=utf-8", accept
        assert response.json() == {"data": {"hello": "hello world"}}


async def test_a_type_that_cannot_be_given_is_refused(http: httpx2.AsyncClient, server: Served) -> None:
    response = await post(http, server, {"query": "{ hello }"}, "image/png")
    assert response.status_code == 406
    assert response.headers["content-type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b'"text"', 400),
        (b'{"query": "{ hello }\x00"}', 400),
        (b'{"query": "\\ud800"}', 400),
        (b"[" * 5000, 400),
        ([{"query": "{ hello }"}], 400),
        ({"query": 1}, 400),
        ({"query": None}, 400),
        ({"query": "{ hello }", "variables": []}, 400),
        ({"query": "{ hello }", "variables": "x"}, 400),
        ({"query": "{ hello }", "extensions": 1}, 400),
        ({"query": "{ hello }", "operationName": {}}, 400),
        ({"extensions": {"persistedQuery": 1}}, 400),
        ({"extensions": {"persistedQuery": {"sha256Hash": 5}}}, 400),
    ],
)
@pytest.mark.parametrize("accept", [JSON, GRAPHQL_RESPONSE])
async def test_what_is_no_request_is_told_so(
    http: httpx2.AsyncClient, server: Served, body: Any, status: int, accept: str
) -> None:
    response = await post(http, server, body, accept)
    if accept == JSON and isinstance(body, dict) and "extensions" in body and "query" not in body:
        status = 200  # a well-formed request of a document that cannot be found
    assert response.status_code == status
    assert code_of(response) == "BAD_USER_INPUT"
    assert server.world.reported == []


async def test_refusals_of_well_formed_requests_have_a_status_only_where_the_type_allows_it(
    http: httpx2.AsyncClient, server: Served
) -> None:
    for query, code in (
        ("{", "BAD_USER_INPUT"),
        ("{ nope }", "BAD_USER_INPUT"),
        ("{ products(first: 9000) { edges { cursor } } }", "TOO_COMPLEX"),
    ):
        in_graphql = await post(http, server, {"query": query})
        in_json = await post(http, server, {"query": query}, JSON)
        assert (in_graphql.status_code, in_json.status_code) == (400, 200)
        assert code_of(in_graphql) == code_of(in_json) == code
        assert "data" not in in_graphql.json()


async def test_a_null_that_reaches_the_root_is_still_an_answer(http: httpx2.AsyncClient, server: Served) -> None:
    server.world.failing.add("products")
    response = await post(http, server, {"query": "{ products { total } }"})
    assert response.status_code == 200
    assert response.json()["data"] is None
    assert code_of(response) == "INTERNAL"


async def test_nothing_of_an_inner_failure_is_shown(http: httpx2.AsyncClient, server: Served) -> None:
    response = await post(http, server, {"query": "{ broken }"})
    assert "hunter2" not in response.text
    assert [str(error) for error in server.world.reported] == ["password=hunter2"]


async def test_a_value_beyond_json_is_an_inner_failure(http: httpx2.AsyncClient, server: Served) -> None:
    response = await post(http, server, {"query": "{ beyondJson }"})
    assert (response.status_code, code_of(response)) == (200, "INTERNAL")


async def test_a_house_that_fails_is_an_inner_failure(http: httpx2.AsyncClient, server: Served) -> None:
    server.world.failing.add("identify")
    response = await post(http, server, {"query": "{ hello }"})
    assert (response.status_code, code_of(response)) == (500, "INTERNAL")
    assert "away" not in response.text


async def test_a_get_asks_and_never_changes(http: httpx2.AsyncClient, server: Served) -> None:
    asked = await http.get(
        server.http, params={"query": "query($n: String!) { hello(name: $n) }", "variables": '{"n": "茶"}'}
    )
    assert asked.json() == {"data": {"hello": "hello 茶"}}
    assert asked.headers["cache-control"] == "no-store"
    for accept in (JSON, GRAPHQL_RESPONSE, "text/event-stream"):
        changed = await http.get(
            server.http, params={"query": 'mutation { add(topic: "t", text: "x") }'}, headers={"accept": accept}
        )
        assert (changed.status_code, changed.headers["allow"]) == (405, "GET, POST")
    assert server.world.logs == {}


@pytest.mark.parametrize(
    "query", ["query=%ff", "query={hello}&variables={", "query={hello}&variables=[]", "", "&" * 200]
)
async def test_a_get_that_is_no_request_is_told_so(http: httpx2.AsyncClient, server: Served, query: str) -> None:
    response = await http.get(f"{server.http}?{query}")
    assert (response.status_code, code_of(response)) == (400, "BAD_USER_INPUT")


async def test_other_methods_are_refused(http: httpx2.AsyncClient, server: Served) -> None:
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        response = await http.request(method, server.http)
        assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")


async def test_only_plain_json_is_read(http: httpx2.AsyncClient, server: Served) -> None:
    for headers in (
        {"content-type": "multipart/form-data; boundary=x"},
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "application/json; charset=utf-16"},
        {"content-type": ""},
        {"content-encoding": "gzip"},
    ):
        response = await post(http, server, {"query": "{ hello }"}, **headers)
        assert (response.status_code, code_of(response)) == (415, "BAD_USER_INPUT")


async def test_a_large_body_is_refused_before_it_is_read() -> None:
    async with serving(EngineSettings(body_bytes=1000)) as served:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(
            b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1001\r\n\r\n"
        )
        async with asyncio.timeout(5):
            assert b" 413 " in await reader.readline()
            assert b"at most 1000 bytes" in await reader.read()
        writer.close()


async def test_a_body_that_does_not_tell_its_length_is_read_up_to_the_limit() -> None:
    async with serving(EngineSettings(body_bytes=1000)) as served:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(
            b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
        )
        writer.write(b"3e8\r\n" + b" " * 1000 + b"\r\n1\r\n \r\n")
        async with asyncio.timeout(5):
            assert b" 413 " in await reader.readline()
        writer.close()


async def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    async with serving(EngineSettings(body_seconds=0.05)) as served:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(
            b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{"
        )
        async with asyncio.timeout(5):
            assert b" 408 " in await reader.readline()
        writer.close()


async def test_half_a_request_leaves_nothing_behind(http: httpx2.AsyncClient, server: Served) -> None:
    _reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(POST + b"content-length: 10\r\n\r\n{")
    await until(lambda: server.engine._life._requests == 1)
    writer.transport.abort()
    await until(lambda: server.engine._life._requests == 0)
    assert (await post(http, server, {"query": "{ hello }"})).status_code == 200


async def test_an_operation_that_takes_too_long_is_ended(http: httpx2.AsyncClient) -> None:
    async with serving(EngineSettings(operation_seconds=0.05)) as served:
        response = await post(http, served, {"query": "{ slow }"})
        assert (response.status_code, code_of(response)) == (503, "INTERNAL")
        assert "data" not in response.json()


async def test_credentials_that_do_not_hold_are_never_silently_nobody(http: httpx2.AsyncClient, server: Served) -> None:
    for accept in (JSON, GRAPHQL_RESPONSE, "text/event-stream"):
        response = await post(http, server, {"query": "{ hello }"}, accept, authorization="Bearer nobody")
        assert (response.status_code, code_of(response)) == (401, "UNAUTHENTICATED")
        assert response.headers["www-authenticate"] == "Bearer"


async def test_too_many_requests_are_told_when_to_come_back(http: httpx2.AsyncClient, server: Served) -> None:
    server.world.budget = 0
    in_graphql = await post(http, server, {"query": "{ hello }"})
    in_json = await post(http, server, {"query": "{ hello }"}, JSON)
    assert (in_graphql.status_code, in_json.status_code) == (429, 200)
    for response in (in_graphql, in_json):
        assert response.headers["retry-after"] == "2"
        assert response.json()["errors"][0]["extensions"] == {"code": "RATE_LIMITED", "retryAfterMs": 1500}


async def test_a_refused_document_is_paid_for(http: httpx2.AsyncClient, server: Served) -> None:
    before = server.world.budget
    await post(http, server, {"query": "{ nope }"})
    assert server.world.budget == before - EngineSettings().refused_cost


async def test_a_subscription_is_sent_to_another_door(http: httpx2.AsyncClient, server: Served) -> None:
    response = await post(http, server, {"query": 'subscription { happened(topic: "t") { text } }'})
    assert (response.status_code, code_of(response)) == (400, "BAD_USER_INPUT")
    assert "WebSocket" in response.json()["errors"][0]["message"]
    assert server.world.calls["resolve"] == 0


async def test_requests_in_flight_finish_while_the_server_goes_down(http: httpx2.AsyncClient) -> None:
    async with serving() as served:
        answering = asyncio.create_task(post(http, served, {"query": "{ slow }"}))
        await until(lambda: served.world.calls["slow"] == 1)
        draining = asyncio.create_task(served.engine.drain())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(draining), 0.05)
        assert not draining.done()
        served.world.gate.set()
        assert (await answering).json() == {"data": {"slow": "at last"}}
        await draining


async def test_mutated_bodies_break_nothing(http: httpx2.AsyncClient, server: Served) -> None:
    chance = random.Random(11)  # noqa: S311 - the same bodies every time
    body_of_all = {"query": RENAME, "variables": {"name": {"text": "茶", "tags": [1, 2]}}, "operationName": "A"}
    good = json.dumps(body_of_all).encode()
    signs = [b"null", b"[", b"{", b'"', b"$", b"...", b"@skip(if: 1)"]
    spice = [b"\\u0000", b"\\ud800", b"\xff", b"-1e999", b"1" * 400, *signs]
    for _ in range(300):
        body = bytearray(good)
        for _ in range(chance.randrange(1, 4)):
            place = chance.randrange(len(body))
            body[place : place + chance.randrange(4)] = chance.choice(spice)
        response = await post(http, server, bytes(body))
        assert response.status_code in {200, 400}, body
        codes = {error["extensions"]["code"] for error in response.json().get("errors", ())}
        assert codes <= {"BAD_USER_INPUT", "TOO_COMPLEX"}, body
    assert server.world.reported == []
