"""Asking WeChat for money, and what has become of it: every answer, and none."""

import pytest

from app.core import clock
from app.core.ids import OrderId, new_id
from app.group_buying import rules as group_buying_rules
from app.group_buying.actions.opening import HeldSeat
from app.group_buying.states import SeatStatus
from app.orders.states import OrderStatus
from app.payments import actions, flows, jobs, queries
from app.payments.flows import Fate, Prepaid
from app.payments.models import Payment, PaymentStatus
from app.wechat import current
from tests.conftest import WeChat
from tests.factories.group_buying import (
    Buyer,
    a_buyer,
    a_deal,
    opens,
    order_of,
    pays_unheard,
    prepaid,
    seat_of,
)

BUSY = Prepaid(retry_after_ms=flows.RETRY_AFTER_MS)


async def _held(wechat: WeChat) -> tuple[Buyer, HeldSeat]:
    ann = await a_buyer("ann")
    await wechat.login_code(ann.name)
    return ann, await opens(ann, await a_deal())


async def _payment(held: HeldSeat) -> Payment:
    return await Payment.get(order_id=held.order)


async def test_the_phone_gets_what_wechat_gave_and_a_repeat_signs_the_same(wechat: WeChat) -> None:
    ann, held = await _held(wechat)
    first = (await flows.prepay(held.order)).parameters
    again = (await flows.prepay(held.order)).parameters
    assert first is not None
    assert again is not None
    assert again.package == first.package
    (order,) = (await wechat.sent())["orders"]
    assert (order["out_trade_no"], order["amount"]["total"]) == ((await _payment(held)).out_trade_no, 1990)
    await wechat.play(
        "pay",
        prepay_id=again.package.removeprefix("prepay_id="),
        timeStamp=again.timeStamp,
        nonceStr=again.nonceStr,
        paySign=again.paySign,
        **{"as": ann.name},
    )


async def test_nobody_can_pay_at_wechat_once_the_hold_is_over(wechat: WeChat) -> None:
    ann, held = await _held(wechat)
    package = await prepaid(wechat, ann, held.order)
    await wechat.move_clock(group_buying_rules.HOLD.total_seconds() + 1)
    refused = await wechat.phone.post("/_/pay", json={"prepay_id": package.removeprefix("prepay_id="), "as": ann.name})
    assert refused.json()["error"] == "ORDER_EXPIRED"


async def test_while_wechat_is_busy_the_phone_is_told_to_come_again(wechat: WeChat) -> None:
    _, held = await _held(wechat)
    await wechat.faults(system_busy=1)
    assert await flows.prepay(held.order) == BUSY
    await wechat.faults()
    assert (await flows.prepay(held.order)).parameters is not None


async def test_an_answer_that_was_lost_is_no_second_order(wechat: WeChat) -> None:
    _, held = await _held(wechat)
    await wechat.faults(lost_replies=1)
    assert await flows.prepay(held.order) == BUSY
    await wechat.faults()
    assert (await flows.prepay(held.order)).parameters is not None
    assert len((await wechat.sent())["orders"]) == 1


@pytest.mark.parametrize("code", ["NO_AUTH", "PARAM_ERROR", "INVALID_REQUEST"])
async def test_whatever_wechat_refuses_the_order_stands(wechat: WeChat, code: str) -> None:
    _, held = await _held(wechat)
    await wechat.faults(errors={"/v3/pay/transactions/jsapi": code})
    assert await flows.prepay(held.order) == BUSY
    assert (await seat_of(held)).status is SeatStatus.HELD


async def test_what_was_paid_meanwhile_is_booked_and_not_asked_for_again(wechat: WeChat) -> None:
    ann, held = await _held(wechat)
    await pays_unheard(wechat, ann, held.order)
    await Payment.filter(order_id=held.order).update(prepay_id=None)
    assert await flows.prepay(held.order) == Prepaid()
    assert (await order_of(held)).status is OrderStatus.PAID_FORMING
    assert await flows.prepay(held.order) == Prepaid()


async def test_what_was_closed_at_wechat_cannot_be_paid(wechat: WeChat) -> None:
    ann, held = await _held(wechat)
    await prepaid(wechat, ann, held.order)
    payment = await _payment(held)
    await current.pay().close_order(payment.out_trade_no)
    await Payment.filter(id=payment.id).update(prepay_id=None)
    assert await flows.prepay(held.order) == Prepaid()


async def test_a_payment_closed_while_wechat_answered_gives_nothing_to_pay_with(wechat: WeChat) -> None:
    _, held = await _held(wechat)
    payment = await _payment(held)
    assert await actions.close_unasked(payment.id)
    assert await flows._ask_wechat_to_charge(payment) is None
    assert (await wechat.sent())["orders"] == []


