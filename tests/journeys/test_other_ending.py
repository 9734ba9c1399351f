"""The other ending: a group that does not come about, money that comes too late, news that does not come at all."""

from typing import Any

import pytest

from app.core import db
from tests.journeys.installation import Installation
from tests.journeys.people import Phone, a_phone, ask
from tests.journeys.processes import until
from tests.journeys.sockets import Sockets
from tests.journeys.story import offer_deal, opened_group

A_DAY = 86_400
#: Where WeChat Pay is asked about an order, and told to close one.
ORDER_PATHS = "/v3/pay/transactions/out-trade-no/"


async def _available(phone: Phone, deal: str) -> int:
    (sku,) = (await phone.ask("DealPage", id=deal, groups=1))["deal"]["skus"]
    return int(sku["available"])


async def _is(phone: Phone, order: str, *statuses: str) -> dict[str, Any]:
    """The order, once it has one of these statuses."""

    async def look() -> dict[str, Any] | None:
        found = await phone.order(order)
        return found if found["status"] in statuses else None

    return dict(await until(look, f"the order of {phone.name} is {' or '.join(statuses)}"))


async def test_a_group_that_nobody_completes_gives_everything_back(shop: Installation, sockets: Sockets) -> None:
    deal = await offer_deal(quota=10)
    ann = await a_phone(shop, "ann")
    opened = await ann.open_group(deal)
    transactions = {await ann.pay(opened)}
    await _is(ann, opened["order"]["id"], "PAID_FORMING")
    code = opened["group"]["code"]
    bob, cai = await a_phone(shop, "bob"), await a_phone(shop, "cai")
    by_bob, by_cai = await bob.join(code), await cai.join(code)
    transactions.add(await bob.pay(by_bob))
    await _is(bob, by_bob["order"]["id"], "PAID_FORMING")
    assert await _available(ann, deal) == 7
    watching = ann.follow(sockets, code)
    await watching.until(lambda heard: heard.frames)

    await shop.move_clock(A_DAY + 1)
    await watching.until(lambda heard: heard.is_complete)
    assert watching.kinds[-1] == "FAILED"
    assert watching.never_went_back()
    for phone in (ann, bob, cai):
        await phone.sign_in()
    for phone, order in ((ann, opened), (bob, by_bob)):
        refunded = await _is(phone, order["order"]["id"], "REFUNDED")
        assert [(each["status"], each["reason"]) for each in refunded["refunds"]] == [("SUCCEEDED", "GROUP_FAILED")]
    closed = await _is(cai, by_cai["order"]["id"], "CLOSED")
    assert (closed["closeReason"], closed["refunds"]) == ("HOLD_ENDED", [])
    assert await _available(ann, deal) == 10
    refunds = [each["transaction_id"] for each in (await shop.wechat.sent())["refunds"]]
    assert sorted(each for each in refunds if each in transactions) == sorted(transactions)
    await shop.all_is_done()
    for phone in (ann, bob):
        assert (await phone.told("GROUP_FAILED"), await phone.told("REFUND_SENT")) == (1, 1)
    assert await cai.inbox() == []
    page = (await ask(ann.server, "GroupPage", {"code": code}))["group"]
    assert (page["status"], page["reason"]) == ("FAILED", "EXPIRED")
    assert page["refundProgress"] == {"done": 2, "total": 2}


