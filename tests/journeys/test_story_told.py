"""A customer's story: from her pen to the orders that it brought, and gone when she takes her consent back."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx2

from app.accounts.models import Role
from app.core.targets import Target
from tests.factories.group_buying import a_deal
from tests.factories.media import a_picture
from tests.journeys.community import a_community, attached_to, in_her_feed, joins_community, tells
from tests.journeys.installation import Installation
from tests.journeys.people import Clerk, Phone, a_clerk, a_phone, ask, new_key
from tests.journeys.processes import until
from tests.journeys.running import Server
from tests.journeys.selling import receive, ship
from tests.journeys.story import paid

TITLE = "三年只喝这一款"
#: What was promised: nothing that is asked for a second after she withdrew shows it.
GONE_WITHIN_S = 1.0

Look = Callable[[], Awaitable[bool]]

_FIGURES = "query($id: ID!) { staff { storyFigures(storyId: $id) { opened visitors orders amount { fen } } } }"


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


async def _get(server: Server, url: str, **headers: str) -> httpx2.Response:
    parts = urlsplit(url)
    return await server.http.get(f"{parts.path}?{parts.query}", headers=headers)


async def _brought(manager: Clerk, story: str) -> dict[str, int]:
    """What the story's own figures say that it brought."""
    found = (await manager.query(_FIGURES, id=story))["staff"]["storyFigures"]
    return {"orders": found["orders"], "fen": found["amount"]["fen"]}


async def _published(shop: Installation, ann: Phone, manager: Clerk, goods: _Goods) -> str:
    story = await _submitted(ann, goods, await _bought_and_received(shop, ann, goods.product))
    assert (await ask(shop.servers[-1], "StoryPage", {"id": story}))["story"] is None
    approved = await manager.do("ReviewStory", input={"storyId": story, "decision": "APPROVE"})
    assert (approved["__typename"], approved["status"]) == ("Story", "PUBLISHED"), approved
    await until(lambda: ann.told("STORY_PUBLISHED"), "Ann is told that her story is out")
    return story


@dataclass(frozen=True, slots=True)
class _Told:
    """A story that is out, and everything that leads to it."""

    story: str
    link: dict[str, Any]
    picture: str
    community: str
    post: str

    def looks(self, server: Server, reader: Phone, tag: str, cursor: str | None) -> dict[str, Look]:
        """Everywhere at this server where somebody may see it, and whether it shows.

        `tag` is of the picture that her phone keeps; behind `cursor` it stood in the feed that she was paging through.
        """
        at_this_server = Phone(reader.name, server, reader.wechat, reader.token)

        async def node(operation: str, field: str) -> bool:
            return (await ask(server, operation, {"id": self.story}))[field] is not None

        async def is_listed() -> bool:
            edges = (await ask(server, "Stories", {"first": 50}))["stories"]["edges"]
            return self.story in [each["node"]["id"] for each in edges]

        async def is_in_feed(after: str | None) -> bool:
            asked = {"communityId": self.community, "first": 50, "after": after}
            edges = (await ask(server, "CommunityFeed", asked))["community"]["feed"]["edges"]
            return self.story in [each["node"].get("id") for each in edges]

        async def is_in_her_feed() -> bool:
            return self.story in await in_her_feed(at_this_server)

        async def is_attached() -> bool:
            return (await attached_to(at_this_server, self.post))["attachment"] is not None

        async def is_linked() -> bool:
            found = (await ask(server, "ShareLinkTarget", {"code": self.link["code"]}))["shareLink"]
            return found["target"] is not None

        async def answers(url: str, **headers: str) -> bool:
            found = await _get(server, url, **headers)
            return found.status_code < 400 or TITLE in found.text

        return {
            "its page": lambda: node("StoryPage", "story"),
            "its node": lambda: node("NodeById", "node"),
            "the list": is_listed,
            "the community's feed": lambda: is_in_feed(None),
            "the feed's next page": lambda: is_in_feed(cursor),
            "her own feed": is_in_her_feed,
            "a post about it": is_attached,
            "the link": is_linked,
            "the landing page": lambda: answers(self.link["url"]),
            "the poster": lambda: answers(self.link["posterUrl"]),
            "its picture": lambda: answers(self.picture),
            "the picture that a phone keeps": lambda: answers(self.picture, **{"if-none-match": tag}),
        }


