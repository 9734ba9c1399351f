"""Redis dies and comes back: pushes are late, never lost, never twice."""

import asyncio

from app.core.bus import RedisBus
from tests.faults.conftest import House
from tests.journeys.people import a_phone
from tests.journeys.processes import until
from tests.journeys.sockets import Sockets, brought, shows
from tests.journeys.story import offer_deal, opened_group, paid


async def test_pushes_are_late_but_each_comes_once_while_redis_is_away(house: House, sockets: Sockets) -> None:
    shop = house.shop
    asks_at, hears_at = shop.servers
    group = await opened_group(shop, await offer_deal(), asks_at)
    bob, cai = await a_phone(shop, "bob", asks_at), await a_phone(shop, "cai", asks_at)
    watching, inbox = bob.follow(sockets, group.code, hears_at), group.leader.hear(sockets, hears_at)
    await watching.until(shows(status="FORMING"))
    await inbox.until(brought())
    await shop.worker("worker")

    await house.redis.process.kill()
    await until(lambda: _misses_redis(house), "the servers say that Redis is away")
    await paid(bob, await bob.join(group.code))
    await watching.until(shows(seatsTaken=2))
    await inbox.until(brought("SEAT_TAKEN"))

    await house.redis.start()
    await until(hears_at.is_ready, "the server is ready again")
    await paid(cai, await cai.join(group.code))
    await watching.until(lambda heard: heard.is_complete)
    await inbox.until(brought("SEAT_TAKEN", "SEAT_TAKEN", "GROUP_COMPLETED"))
    assert watching.kinds[-1] == "COMPLETED"
    assert watching.never_went_back()
    assert inbox.entries() == [each["id"] for each in await group.leader.inbox()]
    # Nobody's socket was cut for it.
    assert (watching.connected, inbox.connected, inbox.closed) == (1, 1, [])


async def _misses_redis(house: House) -> bool:
    return all([await server.missing() == ["redis"] for server in house.shop.servers])


async def test_a_gap_that_cannot_be_mended_now_does_not_end_the_bus(house: House) -> None:
    bus, heard = RedisBus(house.redis.url, "gap"), asyncio.Queue[int]()
    asked = asyncio.Event()

    async def database_is_away_too(topics: list[str]) -> None:
        assert topics == ["group:1"]
        asked.set()
        raise RuntimeError("the database is starting up")

    bus.on_gap = database_is_away_too
    await bus.start()
    try:
        await bus.subscribe("group:1", heard.put_nowait)
        await house.redis.process.kill()
        await house.redis.start()
        async with asyncio.timeout(20):
            await asked.wait()
            other = RedisBus(house.redis.url, "gap")
            await other.start()
            try:
                other.publish("group:1", 7)
                assert await heard.get() == 7
            finally:
                await other.stop()
    finally:
        await bus.stop()


async def test_a_topic_that_is_asked_for_while_redis_is_away_is_heard_when_it_is_back(house: House) -> None:
    here, there, heard = RedisBus(house.redis.url, "late"), RedisBus(house.redis.url, "late"), asyncio.Queue[int]()
    gaps = asyncio.Queue[list[str]]()
    here.on_gap = gaps.put
    await house.redis.process.kill()
    await here.start()
    try:
        await here.subscribe("group:1", heard.put_nowait)
        await house.redis.start()
        await there.start()
        async with asyncio.timeout(20):
            assert await gaps.get() == ["group:1"]
            there.publish("group:1", 7)
            assert await heard.get() == 7
    finally:
        await here.stop()
        await there.stop()
