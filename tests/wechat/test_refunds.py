import asyncio

import pytest

from app.wechat.errors import (
    NotEnough,
    OrderMismatch,
    WeChatRefused,
)
from app.wechat.pay import RefundNotified, RefundState, TradeState

from .asking import refund
from .conftest import Town, an_order

DAY_S = 86400


async def test_a_refund_is_processing_and_then_final(town: Town) -> None:
    transaction_id = await town.a_paid_order()
    await town.play("faults", refund_s=3600)
    assert await refund(town) is RefundState.PROCESSING
    await town.play("clock", offset_s=3601)
    # Not by how many came: what is in hand while the calendar moves is carried twice.
    await town.merchant.until(lambda: any(isinstance(each, RefundNotified) for each in town.merchant.news))
    result = await town.pay.query_refund("refund-1")
    assert result is not None
    assert (result.state, result.refund, result.total) == (RefundState.SUCCESS, 100, 1990)
    assert (result.transaction_id, result.out_trade_no) == (transaction_id, "order-0001")
    assert result.success_time is not None
    order = await town.pay.query_order("order-0001")
    assert order is not None
    assert order.trade_state is TradeState.REFUND
    assert order.trade_state.paid


async def test_one_refund_number_is_one_refund(town: Town) -> None:
    await town.a_paid_order()
    for _ in range(3):
        await refund(town)
    assert [row["amount"]["refund"] for row in (await town.sent())["refunds"]] == [100]


async def test_a_refund_number_with_another_amount_is_refused(town: Town) -> None:
    await town.a_paid_order()
    await refund(town)
    with pytest.raises(OrderMismatch):
        await refund(town, fen=101)


async def test_no_more_is_refunded_than_was_paid(town: Town) -> None:
    await town.a_paid_order()
    await refund(town, "refund-1", fen=1000)
    await refund(town, "refund-2", fen=990)
    with pytest.raises(OrderMismatch):
        await refund(town, "refund-3", fen=1)


async def test_refunds_at_once_never_exceed_what_was_paid(town: Town) -> None:
    await town.a_paid_order()
    asked = [refund(town, f"refund-{index}", fen=995) for index in range(6)]
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(outcome, RefundState) for outcome in outcomes) == 2


async def test_a_closed_refund_gives_its_amount_back(town: Town) -> None:
    await town.a_paid_order()
    await town.play("faults", refund="CLOSED")
    await refund(town, "refund-1", fen=1990)
    await town.merchant.until(lambda: len(town.merchant.news) == 2)
    await town.play("faults")
    assert await refund(town, "refund-2", fen=1990) is RefundState.PROCESSING


async def test_an_unpaid_or_unknown_order_is_not_refunded(town: Town) -> None:
    await town.meet("ann")
    await town.pay.place_order(an_order())
    with pytest.raises(OrderMismatch):
        await refund(town)
    with pytest.raises(WeChatRefused) as refused:
        await refund(town, order="order-9999")
    assert refused.value.code == "RESOURCE_NOT_EXISTS"


async def test_a_year_after_payment_nothing_is_refunded(town: Town) -> None:
    await town.a_paid_order()
    await town.play("clock", offset_s=366 * DAY_S)
    with pytest.raises(OrderMismatch):
        await refund(town)


async def test_a_refund_beyond_the_balance_may_be_tried_again_with_its_number(town: Town) -> None:
    await town.a_paid_order()
    await town.play("faults", refund="NOT_ENOUGH")
    with pytest.raises(NotEnough):
        await refund(town)
    assert await town.pay.query_refund("refund-1") is None
    await town.play("faults")
    assert await refund(town) is RefundState.PROCESSING


async def test_an_abnormal_refund_stays_so_until_a_person_settles_it(town: Town) -> None:
    await town.a_paid_order()
    await town.play("faults", refund="ABNORMAL")
    await refund(town)
    await town.merchant.until(lambda: len(town.merchant.news) == 2)
    assert await refund(town) is RefundState.ABNORMAL
    await town.play("refund", out_refund_no="refund-1")
    await town.merchant.until(lambda: len(town.merchant.news) == 3)
    result = await town.pay.query_refund("refund-1")
    assert result is not None
    assert result.state is RefundState.SUCCESS


async def test_an_order_has_at_most_fifty_refunds(town: Town) -> None:
    await town.a_paid_order()
    for index in range(50):
        await refund(town, f"refund-{index}", fen=1)
    with pytest.raises(OrderMismatch, match="50"):
        await refund(town, "refund-50", fen=1)