async def test_there_is_nothing_to_pay_for_an_order_of_nothing_or_in_the_last_minute(wechat: WeChat) -> None:
    assert await flows.prepay(OrderId(new_id())) == Prepaid()
    _, held = await _held(wechat)
    await wechat.move_clock(group_buying_rules.HOLD.total_seconds() - 59)
    assert await flows.prepay(held.order) == Prepaid()
    assert (await _payment(held)).asked_at is None


async def test_the_phone_is_never_believed(wechat: WeChat) -> None:
    ann, held = await _held(wechat)
    await flows.confirm(held.order)
    await prepaid(wechat, ann, held.order)
    await flows.confirm(held.order)
    assert (await order_of(held)).status is OrderStatus.UNPAID
    await pays_unheard(wechat, ann, held.order)
    await wechat.faults(system_busy=1)
    await flows.confirm(held.order)
    assert (await order_of(held)).status is OrderStatus.UNPAID
    await wechat.faults()
    for _ in range(2):
        await flows.confirm(held.order)
    assert (await order_of(held)).status is OrderStatus.PAID_FORMING
    await flows.confirm(OrderId(new_id()))


async def test_stopping_tells_what_has_become_of_a_payment(wechat: WeChat) -> None:
    ann, held = await _held(wechat)
    stale = await _payment(held)
    await prepaid(wechat, ann, held.order)
    await wechat.faults(errors={f"/v3/pay/transactions/out-trade-no/{stale.out_trade_no}/close": "SYSTEM_ERROR"})
    # Read before WeChat was asked: that it knows the payment by now must not be overlooked.
    assert await flows.stop(stale) is Fate.UNKNOWN
    assert (await _payment(held)).status is PaymentStatus.OPEN
    await wechat.faults()
    assert await flows.stop(stale) is Fate.CLOSED
    assert await flows.stop(await _payment(held)) is Fate.CLOSED


@pytest.mark.parametrize("code", ["ORDER_CLOSED", "ORDER_NOT_EXIST"])
async def test_what_wechat_has_closed_or_never_knew_is_closed(wechat: WeChat, code: str) -> None:
    ann, held = await _held(wechat)
    await prepaid(wechat, ann, held.order)
    payment = await _payment(held)
    await wechat.faults(errors={f"/v3/pay/transactions/out-trade-no/{payment.out_trade_no}/close": code})
    assert await flows.stop(payment) is Fate.CLOSED


async def test_a_payment_that_wins_the_race_against_the_close_is_booked(wechat: WeChat) -> None:
    ann, held = await _held(wechat)
    await pays_unheard(wechat, ann, held.order)
    assert await flows._close(await _payment(held)) is Fate.PAID
    assert (await order_of(held)).status is OrderStatus.PAID_FORMING
    assert await flows.stop(await _payment(held)) is Fate.PAID


async def test_an_open_payment_is_asked_about_ever_more_rarely_and_closed_when_its_time_is_over(
    wechat: WeChat,
) -> None:
    ann, held = await _held(wechat)
    await prepaid(wechat, ann, held.order)
    for pause in (10, 20, 40, 90, 180):
        await wechat.move_clock(pause - 1)
        assert await jobs.poll_payments() == 0
        await wechat.move_clock(1.5)
        assert await jobs.poll_payments() == 1
    assert (await _payment(held)).polls == 5
    await wechat.move_clock(301)
    assert await jobs.poll_payments() == 1
    assert (await _payment(held)).status is PaymentStatus.CLOSED
    assert await jobs.poll_payments() == 0


async def test_a_poll_without_an_answer_comes_again(wechat: WeChat) -> None:
    ann, held = await _held(wechat)
    await prepaid(wechat, ann, held.order)
    await wechat.move_clock(11)
    await wechat.faults(system_busy=1)
    assert await jobs.poll_payments() == 1
    payment = await _payment(held)
    assert payment.polls == 1
    assert payment.next_poll_at is not None
    assert payment.next_poll_at > await clock.now()


async def test_what_wechat_may_know_is_asked_about_though_its_answer_never_came(wechat: WeChat) -> None:
    _, held = await _held(wechat)
    await wechat.faults(lost_replies=1)
    await flows.prepay(held.order)
    await wechat.faults()
    await wechat.move_clock(11)
    assert await jobs.poll_payments() == 1


async def test_refunds_of_orders_are_told_the_oldest_first(wechat: WeChat) -> None:
    assert await queries.refunds_of([]) == []
    _, held = await _held(wechat)
    assert await queries.refunds_of([held.order]) == []
