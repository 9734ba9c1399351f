"""Money is booked once, whoever brings the news; what has no owner lies on the desk."""

import asyncio

import pytest
from tortoise.exceptions import IntegrityError

from app.core import audit, db
from app.core.ids import OrderId, new_id
from app.desk import actions as desk
from app.desk.models import DeskItem, Matter
from app.group_buying.states import SeatStatus
from app.ledger import queries as ledger
from app.ledger.models import Account, Posting
from app.orders.states import OrderStatus
from app.payments import actions
from app.payments.actions import Arrived
from app.payments.models import Payment, PaymentStatus, Refund, RefundReason
from app.wiring import CHECKS
from tests.conftest import WeChat
from tests.factories.group_buying import a_buyer, a_deal, a_group, lapses, money_arrives, opens, order_of, seat_of
from tests.factories.rows import everything

pytestmark = pytest.mark.usefixtures("wechat")


async def _balances() -> dict[Account, int]:
    found = await ledger.balances()
    assert sum(found.values()) == 0
    return {account: fen for account, fen in found.items() if fen}


async def test_money_that_arrives_stands_at_wechat_and_is_owed_to_the_buyers() -> None:
    held = await opens(await a_buyer(), await a_deal(prices=(1990,)))
    assert await _balances() == {}
    await money_arrives(held.order)
    assert await _balances() == {Account.WECHAT: 1990, Account.BUYERS: -1990}
    payment = await Payment.get(order_id=held.order)
    assert (payment.status, payment.next_poll_at) == (PaymentStatus.PAID, None)
    assert payment.paid_at is not None


async def test_the_same_news_five_times_at_once_is_booked_once() -> None:
    held = await opens(await a_buyer(), await a_deal(prices=(1990,)))
    await asyncio.gather(*[money_arrives(held.order) for _ in range(5)])
    assert await Posting.all().count() == 1
    assert (await order_of(held)).status is OrderStatus.PAID_FORMING


async def test_money_for_no_payment_of_ours_lies_on_the_desk_once() -> None:
    news = Arrived(out_trade_no="nobody", transaction_id="tx-1", amount_fen=700)
    await asyncio.gather(*[actions.record_payment(news) for _ in range(3)])
    assert await _balances() == {Account.WECHAT: 700, Account.SUSPENSE: -700}
    (item,) = await DeskItem.all()
    assert (item.matter, item.subject) == (Matter.UNKNOWN_PAYMENT, "tx-1")
    assert item.detail == {"out_trade_no": "nobody", "amount_fen": 700}
    assert await audit.run(CHECKS) == []


async def test_what_a_person_has_settled_is_not_put_on_the_desk_again() -> None:
    news = Arrived(out_trade_no="nobody", transaction_id="tx-1", amount_fen=700)
    await actions.record_payment(news)
    await desk.resolve(matter=Matter.UNKNOWN_PAYMENT, subject="tx-1")
    before = await everything()
    await actions.record_payment(news)
    assert await everything() == before


async def test_money_in_another_amount_buys_nothing_and_lies_on_the_desk() -> None:
    held = await opens(await a_buyer(), await a_deal(prices=(1990,)))
    for _ in range(2):
        await money_arrives(held.order, amount_fen=1)
    assert (await order_of(held)).status is OrderStatus.UNPAID
    assert (await seat_of(held)).status is SeatStatus.HELD
    assert (await Payment.get(order_id=held.order)).status is PaymentStatus.CLOSED
    assert await _balances() == {Account.WECHAT: 1, Account.SUSPENSE: -1}
    assert [item.matter for item in await DeskItem.all()] == [Matter.WRONG_AMOUNT]
    assert await audit.run(CHECKS) == []


async def test_a_second_transaction_for_one_order_lies_on_the_desk_and_the_first_is_kept() -> None:
    held = await opens(await a_buyer(), await a_deal(prices=(1990,)))
    await money_arrives(held.order, transaction_id="tx-1")
    for _ in range(2):
        await money_arrives(held.order, transaction_id="tx-2")
    payment = await Payment.get(order_id=held.order)
    assert (payment.transaction_id, payment.refunded_fen) == ("tx-1", 0)
    assert [(item.matter, item.subject) for item in await DeskItem.all()] == [(Matter.PAID_TWICE, "tx-2")]
    assert await _balances() == {Account.WECHAT: 3980, Account.BUYERS: -1990, Account.SUSPENSE: -1990}
    assert await audit.run(CHECKS) == []


async def test_news_after_the_refund_is_no_new_money() -> None:
    group = await a_group(taken=2, size=3)
    async with db.transaction():
        await actions.promise_refund(order=group.orders[1], reason=RefundReason.LEFT)
    refund = await Refund.get(order_id=group.orders[1])
    await actions.record_refund_sent(refund.out_refund_no)
    before = await everything()
    await money_arrives(group.orders[1])
    assert await everything() == before


async def test_late_money_is_owed_back_in_the_transaction_that_books_it(wechat: WeChat) -> None:
    held = await opens(await a_buyer(), await a_deal(prices=(1990,)))
    await lapses(wechat, held)
    await money_arrives(held.order)
    assert await _balances() == {Account.WECHAT: 1990, Account.REFUNDS: -1990}


async def test_a_refund_is_promised_once_and_never_above_what_was_paid() -> None:
    group = await a_group(size=3)
    promises = [actions.promise_refund(order=group.orders[0], reason=RefundReason.LEFT) for _ in range(4)]
    promised = await asyncio.gather(*promises)
    assert sum(each is not None for each in promised) == 1
    payment = await Payment.get(order_id=group.orders[0])
    assert payment.refunded_fen == payment.amount_fen
    assert await Refund.all().count() == 1
    with pytest.raises(IntegrityError):
        await Payment.filter(id=payment.id).update(refunded_fen=payment.amount_fen + 1)


async def test_nothing_is_promised_where_nothing_was_paid() -> None:
    held = await opens(await a_buyer(), await a_deal())
    assert await actions.promise_refund(order=held.order, reason=RefundReason.LEFT) is None
    assert await actions.promise_refund(order=OrderId(new_id()), reason=RefundReason.LEFT) is None
    assert await Refund.all().count() == 0


async def test_a_refund_that_arrived_leaves_wechat_once() -> None:
    group = await a_group(size=3)
    await actions.promise_refund(order=group.orders[0], reason=RefundReason.LEFT)
    refund = await Refund.get()
    assert await _balances() == {Account.WECHAT: 1990, Account.REFUNDS: -1990}
    for _ in range(2):
        await actions.record_refund_sent(refund.out_refund_no)
    assert await _balances() == {}
    before = await everything()
    await actions.record_refund_failed(out_refund_no=refund.out_refund_no, error="too late")
    await actions.record_refund_sent("no refund of ours")
    assert await everything() == before


async def test_a_payment_that_was_never_asked_for_is_closed_only_while_that_is_so() -> None:
    held = await opens(await a_buyer(), await a_deal())
    payment = await Payment.get(order_id=held.order)
    assert await actions.mark_asked(payment.id)
    assert (await Payment.get(id=payment.id)).next_poll_at is not None
    assert not await actions.close_unasked(payment.id)
    assert await actions.close(payment.id)
    assert await actions.close(payment.id)
    assert not await actions.mark_asked(payment.id)
    assert not await actions.keep_prepay(payment=payment.id, prepay_id="wx1")
    await money_arrives(held.order)
    assert not await actions.close(payment.id)
