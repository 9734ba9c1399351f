"""PostgreSQL ends and comes back: the shop recovers by itself, and WeChat is told to come again meanwhile."""

from typing import Any

from schema.trusted import operations
from tests.faults.conftest import House
from tests.journeys.installation import Installation
from tests.journeys.people import Phone, a_phone
from tests.journeys.processes import until
from tests.journeys.running import Server
from tests.journeys.sockets import Sockets, brought, shows
from tests.journeys.story import offer_deal, opened_group, paid


async def test_the_shop_recovers_and_a_payment_made_meanwhile_is_booked(house: House, sockets: Sockets) -> None:
    shop = house.shop
    asks_at, hears_at = shop.servers
    group = await opened_group(shop, await offer_deal(), asks_at)
    bob, cai = await a_phone(shop, "bob", asks_at), await a_phone(shop, "cai", asks_at)
    by_bob, by_cai = await bob.join(group.code), await cai.join(group.code)
    watching, inbox = bob.follow(sockets, group.code, hears_at), group.leader.hear(sockets, hears_at)
    await watching.until(shows(seatsHeld=2))
    await inbox.until(brought())
    worker = await shop.worker("worker")

    await house.postgres.stop()
    transaction = await bob.pay(by_bob)
    await until(lambda: _refused_with_500(shop, transaction), "WeChat's notification is answered with 5xx")
    for server in shop.servers:
        assert await server.missing() == ["database", "migrations"]
        assert await _is_told_that_it_is_our_fault(server)
        assert (await server.http.get("/health/live")).status_code == 200

    # A phone that comes just now is not turned away for good.
    come_too_early = cai.hear(sockets, hears_at)
    await come_too_early.until(lambda heard: heard.closed)

    await house.postgres.start()
    await until(lambda: _is_booked(bob, by_bob), "the payment is booked")
    await watching.until(shows(seatsTaken=2))
    await inbox.until(brought("SEAT_TAKEN"))
    await paid(cai, by_cai)
    await watching.until(lambda heard: heard.is_complete)
    await inbox.until(brought("SEAT_TAKEN", "SEAT_TAKEN", "GROUP_COMPLETED"))
    assert watching.never_went_back()
    assert inbox.entries() == [each["id"] for each in await group.leader.inbox()]
    assert (watching.connected, inbox.connected, inbox.closed) == (1, 1, [])
    await come_too_early.until(lambda heard: "GROUP_COMPLETED" in heard.kinds)
    assert worker.runs


async def _refused_with_500(shop: Installation, transaction: str) -> bool:
    sent = await shop.wechat.sent()
    (number,) = [each["out_trade_no"] for each in sent["orders"] if each.get("transaction_id") == transaction]
    (letter,) = [each for each in sent["notifications"] if each["about"] == number]
    assert letter["state"] == "waiting", letter
    return str(letter["last_answer"]).startswith("5")


async def _is_told_that_it_is_our_fault(server: Server) -> bool:
    body = {"query": operations()["Deals"], "variables": {"first": 1}}
    answer = await server.http.post("/graphql", json=body)
    return [each["extensions"]["code"] for each in answer.json()["errors"]] == ["INTERNAL"]


async def _is_booked(phone: Phone, checkout: dict[str, Any]) -> bool:
    try:
        return bool((await phone.order(checkout["order"]["id"]))["status"] == "PAID_FORMING")
    except AssertionError:
        # The server's connections to the database may still be those that were cut.
        return False