async def _place_before(server: Server, told: _Told) -> str | None:
    """The cursor behind which the story stands in the community's feed; None where it is the first."""
    before = None
    while True:
        asked = {"communityId": told.community, "first": 1, "after": before}
        feed = (await ask(server, "CommunityFeed", asked))["community"]["feed"]
        if feed["edges"][0]["node"].get("id") == told.story:
            return before
        assert feed["pageInfo"]["hasNextPage"], "the story stands in the community's feed"
        before = feed["pageInfo"]["endCursor"]


async def _gone_after_s(look: Look, where: str, since: float) -> float:
    """How long after that moment the first look was begun that found nothing; never later than was promised."""
    while True:
        asked = time.perf_counter() - since
        if not await look():
            return asked
        assert asked < GONE_WITHIN_S, f"after {asked:.2f} s it still shows: {where}"


async def _withdraws(shop: Installation, ann: Phone, reader: Phone, told: _Told) -> None:
    """Ann takes her consent back: within a second nothing of it is left, at any server."""
    kept = await _get(shop.servers[0], told.picture)
    assert kept.headers["cache-control"] == "public, no-cache"
    looks = {
        f"{where}, {server.origin}": look
        for server in shop.servers
        for where, look in told.looks(
            server, reader, kept.headers["etag"], await _place_before(server, told)
        ).items()
    }  # fmt: skip
    assert [where for where, look in looks.items() if not await look()] == []

    gone = await ann.do("WithdrawStoryConsent", storyId=told.story)
    since = time.perf_counter()
    assert (gone["__typename"], gone["status"]) == ("Story", "WITHDRAWN"), gone
    took = await asyncio.gather(*[_gone_after_s(look, where, since) for where, look in looks.items()])
    assert max(took) < GONE_WITHIN_S


async def test_a_story_is_told_brings_orders_and_is_gone_when_its_customer_withdraws(shop: Installation) -> None:
    goods, (here, there) = await _on_sale(), (shop.servers[0], shop.servers[-1])
    ann, manager = await a_phone(shop, "ann", here), await a_clerk(shop, Role.COMMUNITY_MANAGER)
    story = await _published(shop, ann, manager, goods)

    async def is_illustrated() -> Any:
        return (await ask(there, "StoryPage", {"id": story}))["story"]["images"]

    (picture,) = await until(is_illustrated, "WeChat has passed the picture, and the page shows it")
    link = await ann.do("CreateShareLink", targetId=story, form="LINK")
    assert TITLE in (await _get(there, link["url"])).text
    community = await a_community(shop)
    await joins_community(ann, community)
    told = _Told(story, link, picture["url"], community, await tells(ann, community, "我写了一篇", story))
    assert await _brought(manager, story) == {"orders": 0, "fen": 0}

    bea = await _comes_by(shop, "bea", link, story, there)
    await joins_community(bea, community)
    alone = await bea.buy(goods.product, shareCode=link["code"])
    await paid(bea, alone)
    cai = await _comes_by(shop, "cai", link, story, here)
    opened = await cai.do("OpenGroup", input={
        "dealId": goods.deal, "addressId": cai.address, "shareCode": link["code"], "idempotencyKey": new_key(),
    })  # fmt: skip
    await paid(cai, opened)
    # Dan comes by no story, and eve only says that she did.
    dan, eve = await a_phone(shop, "dan", there), await a_phone(shop, "eve", there)
    await paid(dan, await dan.join(opened["group"]["code"]))
    await paid(eve, await eve.buy(goods.product, shareCode=link["code"]))
    by_story = {"orders": 2, "fen": sum(each["order"]["amount"]["fen"] for each in (alone, opened))}

    async def is_counted() -> bool:
        return await _brought(manager, story) == by_story

    await until(is_counted, "the story's figures name what it brought")

    await _withdraws(shop, ann, bea, told)
    assert [(await _get(there, each)).status_code for each in (link["url"], link["posterUrl"], told.picture)] == [
        410, 410, 404,
    ]  # fmt: skip
    opening = (await ask(there, "OpenShareLink", {"code": link["code"]}))["openShareLink"]
    assert opening["link"]["target"] is None, opening
    again = await ann.do("CreateShareLink", targetId=story, form="CARD")
    assert again["code"] == "TARGET_NOT_FOUND", again
    # What it brought was bought and stays so; nobody else's order was ever counted.
    await shop.all_is_done()
    assert await _brought(manager, story) == by_story
    assert (await cai.order(opened["order"]["id"]))["status"] == "TO_SHIP"
    assert (await bea.order(alone["order"]["id"]))["status"] == "TO_SHIP"
