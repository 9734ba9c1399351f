import asyncio
import json
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from app.core.money import Fen
from app.wechat.errors import (
    OrderClosed,
    OrderMismatch,
    OrderPaid,
    WeChatRefused,
)
from app.wechat.pay import TradeState
from app.wechat.sandbox import openid_of
from app.wechat.sandbox.keys import MCH_ID

from .asking import a_raw_order, raw
from .conftest import Town, an_order, now


async def test_an_order_is_placed_paid_and_asked_for(town: Town) -> None:
    await town.meet("ann")
    prepay_id = await town.pay.place_order(an_order(attach="group G1"))
    before = await town.pay.query_order("order-0001")
    assert before is not None
    assert (before.trade_state, before.transaction_id, before.openid) == (TradeState.NOTPAY, None, None)
    transaction_id = (await town.play("pay", prepay_id=prepay_id, **{"as": "ann"}))["transaction_id"]
    after = await town.pay.query_order("order-0001")
    assert after is not None
    assert (after.trade_state, after.transaction_id) == (TradeState.SUCCESS, transaction_id)
    assert (after.amount, after.openid, after.attach) == (1990, openid_of("ann"), "group G1")
    assert after.success_time is not None
    assert abs((after.success_time - now()).total_seconds()) < 5


async def test_an_order_nobody_placed_is_none(town: Town) -> None:
    assert await town.pay.query_order("order-9999") is None
    assert await town.pay.query_refund("refund-9999") is None


async def test_a_paid_order_can_be_asked_for_by_its_transaction(town: Town) -> None:
    transaction_id = await town.a_paid_order()
    path = f"/v3/pay/transactions/id/{transaction_id}?mchid={MCH_ID}"
    assert (await town.pay._api.call("GET", path))["out_trade_no"] == "order-0001"


async def test_the_same_order_again_gives_a_fresh_prepay_id_and_both_pay_once(town: Town) -> None:
    await town.meet("ann")
    first = await town.pay.place_order(an_order())
    second = await town.pay.place_order(an_order(time_expire=now() + timedelta(minutes=3)))
    assert first != second
    await town.play("pay", prepay_id=first, **{"as": "ann"})
    assert await town.refused("pay", prepay_id=second, **{"as": "ann"}) == "ORDER_PAID"


@pytest.mark.parametrize(
    "changed", [{"amount": Fen(1991)}, {"description": "五斤砂糖橘"}, {"openid": openid_of("bob")}, {"attach": "x"}]
)
async def test_the_same_number_with_other_parameters_is_refused(town: Town, changed: dict[str, Any]) -> None:
    await town.meet("ann", "bob")
    await town.pay.place_order(an_order())
    with pytest.raises(OrderMismatch):
        await town.pay.place_order(an_order(**changed))


async def test_a_paid_order_can_be_neither_placed_nor_closed(town: Town) -> None:
    await town.a_paid_order()
    with pytest.raises(OrderPaid):
        await town.pay.place_order(an_order())
    with pytest.raises(OrderPaid):
        await town.pay.close_order("order-0001")


async def test_a_closed_order_can_be_neither_placed_nor_paid_but_closed_again(town: Town) -> None:
    await town.meet("ann")
    prepay_id = await town.pay.place_order(an_order())
    await town.pay.close_order("order-0001")
    await town.pay.close_order("order-0001")
    with pytest.raises(OrderClosed):
        await town.pay.place_order(an_order())
    assert await town.refused("pay", prepay_id=prepay_id, **{"as": "ann"}) == "ORDER_CLOSED"
    order = await town.pay.query_order("order-0001")
    assert order is not None
    assert order.trade_state is TradeState.CLOSED


async def test_closing_an_unknown_number_does_nothing(town: Town) -> None:
    await town.pay.close_order("order-9999")
    assert await town.pay.query_order("order-9999") is None


async def test_either_the_payment_or_the_close_wins(town: Town) -> None:
    await town.meet("ann")
    for index in range(10):
        number = f"order-{index:04d}"
        prepay_id = await town.pay.place_order(an_order(number))
        paying = town.phone.post("/_/pay", json={"prepay_id": prepay_id, "as": "ann"})
        paid, closed = await asyncio.gather(paying, town.pay.close_order(number), return_exceptions=True)
        assert isinstance(paid, httpx2.Response)
        order = await town.pay.query_order(number)
        assert order is not None
        won = order.trade_state is TradeState.SUCCESS
        assert (paid.status_code == 200) is won
        assert isinstance(closed, OrderPaid) is won