async def test_money_that_comes_after_the_hold_is_refunded_by_itself(shop: Installation) -> None:
    group = await opened_group(shop, await offer_deal())
    dan = await a_phone(shop, "dan")
    joined = await dan.join(group.code, ifSeatLost="RESEAT")
    order = joined["order"]["id"]
    # WeChat gives no answer about orders, so it cannot be told to take no money for this one.
    await shop.wechat.weather(errors={ORDER_PATHS: "SYSTEM_ERROR"})
    await shop.move_clock(601, wechat_too=False)
    await until(lambda: _seat_is(dan, group.code, "RELEASING"), "the seat is being released")
    await shop.move_clock(61, wechat_too=False)
    await _is(dan, order, "CLOSED")

    await dan.pay(joined)
    refunded = await _is(dan, order, "REFUNDED")
    assert [each["status"] for each in refunded["refunds"]] == ["SUCCEEDED"]
    assert refunded["overflow"] == {"outcome": "REFUND", "fromGroup": {"code": group.code}, "toGroup": None}
    await shop.wechat.weather()
    await shop.all_is_done()
    assert (await dan.told("LATE_PAYMENT_REFUNDED"), await dan.told("REFUND_SENT")) == (1, 1)
    page = (await ask(dan.server, "GroupPage", {"code": group.code}))["group"]
    assert (page["status"], page["seatsTaken"], page["seatsLeft"]) == ("FORMING", 1, 2)


async def _seat_is(phone: Phone, code: str, status: str) -> bool:
    seat = (await phone.ask("MySeat", code=code))["viewer"]["seat"]
    return bool(seat and seat["status"] == status)


async def _rows() -> dict[str, int | None]:
    """How many rows there are of everything that news of money could write."""
    tables = ("payments", "refunds", "postings", "facts", "notifications", "seats", "desk_items", "order_events")
    return {table: await db.value(int, f"SELECT COUNT(*) AS n FROM {table}") for table in tables}


async def test_news_that_comes_twice_late_or_forged_does_no_harm(shop: Installation) -> None:
    deal = await offer_deal()
    ann = await a_phone(shop, "ann")
    opened = await ann.open_group(deal)
    order = opened["order"]["id"]
    await shop.wechat.weather(drop_notifications=1)
    transaction = await ann.pay(opened)
    (number,) = [
        each["out_trade_no"]
        for each in (await shop.wechat.sent())["orders"]
        if each.get("transaction_id") == transaction
    ]
    for manner in ("forged", "unsigned", "stale", "probe"):
        told = await shop.wechat.play("notify_again", out_trade_no=number, **{"as": manner})
        assert not told["taken"], told
        assert told["answer"].startswith("401"), told
    assert (await ann.order(order))["status"] == "UNPAID"
    assert (await shop.wechat.play("notify_again", out_trade_no=number))["taken"]
    assert (await ann.order(order))["status"] == "PAID_FORMING"
    await shop.all_is_done()
    before = await _rows()
    for _ in range(2):
        assert (await shop.wechat.play("notify_again", out_trade_no=number))["taken"]
    assert await _rows() == before

    await shop.wechat.weather(duplicate_notifications=3, delay_s=0.3, shuffle_s=0.5)
    bob = await a_phone(shop, "bob")
    joined = await bob.join(opened["group"]["code"])
    transaction = await bob.pay(joined)
    await _is(bob, joined["order"]["id"], "PAID_FORMING")
    await until(lambda: _tries(shop, transaction, 4), "all four of the same news have been taken")
    await shop.all_is_done()
    assert await ann.told("SEAT_TAKEN") == 1


async def _tries(shop: Installation, transaction: str, copies: int) -> bool:
    sent = await shop.wechat.sent()
    (number,) = [each["out_trade_no"] for each in sent["orders"] if each.get("transaction_id") == transaction]
    letters = [each["state"] for each in sent["notifications"] if each["about"] == number]
    return letters == ["taken"] * copies


@pytest.mark.parametrize("asks", [True, False], ids=["the phone asks", "the shop asks by itself"])
async def test_a_payment_whose_news_is_lost_is_found_by_asking(shop: Installation, asks: bool) -> None:
    await shop.wechat.weather(drop_notifications=1)
    ann = await a_phone(shop, "ann")
    opened = await ann.open_group(await offer_deal())
    order = opened["order"]["id"]
    await ann.pay(opened)
    assert (await ann.order(order))["status"] == "UNPAID"
    if asks:
        assert (await ann.do("ConfirmPayment", orderId=order))["status"] == "PAID_FORMING"
    else:
        await shop.move_clock(11)
        await _is(ann, order, "PAID_FORMING")
