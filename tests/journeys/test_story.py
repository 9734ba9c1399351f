"""The story as the main job tells it, through the doors that phones use."""

from tests.journeys.installation import Installation
from tests.journeys.people import a_phone, ask
from tests.journeys.sockets import Sockets
from tests.journeys.story import friends_buy_together, offer_deal


async def test_three_friends_complete_a_group_and_each_is_told_once(shop: Installation, sockets: Sockets) -> None:
    server = shop.servers[0]
    told = await friends_buy_together(shop, sockets, await offer_deal(), asks_at=server, hears_at=server)
    late = await a_phone(shop, "dai")
    code = told.watching[0].frames[-1]["group"]["code"]
    refused = await late.join(code)
    assert refused["__typename"] == "GroupFull"
    page = (await ask(server, "GroupPage", {"code": code}))["group"]
    assert (page["status"], page["seatsTaken"], page["seatsLeft"]) == ("COMPLETED", 3, 0)
    asked = await shop.command("audit")
    assert asked.code == 0, asked.said
    assert "0 faults found" in asked.said
