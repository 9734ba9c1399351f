"""A customer's story: from her parcel to the order that it brought, and gone when she takes her word back."""

import asyncio
import html
import re
import time
from typing import Any, Final

from app.demo.pictures import draw
from app.demo.story.errands import enter, share_thing, sign_in
from app.demo.story.phone import Phone
from app.demo.story.scenes.alone import ship
from app.demo.story.scenes.stage import GIA, HAL, MANAGER, MERCHANT, Stage
from app.demo.story.shop import NotAsTold
from app.demo.story.shopping import Goods, buy_alone, find_goods

_PICTURE_SIZE: Final = 480
#: What was promised: so long after she withdrew nobody sees it any more.
_GONE_WITHIN_S: Final = 1.0


async def a_story_and_its_end(stage: Stage) -> None:
    """Received, written, agreed to, reviewed, shared, bought from, withdrawn."""
    stage.screen.scene(
        "A customer's own story",
        "Gia has received what she bought and tells of it. Nothing is shown before she has agreed to the wording and "
        "somebody else has reviewed it; and all of it goes when she takes her consent back.",
        [GIA, MANAGER, HAL, MERCHANT],
    )
    gia, manager, hal = (stage.phone_of(each) for each in (GIA, MANAGER, HAL))
    await sign_in(gia)
    goods = await find_goods(gia)
    story = await _write(stage, gia, goods)
    await enter(manager)
    if (await hal.ask("StoryPage", id=story))["story"]:
        raise NotAsTold("A story was shown before its review")
    given = {"storyId": story, "decision": "APPROVE", "note": None, "publishAt": None}
    reviewed = await manager.do("ReviewStory", "Story", input=given)
    await manager.beat(f"reads it, and approves: {reviewed['status']}")
    link = await share_thing(gia, story)
    stage.screen.tell("Its page on the open web:", copy=link["url"], below=await _title_of(stage, link["url"]))
    await _read_and_buy(hal, link["code"], goods)
    await _withdraw(stage, gia, story, link)


async def _write(stage: Stage, gia: Phone, goods: Goods) -> str:
    merchant = stage.phone_of(MERCHANT)
    order = await buy_alone(gia, goods)
    if merchant.token is None:
        await enter(merchant)
    await ship(merchant, order["id"])
    await gia.do("ConfirmReceipt", "Order", orderId=order["id"])
    wording = (await gia.ask("StoryConsentWording"))["storyConsentWording"]
    await gia.beat("has it, and reads what she would agree to")
    stage.screen.tell(f"Wording {wording['version']}: {wording['text']}")
    picture = draw("tea", "tea", _PICTURE_SIZE)
    ticket = await gia.do("CreateUpload", "UploadTicket", purpose="STORY", bytes=len(picture), mime="image/png")
    await stage.shop.post_file(ticket, picture, "image/png")
    given = {
        "title": "每天早上的第一杯",
        "body": "喝了两个星期，水一热就有豆香。包装也好，送来没有压坏。给妈妈也买了一份。",
        "uploadIds": [ticket["id"]],
        "productIds": [goods.product],
        "orderId": order["id"],
        "consentWordingVersion": wording["version"],
        "clientId": gia.new_key(),
    }
    made = await gia.do("SubmitStory", "Story", input=given)
    await gia.beat(f"writes “{given['title']}”, with a picture, and agrees: {made['status']}")
    return str(made["id"])


async def _title_of(stage: Stage, url: str) -> str:
    found = re.search(r'<meta property="og:title" content="(.*?)">', await stage.shop.page(url))
    if not found:
        raise NotAsTold(f"{url} is not the landing page of a story")
    return html.unescape(found[1])


async def _read_and_buy(hal: Phone, link: str, goods: Goods) -> None:
    touch = await hal.do("OpenShareLink", "ShareTouch", code=link, visitorId=None, entryScene=None, groupInfo=None)
    page = (await hal.ask("StoryPage", id=touch["link"]["target"]["id"]))["story"]
    bought = ", a verified purchase" if page["verifiedPurchase"] else ""
    await hal.beat(f"taps the card and reads “{page['title']}” by {page['customer']['nickname']}{bought}")
    await sign_in(hal, touch["visitorId"])
    if page["products"][0]["id"] != goods.product:
        raise NotAsTold("The story shows another product than hers")
    await buy_alone(hal, goods, link=link)


async def _withdraw(stage: Stage, gia: Phone, story: str, link: dict[str, Any]) -> None:
    withdrawn = await gia.do("WithdrawStoryConsent", "Story", storyId=story)
    since = time.monotonic()
    await gia.beat(f"takes her consent back: {withdrawn['status']}")
    since += stage.screen.pause
    while left := await _where_it_still_is(stage, story, link):
        if time.monotonic() - since > _GONE_WITHIN_S:
            raise NotAsTold(f"A second after Gia withdrew, her story is still in {', '.join(left)}")
        await asyncio.sleep(0.05)
    stage.screen.tell(
        f"Gone {(time.monotonic() - since) * 1000:.0f} ms later from its page, the list, the link and the open web. "
        "Hal's order stays his."
    )


async def _where_it_still_is(stage: Stage, story: str, link: dict[str, Any]) -> list[str]:
    hal = stage.phone_of(HAL)
    listed = (await hal.ask("Stories", first=20, after=None))["stories"]["edges"]
    seen = {
        "its page": (await hal.ask("StoryPage", id=story))["story"],
        "the list": story in [each["node"]["id"] for each in listed],
        "the link": (await hal.ask("ShareLinkTarget", code=link["code"]))["shareLink"]["target"],
        "the open web": await stage.shop.status_of(link["url"]) < 400,  # noqa: PLR2004 - where HTTP's refusals begin
    }
    return [where for where, is_there in seen.items() if is_there]
