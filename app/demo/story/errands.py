"""What people do on their phones, step by step, each told as it happens."""

import asyncio
import html
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from app.demo.story.phone import Phone, seats
from app.demo.story.shop import NotAsTold, Shop

#: Pieces that a run may buy of one SKU, with room for somebody else's run beside it.
_PIECES: Final = 6
#: Pieces that one person may buy in a run.
_PER_PERSON: Final = 2
#: How often to ask for a payment again that WeChat was too busy to begin.
_TRIES: Final = 5

_HOMES = {
    "Ann": ("浙江省", "杭州市", "西湖区", "文三路 1 号"),
    "Bob": ("上海市", "上海市", "徐汇区", "衡山路 12 号"),
    "Cai": ("广东省", "广州市", "天河区", "体育西路 8 号"),
    "Dan": ("四川省", "成都市", "锦江区", "春熙路 20 号"),
}


@dataclass(frozen=True, slots=True)
class Bargain:
    """A deal and the SKU of it that is bought, as the deal's page shows them. The price is one piece's."""

    deal: str
    title: str
    size: int
    window_s: int
    sku: str
    #: Which choice of the product, in its own words; empty where there is none.
    choice: str
    fen: int
    price: str
    solo_price: str


async def find_bargain(phone: Phone, *, size: int, shortest_s: int = 0, longest_s: int = 30 * 86_400) -> Bargain:
    """A running deal for so many that anybody may open and join and that has pieces left; NotAsTold without one."""
    async for listed in _running_deals(phone):
        if listed["size"] == size:
            page = (await phone.ask("DealPage", id=listed["id"], groups=1))["deal"]
            found = _offer_of(page)
            if found and shortest_s <= found.window_s <= longest_s:
                return found
    raise NotAsTold(
        f"No running deal for {size} has pieces left: earlier runs have bought them. "
        "Begin anew with an empty data folder (PINTUAN_DATA_DIR)."
    )


async def _running_deals(phone: Phone) -> AsyncIterator[dict[str, Any]]:
    after = None
    while True:
        found = (await phone.ask("Deals", first=50, after=after, search=None))["deals"]
        for edge in found["edges"]:
            if edge["node"]["status"] == "RUNNING":
                yield edge["node"]
        if not found["pageInfo"]["hasNextPage"]:
            return
        after = found["pageInfo"]["endCursor"]


def _offer_of(deal: dict[str, Any]) -> Bargain | None:
    for_anyone = deal["openAudience"] == deal["joinAudience"] == "ANYONE"
    if not for_anyone or (deal["limitPerUser"] or _PER_PERSON) < _PER_PERSON:
        return None
    for sku in deal["skus"]:
        if sku["available"] >= _PIECES:
            return Bargain(
                deal=deal["id"],
                title=deal["title"],
                size=deal["size"],
                window_s=deal["windowSeconds"],
                sku=sku["id"],
                choice=" ".join(sku["optionValues"]),
                fen=sku["price"]["fen"],
                price=sku["price"]["display"],
                solo_price=sku["soloPrice"]["display"],
            )
    return None


async def enter(phone: Phone, visitor: str | None = None) -> None:
    """Sign in through WeChat. `visitor` is what opening a link gave her."""
    signed = await phone.do("SignIn", "SignInSuccess", code=f"dev:{phone.wechat_name}", visitorId=visitor)
    phone.token = signed["accessToken"]
    await phone.beat(f"signs in with WeChat: {signed['viewer']['user']['nickname']}")


async def sign_in(phone: Phone, visitor: str | None = None) -> None:
    """Sign in through WeChat and save an address."""
    await enter(phone, visitor)
    province, city, district, detail = _HOMES.get(phone.person.english, _HOMES["Ann"])
    saved = await phone.do(
        "SaveAddress",
        "Address",
        input={
            "recipient": phone.person.chinese,
            "phone": "13800138000",
            "province": province,
            "city": city,
            "district": district,
            "detail": detail,
        },
    )
    phone.address = saved["id"]
    phone.say(f"saves an address in {saved['region']}")


async def open_group(phone: Phone, bargain: Bargain) -> dict[str, Any]:
    """Open a group of this deal and follow it; gives the checkout. The group is PENDING until she pays."""
    await phone.beat(f"opens a group: {bargain.title} {bargain.choice}, {bargain.price}".replace(" ,", ","))
    given = {"dealId": bargain.deal, **_order(phone, bargain)}
    checkout = await phone.do("OpenGroup", "CheckoutStarted", input=given)
    phone.say(f"it is {checkout['group']['code']}; {_held(checkout)}")
    await phone.follow(checkout["group"]["code"])
    return checkout


async def join_group(
    phone: Phone,
    bargain: Bargain,
    group: str,
    *,
    link: str | None = None,
    twice: bool = False,
    words: str = "joins the group",
) -> dict[str, Any]:
    """Hold a seat; gives the checkout. `twice`: the answer is lost on its way, and the phone sends it again."""
    await phone.beat(words)
    given = {"groupCode": group, "shareCode": link, **_order(phone, bargain)}
    checkout = await phone.do("JoinGroup", "CheckoutStarted", input=given)
    if twice:
        again = await phone.do("JoinGroup", "CheckoutStarted", input=given)
        if again["order"]["id"] != checkout["order"]["id"]:
            raise NotAsTold("The same JoinGroup with the same key gave two orders")
        phone.say("hears no answer, asks again with the same key: same order, same seat")
    phone.say(_held(checkout))
    return checkout