async def test_nobody_else_pays_an_order(town: Town) -> None:
    await town.meet("ann", "bob")
    prepay_id = await town.pay.place_order(an_order())
    assert await town.refused("pay", prepay_id=prepay_id, **{"as": "bob"}) == "WRONG_PAYER"
    assert await town.refused("pay", prepay_id="wx0", **{"as": "ann"}) == "PREPAY_NOT_FOUND"


async def test_a_payer_may_be_named_by_openid(town: Town) -> None:
    await town.meet("ann")
    prepay_id = await town.pay.place_order(an_order())
    assert await town.play("pay", prepay_id=prepay_id, **{"as": openid_of("ann")})


async def test_after_its_time_an_order_stays_unpaid_until_it_is_closed(town: Town) -> None:
    await town.meet("ann")
    prepay_id = await town.pay.place_order(an_order())
    await town.play("clock", offset_s=601)
    assert await town.refused("pay", prepay_id=prepay_id, **{"as": "ann"}) == "ORDER_EXPIRED"
    order = await town.pay.query_order("order-0001")
    assert order is not None
    assert order.trade_state is TradeState.NOTPAY
    with pytest.raises(OrderClosed):
        await town.pay.place_order(an_order())
    await town.pay.close_order("order-0001")


async def test_a_prepay_id_lives_two_hours_whatever_the_order(town: Town) -> None:
    await town.meet("ann")
    long = now() + timedelta(days=2)
    old = await town.pay.place_order(an_order(time_expire=long))
    await town.play("clock", offset_s=7201)
    assert await town.refused("pay", prepay_id=old, **{"as": "ann"}) == "PREPAY_EXPIRED"
    fresh = await town.pay.place_order(an_order(time_expire=long))
    assert await town.play("pay", prepay_id=fresh, **{"as": "ann"})


@pytest.mark.parametrize(
    "changed",
    [
        {"out_trade_no": "short"},
        {"out_trade_no": "order 0001"},
        {"amount": Fen(0)},
        {"openid": "nobody"},
        {"description": ""},
    ],
)
async def test_an_order_asked_for_wrongly_is_refused(town: Town, changed: dict[str, Any]) -> None:
    await town.meet("ann")
    with pytest.raises(WeChatRefused) as refused:
        await town.pay.place_order(an_order(**changed))
    assert refused.value.code == "PARAM_ERROR"


async def test_an_order_must_have_a_minute_to_be_paid(town: Town) -> None:
    await town.meet("ann")
    with pytest.raises(WeChatRefused, match="time_expire"):
        await town.pay.place_order(an_order(time_expire=now() + timedelta(seconds=50)))


async def test_texts_are_cut_to_what_wechat_pay_can_keep(town: Town) -> None:
    await town.meet("ann")
    await town.pay.place_order(an_order(description="🍊橘" * 200, attach="a" * 200))
    order = await town.pay.query_order("order-0001")
    assert order is not None
    assert order.attach == "a" * 128


@pytest.mark.parametrize(
    ("time_expire", "status"), [(None, 200), ("2099-01-01T00:00:00+08:00", 200), ("tomorrow", 400), ("2099-01-01", 400)]
)
async def test_an_order_ends_at_a_moment_or_after_a_week(town: Town, time_expire: str | None, status: int) -> None:
    await town.meet("ann")
    body: dict[str, Any] = a_raw_order(town) | ({"time_expire": time_expire} if time_expire else {})
    text = json.dumps(body).encode()
    reply = await raw(town, "POST", "/v3/pay/transactions/jsapi", signed_body=text, body=text)
    assert reply.status_code == status


async def test_an_unknown_transaction_is_no_order(town: Town) -> None:
    reply = await raw(town, "GET", f"/v3/pay/transactions/id/4200?mchid={MCH_ID}")
    assert (reply.status_code, reply.json()["code"]) == (404, "ORDER_NOT_EXIST")


async def test_fields_that_wechat_does_not_know_are_refused(town: Town) -> None:
    await town.meet("ann")
    text = json.dumps({**a_raw_order(town), "coupon": 1}).encode()
    reply = await raw(town, "POST", "/v3/pay/transactions/jsapi", signed_body=text, body=text)
    assert reply.json()["code"] == "PARAM_ERROR"
