"""A customer's story: from her pen to the orders that it brought, and gone when she takes her consent back."""

from typing import Any, NamedTuple
from urllib.parse import urlsplit

from app.accounts.models import Role
from app.core.targets import Target
from app.orders.models import Order
from tests.factories.group_buying import a_deal
from tests.factories.media import a_picture
from tests.journeys.installation import Installation
from tests.journeys.people import Phone, a_clerk, a_phone, ask, new_key
from tests.journeys.processes import until
from tests.journeys.running import Server
from tests.journeys.selling import receive, ship
from tests.journeys.story import paid

TITLE = "三年只喝这一款"


class _Goods(NamedTuple):
    product: str
    deal: str


async def _on_sale() -> _Goods:
    deal = await a_deal(size=2)
    return _Goods(Target("product", deal.product).public_id, Target("deal", deal.id).public_id)


async def _bought_and_received(shop: Installation, phone: Phone, product: str) -> str:
    merchant = await a_clerk(shop, Role.MERCHANT)
    bought = await phone.buy(product)
    await paid(phone, bought)
    order = str(bought["order"]["id"])
    await ship(merchant, order)
    await receive(phone, order)
    return order


async def _submitted(phone: Phone, goods: _Goods, order: str) -> str:
    wording = (await phone.ask("StoryConsentWording"))["storyConsentWording"]
    assert wording["text"]
    picture = await phone.upload("STORY", a_picture(colour="olive"))
    given = {
        "title": TITLE, "body": "每天早上一杯，清香回甘。", "productIds": [goods.product], "orderId": order,
        "uploadIds": [picture], "consentWordingVersion": wording["version"], "clientId": new_key(),
    }  # fmt: skip
    made = await phone.do("SubmitStory", input=given)
    assert (made["__typename"], made["status"]) == ("Story", "IN_REVIEW"), made
    assert await phone.do("SubmitStory", input=given) == made
    return str(made["id"])


async def _comes_by(shop: Installation, name: str, link: dict[str, Any], story: str, server: Server) -> Phone:
    """Somebody new opens the link before she signs in, reads, and signs in."""
    touch = (await ask(server, "OpenShareLink", {"code": link["code"]}))["openShareLink"]
    assert touch["link"]["target"] == {"__typename": "Story", "id": story}, touch
    read = (await ask(server, "StoryPage", {"id": story}))["story"]
    assert read["verifiedPurchase"]
    return await a_phone(shop, name, server, visitor=touch["visitorId"])


async def _brought_by(code: str) -> set[str]:
    """The orders that a link brought."""
    return {Target("order", each.id).public_id for each in await Order.filter(share_code=code)}


async def _status(server: Server, url: str) -> int:
    parts = urlsplit(url)
    return (await server.http.get(f"{parts.path}?{parts.query}")).status_code


async def test_a_story_is_told_brings_orders_and_is_gone_when_its_customer_withdraws(shop: Installation) -> None:
    goods, (here, there) = await _on_sale(), (shop.servers[0], shop.servers[-1])
    ann, manager = await a_phone(shop, "ann", here), await a_clerk(shop, Role.COMMUNITY_MANAGER)
    story = await _submitted(ann, goods, await _bought_and_received(shop, ann, goods.product))
    assert (await ask(there, "StoryPage", {"id": story}))["story"] is None
    approved = await manager.do("ReviewStory", input={"storyId": story, "decision": "APPROVE"})
    assert (approved["__typename"], approved["status"]) == ("Story", "PUBLISHED"), approved

    async def is_illustrated() -> Any:
        return (await ask(there, "StoryPage", {"id": story}))["story"]["images"]

    (picture,) = await until(is_illustrated, "WeChat has passed the picture, and the page shows it")
    await until(lambda: ann.told("STORY_PUBLISHED"), "Ann is told that her story is out")
    link = await ann.do("CreateShareLink", targetId=story, form="LINK")
    assert TITLE in (await there.http.get(urlsplit(link["url"]).path)).text
    doors = [link["url"], link["posterUrl"], picture["url"]]
    assert [await _status(there, each) for each in doors] == [200] * 3

    bea = await _comes_by(shop, "bea", link, story, there)
    alone = await bea.buy(goods.product, shareCode=link["code"])
    await paid(bea, alone)
    cai = await _comes_by(shop, "cai", link, story, here)
    opened = await cai.do("OpenGroup", input={
        "dealId": goods.deal, "addressId": cai.address, "shareCode": link["code"], "idempotencyKey": new_key(),
    })  # fmt: skip
    await paid(cai, opened)
    # Dan comes by no story, and eve only says that she did.
    dan, eve = await a_phone(shop, "dan", there), await a_phone(shop, "eve", there)
    joined = await dan.join(opened["group"]["code"])
    await paid(dan, joined)
    claimed = await eve.buy(goods.product, shareCode=link["code"])
    assert claimed["__typename"] == "CheckoutStarted", claimed
    assert await _brought_by(link["code"]) >= {alone["order"]["id"], opened["order"]["id"]}
    assert joined["order"]["id"] not in await _brought_by(link["code"])

    await _withdraws(ann, story, link, there)
    assert [await _status(there, each) for each in doors] == [410, 410, 404]
    assert TITLE not in (await there.http.get(urlsplit(link["url"]).path)).text
    # What it brought was bought and stays so.
    assert (await cai.order(opened["order"]["id"]))["status"] == "TO_SHIP"
    assert (await bea.order(alone["order"]["id"]))["status"] == "TO_SHIP"


async def _withdraws(ann: Phone, story: str, link: dict[str, Any], there: Server) -> None:
    """Ann takes her consent back: at the first look afterwards the API has nothing of it, also at the other server."""
    listed = await ask(there, "Stories", {"first": 50})
    assert story in [each["node"]["id"] for each in listed["stories"]["edges"]]
    gone = await ann.do("WithdrawStoryConsent", storyId=story)
    assert (gone["__typename"], gone["status"]) == ("Story", "WITHDRAWN"), gone
    assert (await ask(there, "StoryPage", {"id": story}))["story"] is None
    assert (await ask(there, "NodeById", {"id": story}))["node"] is None
    listed = await ask(there, "Stories", {"first": 50})
    assert story not in [each["node"]["id"] for each in listed["stories"]["edges"]]
    assert (await ask(there, "ShareLinkTarget", {"code": link["code"]}))["shareLink"]["target"] is None
    opened = (await ask(there, "OpenShareLink", {"code": link["code"]}))["openShareLink"]
    assert opened["link"]["target"] is None, opened
    again = await ann.do("CreateShareLink", targetId=story, form="CARD")
    assert again["code"] == "TARGET_NOT_FOUND", again
