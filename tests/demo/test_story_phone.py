"""What a phone of the story notices, played against a shop that says what the test wants."""

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from io import StringIO
from typing import Any

import httpx2
import pytest
from websockets.asyncio.server import ServerConnection, serve

from app.demo.story.errands import find_bargain
from app.demo.story.phone import Phone
from app.demo.story.screen import Person, Screen
from app.demo.story.shop import NotAsTold, Shop
from app.demo.story.socket import PROTOCOL

ANN = Person("安安", "Ann", 35)


def _phone(shop: Shop) -> Phone:
    screen = Screen(StringIO())
    screen.scene("A test", "", [ANN])
    return Phone(ANN, "run", shop, screen)


def _change(version: int, status: str = "FORMING") -> dict[str, Any]:
    group = {"code": "G", "status": status, "seatsTaken": 1, "seatsHeld": 0, "seatsLeft": 2, "expiresAt": None}
    return {"groupChanged": {"kind": "SEAT_TAKEN", "version": version, "group": group}}


def _told(cursor: str, entry: str | None = None) -> dict[str, Any]:
    notification = (
        {"id": entry, "kind": "SEAT_TAKEN", "title": "Bob joined", "body": "2 seats left."} if entry else None
    )
    return {"notificationReceived": {"cursor": cursor, "notification": notification}}


@asynccontextmanager
async def _pushing(*frames: dict[str, Any]) -> AsyncIterator[tuple[Shop, list[dict[str, Any]]]]:
    """A shop that pushes these as soon as both subscriptions stand; and the variables that they came with."""
    asked: list[dict[str, Any]] = []

    async def answer(connection: ServerConnection) -> None:
        await connection.recv()
        await connection.send(json.dumps({"type": "connection_ack"}))
        asked.extend([json.loads(await connection.recv())["payload"]["variables"] for _ in range(2)])
        for data in frames:
            operation = "GroupChanged" if "groupChanged" in data else "NotificationReceived"
            await connection.send(json.dumps({"id": operation, "type": "next", "payload": {"data": data}}))
        await connection.wait_closed()

    async with serve(answer, "127.0.0.1", 0, subprotocols=[PROTOCOL]) as server, httpx2.AsyncClient() as http:
        port = next(iter(server.sockets)).getsockname()[1]
        yield Shop(f"http://127.0.0.1:{port}", http), asked


async def test_a_phone_notices_what_it_is_told_twice() -> None:
    async with _pushing(_change(1), _told("c0"), _told("c1", "n1"), _told("c2", "n1")) as (shop, _):
        phone = _phone(shop)
        await phone.follow("G")
        with pytest.raises(NotAsTold, match="told twice"):
            await phone.until_told("SEAT_TAKEN", 2)
        await phone.put_away()


async def test_a_phone_notices_a_version_that_goes_back() -> None:
    async with _pushing(_told("c0"), _change(3), _change(2, "COMPLETED")) as (shop, _):
        phone = _phone(shop)
        await phone.follow("G")
        with pytest.raises(NotAsTold, match="from 3 to 2"):
            await phone.until(lambda: phone.group["status"] == "COMPLETED", "the end")
        await phone.put_away()


async def test_a_phone_comes_back_with_its_version_and_cursor() -> None:
    async with _pushing(_change(4), _told("c0"), _told("c7", "n1")) as (shop, asked):
        phone = _phone(shop)
        await phone.follow("G")
        await phone.until_told("SEAT_TAKEN")
        await phone.lose_network()
        await phone.follow("G")
        await phone.put_away()
    assert asked == [
        {"code": "G", "afterVersion": None},
        {"after": None},
        {"code": "G", "afterVersion": 4},
        {"after": "c7"},
    ]


async def test_a_phone_does_not_wait_for_ever() -> None:
    async with _pushing(_change(1), _told("c0")) as (shop, _):
        phone = _phone(shop)
        await phone.follow("G")
        with pytest.raises(NotAsTold, match="in vain for the moon"):
            await phone.until(lambda: False, "the moon", patience_s=0.05)
        await phone.put_away()


def _deal(key: str, size: int = 3, available: int = 100, **more: object) -> dict[str, Any]:
    money = {"fen": 2490, "display": "¥24.90"}
    sku = {"id": f"offer_{key}", "optionValues": [], "price": money, "soloPrice": money, "available": available}
    return {
        "id": key, "title": key, "status": "RUNNING", "size": size, "windowSeconds": 86_400, "limitPerUser": None,
        "openAudience": "ANYONE", "joinAudience": "ANYONE", "skus": [sku], **more,
    }  # fmt: skip


def _selling(deals: Sequence[Mapping[str, Any]]) -> Shop:
    """A shop that sells these, two on a page."""

    def page(after: str | None) -> dict[str, Any]:
        first = int(after or 0)
        info = {"hasNextPage": first + 2 < len(deals), "endCursor": str(first + 2)}
        return {"deals": {"edges": [{"node": deal} for deal in deals[first : first + 2]], "pageInfo": info}}

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked = json.loads(request.content)
        variables = asked["variables"]
        if asked["operationName"] == "Deals":
            return httpx2.Response(200, json={"data": page(variables["after"])})
        (deal,) = (each for each in deals if each["id"] == variables["id"])
        return httpx2.Response(200, json={"data": {"deal": deal}})

    return Shop("http://shop", httpx2.AsyncClient(transport=httpx2.MockTransport(answer), base_url="http://shop"))


@pytest.mark.parametrize(
    "unfit",
    [
        lambda: _deal("sold-out", available=2),
        lambda: _deal("for-two", size=2),
        lambda: _deal("paused", status="PAUSED"),
        lambda: _deal("one-each", limitPerUser=1),
        lambda: _deal("newcomers", joinAudience="NEWCOMERS"),
        lambda: _deal("too-short", windowSeconds=180),
    ],
)
async def test_a_deal_that_does_not_fit_is_passed_by(unfit: Callable[[], dict[str, Any]]) -> None:
    shop = _selling([unfit(), _deal("for-five", size=5), _deal("good")])
    found = await find_bargain(_phone(shop), size=3, shortest_s=1800)
    assert (found.deal, found.sku, found.fen) == ("good", "offer_good", 2490)


async def test_a_shop_where_all_is_sold_out_is_told_apart() -> None:
    with pytest.raises(NotAsTold, match="have bought them"):
        await find_bargain(_phone(_selling([_deal("a", available=0), _deal("b", available=1)])), size=3)
