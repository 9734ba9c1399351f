"""The money path as the mini-app walks it: the contract's documents, word for word."""

from collections.abc import Awaitable, Callable

from app.core import audit
from app.group_buying import rules
from app.group_buying.states import SeatStatus
from app.wiring import CHECKS
from schema.scalars import public_id
from tests.conftest import Api, WeChat
from tests.factories.group_buying import a_deal, a_group, pays, quota_left
from tests.factories.phones import a_phone
from tests.group_buying.asking import group_page

Work = Callable[[], Awaitable[None]]


async def test_a_group_is_opened_paid_for_joined_and_completed(api: Api, wechat: WeChat, do_all_work: Work) -> None:
    deal = await a_deal(size=2, prices=(1990,))
    ann, ben = [await a_phone(api, wechat, name) for name in ("ann", "ben")]
    opening = ann.choice(dealId=public_id("deal", deal.id), expectedAmountFen=1990)
    opened = await ann.ask("OpenGroup", input=opening)
    assert opened["__typename"] == "CheckoutStarted"
    assert opened["group"]["status"] == "PENDING"
    assert opened["order"]["amount"] == {"fen": 1990, "currency": "CNY", "display": "¥19.90"}
    assert opened["order"]["payBy"] is not None
    assert opened["retryAfterMs"] is None
    again = await ann.ask("OpenGroup", input=opening)
    assert (again["order"]["id"], again["group"]) == (opened["order"]["id"], opened["group"])
    paid = await ann.pay(opened)
    assert (paid["status"], paid["group"]["status"], paid["group"]["seatsLeft"]) == ("PAID_FORMING", "FORMING", 1)
    joined = await ben.ask("JoinGroup", input=ben.choice(groupCode=opened["group"]["code"], ifSeatLost="RESEAT"))
    assert joined["group"]["seatsLeft"] == 0
    paid = await ben.pay(joined)
    assert (paid["status"], paid["group"]["status"]) == ("TO_SHIP", "COMPLETED")
    mine = await ann.ask("MyOrder", id=opened["order"]["id"])
    assert mine["order"]["status"] == "TO_SHIP"
    assert [entry["what"] for entry in mine["order"]["timeline"]] == ["已下单", "已付款，等待成团", "待发货"]
    await do_all_work()
    assert await audit.run(CHECKS) == []


async def test_while_wechat_is_silent_the_seat_is_held_and_pay_order_goes_on(api: Api, wechat: WeChat) -> None:
    group = await a_group(size=3)
    ben = await a_phone(api, wechat, "ben")
    await wechat.faults(system_busy=1)
    joining = ben.choice(groupCode=group.code)
    held = await ben.ask("JoinGroup", input=joining)
    assert (held["payment"], held["retryAfterMs"], held["order"]["status"]) == (None, 2000, "UNPAID")
    await wechat.faults()
    ready = await ben.ask("PayOrder", orderId=held["order"]["id"], idempotencyKey="pay")
    assert ready["payment"]["package"].startswith("prepay_id=")
    assert ready["order"]["id"] == held["order"]["id"]
    again = await ben.ask("JoinGroup", input=joining)
    assert again["payment"]["package"] == ready["payment"]["package"]
    assert (await ben.pay(again))["status"] == "PAID_FORMING"
    # A repeat gives the same order as it is now, with nothing left to pay.
    again = await ben.ask("JoinGroup", input=joining)
    assert (again["order"]["status"], again["payment"], again["retryAfterMs"]) == ("PAID_FORMING", None, None)


async def test_an_order_of_nothing_is_paid_at_once(api: Api, wechat: WeChat) -> None:
    deal = await a_deal(prices=(0,))
    ann = await a_phone(api, wechat, "ann")
    opened = await ann.ask("OpenGroup", input=ann.choice(dealId=public_id("deal", deal.id)))
    assert (opened["payment"], opened["retryAfterMs"]) == (None, None)
    assert (opened["order"]["status"], opened["order"]["payBy"], opened["group"]["status"]) == (
        "PAID_FORMING",
        None,
        "FORMING",
    )


