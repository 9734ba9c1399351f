"""What no client of ours sends: each gets a clear answer, and the server goes on serving."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from schema.trusted import operations
from tests.journeys.installation import Installation
from tests.journeys.people import a_phone
from tests.journeys.running import Server

JSON = {"content-type": "application/json"}
MEGABYTE = 1024 * 1024


@pytest.fixture
async def server(shop: Installation) -> AsyncIterator[Server]:
    """A server that is the same process afterwards, and ready."""
    served = shop.servers[0]
    before = served.pid
    yield served
    assert served.process.runs
    assert served.pid == before
    assert await served.is_ready()


def _codes(answer: httpx2.Response) -> list[str]:
    return [each["extensions"]["code"] for each in answer.json()["errors"]]


@pytest.mark.parametrize("length", ["Content-Length: 41943040", "Transfer-Encoding: chunked"])
async def test_a_body_of_forty_megabytes_is_refused_before_it_is_there(server: Server, length: str) -> None:
    head = f"POST /graphql HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n{length}\r\n\r\n"
    piece = b" " * MEGABYTE if length.startswith("Content") else b"100000\r\n" + b" " * MEGABYTE + b"\r\n"
    reader, writer = await asyncio.open_connection(*_address(server))
    writer.write(head.encode() + piece)
    async with asyncio.timeout(10):
        answer = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        body = await reader.readexactly(int(answer.partition("content-length: ")[2].partition("\r\n")[0]))
    assert answer.startswith("http/1.1 413 ")
    assert json.loads(body)["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    # Whoever goes on sending all the same is hung up on.
    with pytest.raises(ConnectionError):
        async with asyncio.timeout(10):
            for _ in range(39):
                writer.write(piece)
                await writer.drain()
    writer.transport.abort()


def _address(server: Server) -> tuple[str, int]:
    host, _, port = server.origin.removeprefix("http://").partition(":")
    return host, int(port)


@pytest.mark.parametrize("door", ["/wechat/pay/notify", "/wechat/push"])
async def test_wechats_doors_take_no_large_bodies_either(server: Server, door: str) -> None:
    answer = await server.http.post(door, content=b"x" * MEGABYTE, headers=JSON)
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{", JSON, 400),
        (b"", JSON, 400),
        (b"[]", JSON, 400),
        (b'"{ viewer { roles } }"', JSON, 400),
        (b"\x00\xff\xfe", JSON, 400),
        (b'{"query": 5}', JSON, 400),
        (b'{"query": "{ viewer { roles } }", "variables": 5}', JSON, 400),
        (b"[" * 100_000, JSON, 400),
        (b"query=%7Bviewer%7D", {"content-type": "application/x-www-form-urlencoded"}, 415),
        (b'{"query": "{ viewer { roles } }"}', {"content-type": "text/plain"}, 415),
        (b'{"query": "{ viewer { roles } }"}', {}, 415),
        (b"\x1f\x8b\x08\x00", JSON | {"content-encoding": "gzip"}, 415),
    ],
)
async def test_what_is_no_request_is_called_so(
    server: Server, body: bytes, headers: dict[str, str], status: int
) -> None:
    answer = await server.http.post("/graphql", content=body, headers=headers)
    assert answer.status_code == status
    assert _codes(answer) == ["BAD_USER_INPUT"]


async def test_ten_thousand_aliases_are_too_many(server: Server) -> None:
    query = "{" + " ".join(f"a{number}: viewer {{ roles }}" for number in range(10_000)) + "}"
    answer = await server.http.post("/graphql", json={"query": query})
    assert _codes(answer) == ["TOO_COMPLEX"]
    fewer = "{" + " ".join(f"a{number}: viewer {{ roles }}" for number in range(60)) + "}"
    assert "TOO_COMPLEX" in _codes(await server.http.post("/graphql", json={"query": fewer}))


@pytest.mark.parametrize(
    ("operation", "variables"),
    [
        ("GroupPage", {"code": "G\x00234567AB"}),
        ("GroupPage", {"code": "G" * 100_000}),
        ("NodeById", {"id": "\x00"}),
        ("DealPage", {"id": "deal:\x00", "groups": 10}),
        ("Deals", {"first": 10, "search": "茶\x00"}),
        ("Deals", {"first": 10, "after": "\x00"}),
        ("Deals", {"first": 2**40}),
        ("OpenShareLink", {"code": "\x00", "visitorId": "\x00"}),
        ("SignIn", {"code": "\x00"}),
        ("RefreshSession", {"refreshToken": "\x00.1.\x00"}),
        ("GroupPage", {}),
        ("GroupPage", {"code": {"a": "b"}}),
    ],
)
async def test_strange_values_are_no_fault_of_ours(server: Server, operation: str, variables: dict[str, Any]) -> None:
    answer = await server.http.post("/graphql", json={"query": operations()[operation], "variables": variables})
    assert answer.status_code < 500
    told = answer.json()
    assert all(each["extensions"]["code"] == "BAD_USER_INPUT" for each in told.get("errors", [])), told


@pytest.mark.parametrize(
    ("operation", "given"),
    [
        (
            "SaveAddress",
            {"recipient": "安\x00安", "phone": "13800138000", "province": "a", "city": "b", "district": "c"},
        ),
        ("OpenGroup", {"dealId": "\x00", "idempotencyKey": "k"}),
        ("OpenGroup", {"dealId": "x", "idempotencyKey": "\x00"}),
        ("JoinGroup", {"groupCode": "G23456789AB", "idempotencyKey": "k" * 10_000}),
        ("JoinGroup", {"groupCode": "G23456789AB", "idempotencyKey": "k", "quantity": 2**31 - 1}),
    ],
)
async def test_strange_input_of_somebody_signed_in_is_no_fault_of_ours(
    shop: Installation, server: Server, operation: str, given: dict[str, Any]
) -> None:
    phone = await a_phone(shop, "eve", server)
    body = {
        "query": operations()[operation],
        "variables": {"input": given | ({"detail": "d"} if "city" in given else {})},
    }
    answer = await server.http.post("/graphql", json=body, headers={"authorization": f"Bearer {phone.token}"})
    assert answer.status_code < 500
    told = answer.json()
    refused = "errors" in told or "code" in next(iter(told["data"].values()))
    assert refused, told
    assert all(each["extensions"]["code"] == "BAD_USER_INPUT" for each in told.get("errors", [])), told


@pytest.mark.parametrize("token", ["x", "\u00e9", "a.b.c", "ey" * 20_000])
async def test_strange_tokens_are_nobodys(server: Server, token: str) -> None:
    headers = {b"authorization": f"Bearer {token}".encode()}
    answer = await server.http.post("/graphql", json={"query": "{ viewer { roles } }"}, headers=headers)
    assert answer.status_code < 500
    if answer.status_code < 430 and answer.headers["content-type"].startswith("application/"):
        assert _codes(answer) == ["UNAUTHENTICATED"]


@pytest.mark.parametrize(
    "message",
    [
        "{",
        "5",
        "[]",
        '{"type": 5}',
        '{"type": "subscribe"}',
        '{"type": "connection_init", "payload": 5}',
        "\x00",
        b"\x00",
    ],
)
async def test_a_socket_that_is_sent_nonsense_is_closed_with_a_reason(server: Server, message: str | bytes) -> None:
    async with connect(server.socket_url, subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
        await socket.send(message)
        with pytest.raises(ConnectionClosed) as closed:
            async with asyncio.timeout(10):
                while True:
                    await socket.recv()
    assert closed.value.rcvd
    assert 4400 <= closed.value.rcvd.code < 4500
    assert closed.value.rcvd.reason


async def test_a_message_that_is_too_long_closes_its_socket_alone(server: Server) -> None:
    protocol = [Subprotocol("graphql-transport-ws")]
    async with connect(server.socket_url, subprotocols=protocol) as good:
        async with connect(server.socket_url, subprotocols=protocol) as socket:
            with pytest.raises(ConnectionClosed) as closed:
                await socket.send("x" * MEGABYTE)
                await socket.recv()
        assert closed.value.rcvd
        assert closed.value.rcvd.code == 1009
        await good.send(json.dumps({"type": "connection_init"}))
        assert json.loads(await good.recv())["type"] == "connection_ack"


async def test_half_a_frame_and_half_a_request_harm_nobody(server: Server) -> None:
    host, port = _address(server)
    handshake = (
        f"GET /graphql HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
    )
    upgraded = await _sends_half(host, port, handshake.encode(), b"\x81\xfe\x01")
    assert upgraded.startswith(b"HTTP/1.1 101")
    await _sends_half(host, port, b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n", b"{")
    refused = await _sends_half(host, port, b"\x00\x01\x02 not HTTP\r\n\r\n", b"")
    assert refused.startswith(b"HTTP/1.1 400")


async def _sends_half(host: str, port: int, whole: bytes, half: bytes) -> bytes:
    """Send something, take what comes back at once, send half of something more and hang up."""
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(whole)
    try:
        async with asyncio.timeout(0.5):
            answer = await reader.read(1000)
    except TimeoutError:
        answer = b""
    writer.write(half)
    await writer.drain()
    writer.transport.abort()
    return answer
