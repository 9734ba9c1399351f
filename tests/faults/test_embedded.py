"""The embedded shop, killed: one process with its worker, its bus and its WeChat, and one file that remembers."""

from collections.abc import AsyncIterator

import pytest

from tests.journeys.installation import Installation
from tests.journeys.people import a_phone
from tests.journeys.processes import until
from tests.journeys.sockets import Sockets, shows
from tests.journeys.stores import a_shop
from tests.journeys.story import offer_deal, opened_group, paid


@pytest.fixture
async def shop(_migrated: None, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    """What `make serve` starts, with this test behind its counter."""
    async with a_shop(tmp_path_factory.mktemp("embedded")) as embedded:
        await embedded.embedded()
        async with embedded.behind_the_counter():
            yield embedded
            await embedded.is_sound()


async def test_a_payment_is_booked_and_told_once_though_the_shop_dies_right_after_it(
    shop: Installation, sockets: Sockets
) -> None:
    (server,) = shop.servers
    group = await opened_group(shop, await offer_deal())
    bob, cai = await a_phone(shop, "bob"), await a_phone(shop, "cai")
    await paid(bob, await bob.join(group.code))
    joined = await cai.join(group.code)
    watching, inbox = bob.follow(sockets, group.code), group.leader.hear(sockets)
    await watching.until(shows(seatsHeld=1, seatsTaken=2))
    await inbox.until(lambda heard: heard.frames)

    await cai.pay(joined)
    await server.process.kill()
    await server.start()

    async def is_to_ship() -> bool:
        return bool((await cai.order(joined["order"]["id"]))["status"] == "TO_SHIP")

    await until(is_to_ship, "the payment is booked")
    await watching.until(lambda heard: heard.is_complete)
    assert watching.never_went_back()
    await shop.all_is_done()
    for phone in (group.leader, bob, cai):
        assert await phone.told("GROUP_COMPLETED") == 1
    assert await group.leader.told("SEAT_TAKEN") == 2
    await inbox.until(lambda heard: "GROUP_COMPLETED" in heard.kinds)
    told = [each["id"] for each in await group.leader.inbox()]
    # Her phone had its first cursor after Bob's seat or before it was told of; from there on it has everything, once.
    assert inbox.entries() == told[len(told) - len(inbox.entries()) :]