async def test_an_unpaid_order_is_cancelled_and_a_repeat_gives_the_closed_order(api: Api, wechat: WeChat) -> None:
    group = await a_group(size=2)
    ben = await a_phone(api, wechat, "ben")
    held = await ben.ask("JoinGroup", input=ben.choice(groupCode=group.code))
    for _ in range(2):
        order = await ben.ask("CancelOrder", orderId=held["order"]["id"], idempotencyKey="cancel")
        assert (order["status"], order["closeReason"]) == ("CLOSED", "CANCELLED")
        assert order["group"]["seatsLeft"] == 1


async def test_a_member_leaves_and_sees_her_refund_arrive(api: Api, wechat: WeChat, do_all_work: Work) -> None:
    group = await a_group(size=3, wechat=wechat)
    ben = await a_phone(api, wechat, "ben")
    await ben.pay(await ben.ask("JoinGroup", input=ben.choice(groupCode=group.code)))
    for _ in range(2):
        left = await ben.ask("LeaveGroup", groupCode=group.code, idempotencyKey="leave")
        assert (left["status"], left["closeReason"], left["overflow"]) == ("REFUNDING", None, None)
        assert left["refunds"] == [{"status": "WAITING", "amount": {"fen": 1990}, "reason": "LEFT"}]
    for _ in range(2):
        await do_all_work()
        await wechat.move_clock(21)
    mine = (await ben.ask("MyOrder", id=left["id"]))["order"]
    assert (mine["status"], [refund["status"] for refund in mine["refunds"]]) == ("REFUNDED", ["SUCCEEDED"])
    assert await quota_left(group.deal) == 99


async def test_late_money_is_told_as_overflow_with_what_was_done(api: Api, wechat: WeChat, do_all_work: Work) -> None:
    group = await a_group(size=3, wechat=wechat)
    ben = await a_phone(api, wechat, "ben")
    held = await ben.ask("JoinGroup", input=ben.choice(groupCode=group.code, ifSeatLost="OPEN_NEW"))
    await wechat.pay(held["payment"]["package"], ben.buyer.name)
    await wechat.faults(system_busy=1)
    for seconds in (rules.HOLD.total_seconds() + 1, rules.RELEASE_PATIENCE.total_seconds() + 1):
        await wechat.move_clock(seconds)
        await do_all_work()
    closed = (await ben.ask("MyOrder", id=held["order"]["id"]))["order"]
    assert (closed["status"], closed["closeReason"], closed["overflow"]) == ("CLOSED", "HOLD_ENDED", None)
    await wechat.faults()
    order = await ben.ask("ConfirmPayment", orderId=held["order"]["id"])
    assert (order["status"], order["closeReason"]) == ("REFUNDING", None)
    assert order["overflow"] == {"outcome": "REFUND", "fromGroup": {"code": group.code}, "toGroup": None}
    assert [refund["reason"] for refund in order["refunds"]] == ["OVERFLOW"]


async def test_a_failed_group_tells_how_far_its_refunds_are(api: Api, wechat: WeChat, do_all_work: Work) -> None:
    group = await a_group(size=3, taken=2, wechat=wechat)
    await wechat.move_clock(86_401)
    page = await group_page(api, group.code)
    assert (page["status"], page["refundProgress"]) == ("FORMING", None)
    await do_all_work()
    await wechat.move_clock(21)
    await do_all_work()
    page = await group_page(api, group.code)
    assert (page["status"], page["reason"], page["refundProgress"]) == ("FAILED", "EXPIRED", {"done": 2, "total": 2})
    assert (page["seatsTaken"], len(page["seats"])) == (2, 2)
    assert [seat.status for seat in await group.seats()] == [SeatStatus.REFUNDED] * 2


async def test_confirming_what_was_not_paid_changes_nothing(api: Api, wechat: WeChat) -> None:
    group = await a_group(size=3)
    ben = await a_phone(api, wechat, "ben")
    held = await ben.ask("JoinGroup", input=ben.choice(groupCode=group.code))
    for weather in ({}, {"system_busy": 1}):
        await wechat.faults(**weather)
        assert (await ben.ask("ConfirmPayment", orderId=held["order"]["id"]))["status"] == "UNPAID"
    await wechat.faults()
    await pays(wechat, ben.buyer, (await group.seats())[1].order_id)
    assert (await ben.ask("ConfirmPayment", orderId=held["order"]["id"]))["status"] == "PAID_FORMING"
