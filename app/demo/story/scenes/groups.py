"""Friends buy together: a group that fills, one that dissolves, one whose time runs out."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from app.demo.story.errands import (
    Bargain,
    check_inbox,
    find_bargain,
    is_refused,
    join_group,
    look_at_page,
    open_group,
    open_link,
    pay,
    pay_in_wechat,
    seconds_until,
    share,
    sign_in,
)
from app.demo.story.phone import Phone
from app.demo.story.scenes.stage import ANN, BOB, CAI, DAN, Stage
from app.demo.story.shop import NotAsTold, Shop

FRIENDS: Final = 3
#: Longer than the story, so that no group closes in the middle of it.
_LONG_ENOUGH_S: Final = 1800
#: Short enough to wait for.
_SHORT_S: Final = 600
_COUNTED_EVERY_S: Final = 30

#: Where the shop asks WeChat after a payment, or to close one.
_ASKING_AFTER_PAYMENTS: Final = "/v3/pay/transactions/out-trade-no/"


async def friends_and_the_other_ending(stage: Stage) -> None:
    """A group that fills, then one of the same deal that dissolves."""
    bargain, link = await friends_fill_a_group(stage)
    await a_group_dissolves(stage, bargain, link)


async def friends_fill_a_group(stage: Stage) -> tuple[Bargain, str]:
    """Three friends buy together; gives the deal and Ann's link."""
    stage.screen.scene(
        "Three friends, one group",
        "Ann has found something that is cheaper for three. What a phone is told by itself begins with ‹; "
        "● is a paid seat, ◐ one that somebody is paying for, ○ a free one.",
        [ANN, BOB, CAI],
    )
    ann, bob, cai = (stage.phone_of(each) for each in (ANN, BOB, CAI))
    await sign_in(ann)
    bargain = await find_bargain(ann, size=FRIENDS, shortest_s=_LONG_ENOUGH_S)
    await ann.beat(f"finds {bargain.title}: {bargain.price} each, {bargain.solo_price} alone")
    await pay(ann, await open_group(ann, bargain))
    await until_status(ann, "FORMING")
    link = await share(ann, ann.group["code"])
    page = await look_at_page(stage.shop, link["url"])
    stage.screen.tell("Its page on the open web:", copy=link["url"], below=page)

    await _come_through(bob, bargain, link["code"], twice=True)
    await ann.until_told("SEAT_TAKEN")
    await ann.lose_network()
    await ann.beat(f"goes into a tunnel: no network. Seen so far: version {ann.version}")

    paid_at = await _come_through(cai, bargain, link["code"])
    for phone in (bob, cai):
        await _see_it_complete(phone)
    took_s = max(phone.changed_at for phone in (bob, cai)) - paid_at
    stage.screen.tell(f'From Cai\'s tap on "pay" until both phones knew it: {took_s * 1000:.0f} ms.')

    await ann.beat("is out of it, and asks for all that came after")
    await ann.follow(ann.group["code"])
    await ann.until_told("SEAT_TAKEN", 2)
    await _see_it_complete(ann)
    await _all_is_to_be_shipped(stage, [ann, bob, cai])
    stage.screen.tell("The page on the open web now:", below=await look_at_page(stage.shop, link["url"]))
    return bargain, link["code"]


async def a_group_dissolves(stage: Stage, bargain: Bargain, link_of_full: str) -> None:
    """Dan is too late, then thinks better of it; Cai gives up; all money goes back by itself."""
    stage.screen.scene(
        "The other ending",
        "Cai opens another group for her office. Dan has Ann's link, and comes too late for it.",
        [CAI, DAN],
    )
    cai, dan = stage.phone_of(CAI), stage.phone_of(DAN)
    await cai.put_away()
    await pay(cai, await open_group(cai, bargain))
    await until_status(cai, "FORMING")
    code = cai.group["code"]

    await _is_offered_another(stage, bargain, link_of_full, code)
    await dan.follow(code)
    await _hold_and_cancel(dan, bargain, code)
    await _until_seen_as_it_is(cai)

    checkout = await join_group(dan, bargain, code, words="joins it after all")
    async with _wechat_not_answering(stage.shop):
        await _cancel_unheard(stage, dan, checkout)
        await cai.beat("is alone again, and leaves her own group")
        await cai.do("LeaveGroup", "Order", groupCode=code, idempotencyKey=cai.new_key())
        await until_status(dan, "FAILING")
        await dan.beat(f"finds WeChat's sheet still open and pays {checkout['order']['amount']['display']} after all")
        await pay_in_wechat(dan, checkout["payment"])
    await dan.until_told("LATE_PAYMENT_REFUNDED")
    for phone in (cai, dan):
        await _see_money_back(phone)


async def time_runs_out(stage: Stage) -> None:
    """Ann opens a group of minutes, nobody comes, and her money is back without a word from her."""
    ann = stage.phone_of(ANN)
    await ann.put_away()
    bargain = await find_bargain(ann, size=2, longest_s=_SHORT_S)
    stage.screen.scene(
        "Time runs out",
        f"{bargain.title}: a group has {bargain.window_s / 60:.0f} minutes, and Ann tells nobody about hers.",
        [ANN],
    )
    await pay(ann, await open_group(ann, bargain))
    await until_status(ann, "FORMING")
    while (left_s := seconds_until(ann.group["expiresAt"])) > 0:
        ann.say(f"sees the clock: {left_s:.0f} s left, nobody has come")
        await asyncio.sleep(min(left_s, _COUNTED_EVERY_S))
    await ann.until_told("GROUP_FAILED")
    await _see_money_back(ann)