async def is_refused(phone: Phone, bargain: Bargain, group: str, code: str) -> dict[str, Any]:
    """Try to join where that must be refused with this code; gives the refusal."""
    given = {"groupCode": group, **_order(phone, bargain)}
    refusal = (await phone.ask("JoinGroup", input=given))["joinGroup"]
    if refusal.get("code") != code:
        raise NotAsTold(f"JoinGroup was to be refused with {code} and was answered {refusal}")
    phone.say(f"✗ {code}: {refusal['message']}")
    return dict(refusal)


async def pay(phone: Phone, checkout: dict[str, Any]) -> float:
    """Pay in WeChat, then ask the shop whether it knows; gives when the tap came, in monotonic seconds."""
    payment, amount = await _payment_of(phone, checkout), checkout["order"]["amount"]["display"]
    await phone.beat(f"pays {amount} in WeChat")
    tapped = time.monotonic()
    await pay_in_wechat(phone, payment)
    order = await phone.do("ConfirmPayment", "Order", orderId=checkout["order"]["id"])
    if order["status"] not in {"PAID_FORMING", "TO_SHIP"}:
        raise NotAsTold(f"{phone.person.name} has paid, and the order is {order['status']}")
    return tapped


async def pay_in_wechat(phone: Phone, payment: dict[str, Any]) -> None:
    """Tap "pay" on WeChat's own sheet; the shop hears of it from WeChat."""
    signed = {name: payment[name] for name in ("timeStamp", "nonceStr", "paySign")}
    prepay_id = payment["package"].removeprefix("prepay_id=")
    await phone.shop.wechat("pay", {"prepay_id": prepay_id, "as": phone.wechat_name, **signed})
    phone.payments += 1


async def _payment_of(phone: Phone, checkout: dict[str, Any]) -> dict[str, Any]:
    order = checkout["order"]["id"]
    for _ in range(_TRIES):
        if checkout["payment"]:
            return dict(checkout["payment"])
        await asyncio.sleep((checkout["retryAfterMs"] or 0) / 1000)
        checkout = await phone.do("PayOrder", "CheckoutStarted", orderId=order, idempotencyKey=phone.new_key())
    raise NotAsTold("WeChat would not begin a payment: is its weather fair?")


async def share(phone: Phone, group: str) -> dict[str, Any]:
    """Make a share link of her group."""
    page = (await phone.ask("GroupPage", code=group))["group"]
    return await share_thing(phone, page["id"])


async def share_thing(phone: Phone, thing: str) -> dict[str, Any]:
    """Make a share link of whatever has this id."""
    link = await phone.do("CreateShareLink", "ShareLink", targetId=thing, form="CARD")
    await phone.beat(f"shares it: link {link['code']}")
    return link


async def open_link(phone: Phone, link: str) -> str:
    """Open a friend's link without being signed in; gives the visitor id that follows her into her account."""
    touch = await phone.do("OpenShareLink", "ShareTouch", code=link, visitorId=None, entryScene=None, groupInfo=None)
    inviter, target = touch["link"]["inviter"]["nickname"], touch["link"]["target"]
    page = (await phone.ask("GroupPage", code=target["code"]))["group"]
    await phone.beat(f"taps the card from {inviter}: {page['deal']['title']}, {page['price']['display']}")
    names = ", ".join(seat["participant"]["nickname"] for seat in page["seats"])
    phone.say(f"sees who is in: {seats(page)} {names} (masked, nobody is signed in)")
    return str(touch["visitorId"])


async def check_inbox(phone: Phone) -> None:
    """NotAsTold unless her inbox holds what was pushed to her, every entry once and in order."""
    edges = (await phone.ask("Inbox", first=50, after=None))["viewer"]["notifications"]["edges"]
    kept = [edge["node"]["id"] for edge in reversed(edges)]
    if kept != [each["id"] for each in phone.notifications]:
        raise NotAsTold(f"{phone.person.name}'s inbox has {len(kept)} entries, pushed were {phone.kinds}")


async def look_at_page(shop: Shop, url: str) -> str:
    """What the landing page says at first sight, in one line; NotAsTold where it says nothing."""
    page = await shop.page(url)
    found = [re.search(pattern, page, re.DOTALL) for pattern in _AT_FIRST_SIGHT]
    if not all(found):
        raise NotAsTold(f"{url} is not the landing page of a group")
    return " · ".join(html.unescape(each[1]).strip() for each in found if each)


#: Who invites, what, and how the group stands.
_AT_FIRST_SIGHT = (
    r'<p class="invites">.*?<span>(.*?)</span>',
    r'<meta property="og:title" content="(.*?)">',
    r"<h2[^>]*>(.*?)</h2>",
)


def _order(phone: Phone, bargain: Bargain) -> dict[str, Any]:
    return {
        "skuId": bargain.sku,
        "quantity": 1,
        "addressId": phone.address,
        "expectedAmountFen": bargain.fen,
        "idempotencyKey": phone.new_key(),
    }


def _held(checkout: dict[str, Any]) -> str:
    return f"seat held for {round(seconds_until(checkout['order']['payBy']) / 60)} minutes"


def seconds_until(moment: str) -> float:
    """How far a moment of the API is ahead of this machine's clock."""
    return datetime.fromisoformat(moment).timestamp() - time.time()


def now() -> datetime:
    """What time it is on this machine, as its phones show it."""
    return datetime.fromtimestamp(time.time(), UTC)
