"""The story: a link, three friends, one group."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from schema.scalars import public_id
from tests.factories.group_buying import a_deal
from tests.journeys.installation import Installation
from tests.journeys.people import Phone, a_phone, ask
from tests.journeys.processes import until
from tests.journeys.running import Server
from tests.journeys.sockets import Listening, Sockets, brought, shows


@dataclass
class Opened:
    """A group with its leader, who has paid."""

    leader: Phone
    order: str
    code: str
    deal: str


@dataclass
class Told:
    """What became of the story."""

    phones: Sequence[Phone]
    watching: Sequence[Listening]
    inboxes: Sequence[Listening]


async def offer_deal(**terms: Any) -> str:
    """Put a new deal on sale; its id. Only behind the counter."""
    return public_id("deal", (await a_deal(**terms)).id)


async def paid(phone: Phone, checkout: dict[str, Any]) -> None:
    """Pay, and wait until the shop has heard of it from WeChat."""

    async def is_booked() -> bool:
        return bool((await phone.order(checkout["order"]["id"]))["status"] != "UNPAID")

    await phone.pay(checkout)
    await until(is_booked, f"the payment of {phone.name} is booked")


async def opened_group(shop: Installation, deal: str, server: Server | None = None, name: str = "ann") -> Opened:
    """A group that somebody new has opened and paid for."""
    leader = await a_phone(shop, name, server)
    checkout = await leader.open_group(deal)
    assert checkout["__typename"] == "CheckoutStarted", checkout
    await paid(leader, checkout)
    return Opened(leader, checkout["order"]["id"], checkout["group"]["code"], deal)


async def friends_buy_together(
    shop: Installation, sockets: Sockets, deal: str, *, asks_at: Server, hears_at: Server
) -> Told:
    """Play the story with a deal of three seats; every step is as it should be, or this raises.

    Requests go to one server, sockets to another, which may be the same.
    """
    ann = await a_phone(shop, "ann", asks_at)
    sku = (await ann.ask("DealPage", id=deal, groups=10))["deal"]["skus"][0]["id"]
    started = await ann.open_group(deal, sku)
    assert started["order"]["status"] == "UNPAID"
    assert started["group"] == {"code": started["group"]["code"], "status": "PENDING", "seatsLeft": 2}
    code = started["group"]["code"]
    watching, inbox = ann.follow(sockets, code, hears_at), ann.hear(sockets, hears_at)
    await watching.until(shows(status="PENDING"))
    await inbox.until(brought())
    await ann.pay(started)
    await watching.until(shows(status="FORMING"))
    assert watching.frames[-1]["group"]["expiresAt"]

    link = await _shared(ann, code)
    assert "还差 2 人成团" in await _landing_page(asks_at, link["url"])
    bob, by_bob = await _comes_by_the_link(shop, "bob", link["code"], code, sku, asks_at)
    cai, by_cai = await _comes_by_the_link(shop, "cai", link["code"], code, sku, asks_at)
    watching_too = bob.follow(sockets, code, hears_at)
    inboxes = [inbox, bob.hear(sockets, hears_at), cai.hear(sockets, hears_at)]
    for each in inboxes:
        await each.until(brought())
    await watching_too.until(shows(seatsHeld=2))

    # Ann's phone is in a tunnel while Bob pays and she is told of it.
    await inbox.drop()
    await paid(bob, by_bob)
    await until(lambda: ann.told("SEAT_TAKEN"), "Ann's inbox says that Bob has joined")
    inbox.come_back()
    await inbox.until(brought("SEAT_TAKEN"))

    await cai.pay(by_cai)
    for each in (watching, watching_too):
        await each.until(lambda heard: heard.is_complete)
        assert each.kinds[-1] == "COMPLETED"
        assert each.never_went_back()
    await inbox.until(brought("SEAT_TAKEN", "SEAT_TAKEN", "GROUP_COMPLETED"))
    for each in inboxes[1:]:
        await each.until(brought("GROUP_COMPLETED"))
    for phone, each in zip((ann, bob, cai), inboxes, strict=True):
        assert each.entries() == [entry["id"] for entry in await phone.inbox()]
    for phone, order in ((ann, started), (bob, by_bob), (cai, by_cai)):
        assert (await phone.order(order["order"]["id"]))["status"] == "TO_SHIP"
    assert "拼团成功" in await _landing_page(asks_at, link["url"])
    return Told((ann, bob, cai), (watching, watching_too), inboxes)


async def _shared(phone: Phone, code: str) -> dict[str, Any]:
    group = (await ask(phone.server, "GroupPage", {"code": code}))["group"]
    link = await phone.do("CreateShareLink", targetId=group["id"], form="LINK")
    assert link["__typename"] == "ShareLink", link
    return link


async def _landing_page(server: Server, url: str) -> str:
    answer = await server.http.get(url, headers={"accept-language": "zh-CN"})
    assert answer.status_code == 200, answer.text
    return answer.text


async def _comes_by_the_link(
    shop: Installation, name: str, link: str, group: str, sku: str, server: Server
) -> tuple[Phone, dict[str, Any]]:
    """Somebody new opens the link before she signs in, and joins through it."""
    touch = await ask(server, "OpenShareLink", {"code": link})
    assert touch["openShareLink"]["link"]["target"]["code"] == group
    phone = await a_phone(shop, name, server, visitor=touch["openShareLink"]["visitorId"])
    checkout = await phone.join(group, sku, shareCode=link)
    assert checkout["__typename"] == "CheckoutStarted", checkout
    return phone, checkout