async def _come_through(phone: Phone, bargain: Bargain, link: str, *, twice: bool = False) -> float:
    """Open a friend's link, sign in, join and pay; gives when, in monotonic seconds, the tap on "pay" came."""
    visitor = await open_link(phone, link)
    await sign_in(phone, visitor)
    target = (await phone.ask("ShareLinkTarget", code=link))["shareLink"]["target"]
    await phone.follow(target["code"])
    return await pay(phone, await join_group(phone, bargain, target["code"], link=link, twice=twice))


async def _see_it_complete(phone: Phone) -> None:
    await until_status(phone, "COMPLETED")
    await phone.until_told("GROUP_COMPLETED")
    await phone.until(lambda: phone.group_has_ended, "the end of the group's stream")


async def until_status(phone: Phone, status: str) -> None:
    """Wait until the group that she follows has this status."""
    await phone.until(lambda: phone.group.get("status") == status, f"the group to be {status}")


async def _until_seen_as_it_is(phone: Phone) -> None:
    page = (await phone.ask("GroupPage", code=phone.group["code"]))["group"]
    await phone.until(lambda: (phone.version or 0) >= page["version"], f"version {page['version']} of the group")


async def _all_is_to_be_shipped(stage: Stage, phones: Sequence[Phone]) -> None:
    for phone in phones:
        order = (await phone.ask("MyOrders", first=1, after=None))["viewer"]["orders"]["edges"][0]["node"]
        if order["status"] != "TO_SHIP":
            raise NotAsTold(f"{phone.person.name}'s order is {order['status']}, not TO_SHIP")
        phone.say(f"my order: {order['items'][0]['title']}, {order['amount']['display']}, {order['status']}")
        await check_inbox(phone)
    stage.screen.tell("Every inbox holds what was pushed: each entry once, and in order, with Ann's tunnel or without.")


async def _is_offered_another(stage: Stage, bargain: Bargain, link: str, other: str) -> None:
    dan = stage.phone_of(DAN)
    await sign_in(dan, await open_link(dan, link))
    full = (await dan.ask("ShareLinkTarget", code=link))["shareLink"]["target"]["code"]
    await dan.beat("wants to join it")
    refusal = await is_refused(dan, bargain, full, "GROUP_FULL")
    offered = [each["code"] for each in refusal["openGroups"]]
    if not offered:
        raise NotAsTold("The refusal of a full group shows no other group")
    dan.say(f"is shown {len(offered)} other{'s' * (len(offered) > 1)} with free seats: {', '.join(offered)}")
    if other not in offered:
        dan.say(f"and knows of Cai's: {other}")


async def _hold_and_cancel(dan: Phone, bargain: Bargain, code: str) -> None:
    checkout = await join_group(dan, bargain, code)
    await dan.beat("thinks better of it, and cancels")
    order = await dan.do("CancelOrder", "Order", orderId=checkout["order"]["id"], idempotencyKey=dan.new_key())
    if order["status"] != "CLOSED":
        raise NotAsTold(f"Dan's cancelled order is {order['status']}")
    dan.say("order CLOSED, also at WeChat: it cannot be paid any more")


@asynccontextmanager
async def _wechat_not_answering(shop: Shop) -> AsyncIterator[None]:
    """While this is entered WeChat has no answer when it is asked after a payment; the other weather stays as it is."""
    weather = await shop.wechat("faults")
    await shop.wechat("faults", {**weather, "errors": {**weather["errors"], _ASKING_AFTER_PAYMENTS: "SYSTEM_ERROR"}})
    try:
        yield
    finally:
        # Not the weather as it was: another run beside this one may have been in the middle of the same.
        weather = await shop.wechat("faults")
        weather["errors"].pop(_ASKING_AFTER_PAYMENTS, None)
        await shop.wechat("faults", weather)


async def _cancel_unheard(stage: Stage, dan: Phone, checkout: dict[str, Any]) -> None:
    stage.screen.tell("Now WeChat does not answer the shop for a while (the sandbox plays the weather).")
    await dan.beat("cancels again")
    order = await dan.do("CancelOrder", "Order", orderId=checkout["order"]["id"], idempotencyKey=dan.new_key())
    if order["status"] != "UNPAID":
        raise NotAsTold(f"WeChat could not be asked, and Dan's order is {order['status']}")
    dan.say("his seat is given back once WeChat says that nothing was paid")


async def _see_money_back(phone: Phone) -> None:
    await phone.until_told("REFUND_SENT")
    await until_status(phone, "FAILED")
    await phone.until(lambda: phone.group_has_ended, "the end of the group's stream")
    order = (await phone.ask("MyOrders", first=1, after=None))["viewer"]["orders"]["edges"][0]["node"]
    refunds = [(each["status"], each["amount"]["fen"]) for each in order["refunds"]]
    if order["status"] != "REFUNDED" or refunds != [("SUCCEEDED", order["amount"]["fen"])]:
        raise NotAsTold(f"{phone.person.name}'s order is {order['status']} with refunds {refunds}")
    phone.refunds += 1
    phone.say(
        f"{order['amount']['display']} is back: order {order['status']}, one refund, {order['refunds'][0]['reason']}"
    )
    await check_inbox(phone)
