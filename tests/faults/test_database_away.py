"""PostgreSQL ends and comes back: the shop recovers by itself, and WeChat is told to come again meanwhile."""

import asyncio

import httpx2

from schema.trusted import operations
from tests.faults.conftest import House
from tests.journeys.installation import Installation, Server
from tests.journeys.people import a_phone
from tests.journeys.processes import until
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
    assert worker.runs
