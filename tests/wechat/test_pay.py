import asyncio
import json
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from app.core.money import Fen
from app.wechat import signatures
from app.wechat.errors import (
    NotEnough,
    OrderClosed,
    OrderMismatch,
    OrderPaid,
    WeChatBusy,
    WeChatRefused,
    WeChatSlowDown,
)
from app.wechat.pay import RefundState, TradeState, WeChatPay
from app.wechat.sandbox import openid_of
from app.wechat.sandbox.keys import MCH_ID

from .conftest import QUICK, Town, an_order, now

DAY_S = 86400


async def refund(town: Town, number: str = "refund-1", *, fen: int = 100, order: str = "order-0001") -> RefundState:
    result = await town.pay.refund(
        out_refund_no=number, out_trade_no=order, refund=Fen(fen), total=Fen(1990), reason="未成团"
    )
    return result.state


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


async def test_the_phone_accepts_what_we_sign(town: Town) -> None:
    await town.meet("ann")
    prepay_id = await town.pay.place_order(an_order())
    signed = await town.pay.payment_parameters(prepay_id, now())
    assert (signed.package, signed.signType) == (f"prepay_id={prepay_id}", "RSA")
    tap = {"prepay_id": prepay_id, "as": "ann", "timeStamp": signed.timeStamp, "nonceStr": signed.nonceStr}
    assert await town.refused("pay", **tap, paySign=signed.paySign[:-4] + "AAA=") == "PAY_SIGN"
    assert await town.play("pay", **tap, paySign=signed.paySign)


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


async def test_a_refund_is_processing_and_then_final(town: Town) -> None:
    transaction_id = await town.a_paid_order()
    await town.play("faults", refund_s=3600)
    assert await refund(town) is RefundState.PROCESSING
    await town.play("clock", offset_s=3601)
    await town.merchant.until(lambda: len(town.merchant.news) == 2)
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


@pytest.mark.parametrize("path", ["/v3/pay/transactions/jsapi", "/v3/refund"])
async def test_a_reply_that_is_lost_is_cured_by_the_same_request(town: Town, path: str) -> None:
    await town.a_paid_order()
    await town.play("faults", lost_replies=1, lost_paths=[path])
    with pytest.raises(WeChatBusy) as busy:
        await (refund(town) if "refund" in path else town.pay.place_order(an_order("order-0002")))
    assert busy.value.perhaps_done
    await town.play("faults")
    if "refund" in path:
        assert await refund(town) is not None
        assert len((await town.sent())["refunds"]) == 1
    else:
        assert await town.pay.query_order("order-0002") is not None
        assert await town.pay.place_order(an_order("order-0002"))


async def test_a_request_that_times_out_after_it_was_accepted_leaves_the_outcome_open(town: Town) -> None:
    await town.meet("ann")
    await town.play("faults", lost_replies=1, lost_reply_s=1)
    impatient = httpx2.AsyncClient(timeout=httpx2.Timeout(10, read=0.1))
    async with impatient, WeChatPay(town.config, http=impatient, patience=QUICK) as pay:
        with pytest.raises(WeChatBusy) as busy:
            await pay.place_order(an_order())
    assert busy.value.perhaps_done
    await town.play("faults")
    assert await town.pay.query_order("order-0001") is not None


async def test_an_outcome_that_was_open_once_stays_open_when_the_line_goes_dead(town: Town) -> None:
    await town.meet("ann")
    statuses = iter([502, None, None])

    async def answer(request: httpx2.Request) -> httpx2.Response:
        await asyncio.sleep(0)
        status = next(statuses)
        if status is None:
            raise httpx2.ConnectError("no route", request=request)
        return httpx2.Response(status)

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(answer)) as http:
        with pytest.raises(WeChatBusy) as busy:
            await WeChatPay(town.config, http=http, patience=QUICK).place_order(an_order())
    assert busy.value.perhaps_done


async def test_a_busy_wechat_pay_is_asked_again_with_the_same_order(town: Town) -> None:
    await town.meet("ann")
    await town.play("faults", system_busy=0.5)
    outcomes = await asyncio.gather(
        *[town.pay.place_order(an_order(f"order-{index:04d}")) for index in range(40)], return_exceptions=True
    )
    placed = sum(isinstance(outcome, str) for outcome in outcomes)
    assert placed > 20
    assert len((await town.sent())["orders"]) == placed


@pytest.mark.parametrize("manner", ["wrong", "none", "probe"])
async def test_an_answer_that_wechat_did_not_sign_decides_nothing(town: Town, manner: str) -> None:
    await town.meet("ann")
    await town.play("faults", reply_signature=manner)
    with pytest.raises(WeChatBusy) as busy:
        await town.pay.place_order(an_order())
    assert busy.value.perhaps_done
    await town.play("faults")
    assert await town.pay.query_order("order-0001") is not None


async def test_a_forged_refusal_is_not_believed(town: Town) -> None:
    await town.play("faults", reply_signature="wrong")
    with pytest.raises(WeChatBusy):
        await town.pay.query_order("order-9999")


async def test_a_rate_limit_is_not_met_with_haste(town: Town) -> None:
    await town.play("faults", errors={"/v3/refund": "FREQUENCY_LIMITED"})
    with pytest.raises(WeChatSlowDown):
        await town.pay.query_refund("refund-1")


async def test_a_refusal_without_a_class_of_its_own_tells_its_code(town: Town) -> None:
    await town.play("faults", errors={"/v3/pay/transactions/jsapi": "NO_AUTH"})
    with pytest.raises(WeChatRefused) as refused:
        await town.pay.place_order(an_order())
    assert refused.value.code == "NO_AUTH"


async def test_a_request_of_another_merchant_is_refused(town: Town) -> None:
    for changed in (
        {"mch_id": "1900000000"},
        {"merchant_serial": "5F00"},
        {"merchant_private_key": a_foreign_key(town)},
    ):
        config = replace(town.config, **changed)
        async with WeChatPay(config, patience=QUICK) as stranger:
            with pytest.raises(WeChatRefused) as refused:
                await stranger.query_order("order-0001")
        assert refused.value.code == "SIGN_ERROR"


async def test_a_request_dated_five_minutes_ago_is_refused(town: Town) -> None:
    late = WeChatPay(town.config, patience=QUICK, clock=lambda: time.time() - 310)
    async with late:
        with pytest.raises(WeChatBusy):
            # Its refusal is signed now, which a clock that far behind cannot believe.
            await late.query_order("order-0001")
    assert (await raw(town, "GET", "/v3/certificates", age_s=310)).json()["code"] == "SIGN_ERROR"
    assert (await raw(town, "GET", "/v3/certificates", age_s=0)).status_code == 200


async def test_the_exact_bytes_and_the_whole_path_are_signed(town: Town) -> None:
    await town.meet("ann")
    body = json.dumps({"mchid": MCH_ID}).encode()
    path = "/v3/pay/transactions/out-trade-no/order-0001/close"
    assert (await raw(town, "POST", path, signed_body=body, body=body)).status_code == 204
    spaced = json.dumps({"mchid": MCH_ID}, indent=1).encode()
    assert (await raw(town, "POST", path, signed_body=body, body=spaced)).status_code == 401
    other = "/v3/pay/transactions/out-trade-no/order-0002/close"
    assert (await raw(town, "POST", path, signed_path=other, signed_body=body, body=body)).status_code == 401


@pytest.mark.parametrize(
    ("time_expire", "status"), [(None, 200), ("2099-01-01T00:00:00+08:00", 200), ("tomorrow", 400), ("2099-01-01", 400)]
)
async def test_an_order_ends_at_a_moment_or_after_a_week(town: Town, time_expire: str | None, status: int) -> None:
    await town.meet("ann")
    body: dict[str, Any] = a_raw_order(town) | ({"time_expire": time_expire} if time_expire else {})
    text = json.dumps(body).encode()
    reply = await raw(town, "POST", "/v3/pay/transactions/jsapi", signed_body=text, body=text)
    assert reply.status_code == status


async def test_who_does_not_say_what_asks_is_refused(town: Town) -> None:
    path = "/v3/pay/transactions/out-trade-no/order-0001"
    assert (await raw(town, "GET", path, user_agent="")).json()["code"] == "PARAM_ERROR"


async def test_an_unknown_transaction_is_no_order(town: Town) -> None:
    reply = await raw(town, "GET", f"/v3/pay/transactions/id/4200?mchid={MCH_ID}")
    assert (reply.status_code, reply.json()["code"]) == (404, "ORDER_NOT_EXIST")


async def test_an_order_has_at_most_fifty_refunds(town: Town) -> None:
    await town.a_paid_order()
    for index in range(50):
        await refund(town, f"refund-{index}", fen=1)
    with pytest.raises(OrderMismatch, match="50"):
        await refund(town, "refund-50", fen=1)


async def test_fields_that_wechat_does_not_know_are_refused(town: Town) -> None:
    await town.meet("ann")
    text = json.dumps({**a_raw_order(town), "coupon": 1}).encode()
    reply = await raw(town, "POST", "/v3/pay/transactions/jsapi", signed_body=text, body=text)
    assert reply.json()["code"] == "PARAM_ERROR"


def a_raw_order(town: Town) -> dict[str, Any]:
    return {
        "appid": town.config.app_id,
        "mchid": MCH_ID,
        "description": "x",
        "out_trade_no": "order-0001",
        "notify_url": town.config.notify_url,
        "amount": {"total": 1},
        "payer": {"openid": openid_of("ann")},
    }


async def raw(
    town: Town,
    method: str,
    path: str,
    *,
    signed_path: str | None = None,
    signed_body: bytes = b"",
    body: bytes = b"",
    age_s: float = 0,
    user_agent: str = "tests",
) -> httpx2.Response:
    """A request that is signed by hand, rightly or not."""
    url = httpx2.URL(town.origin + path)
    signed_url = httpx2.URL(town.origin + (signed_path or path))
    timestamp, nonce = str(int(time.time() - age_s)), signatures.new_nonce()
    message = signatures.request_message(
        method=method, target=signed_url.raw_path.decode(), timestamp=timestamp, nonce=nonce, body=signed_body
    )
    signature = signatures.sign(signatures.private_key(town.config.merchant_private_key), message)
    said = signatures.Authorization(town.config.mch_id, town.config.merchant_serial, timestamp, nonce, signature)
    headers = {"Authorization": said.header(), "Accept": "application/json", "User-Agent": user_agent}
    return await town.phone.request(method, str(url), content=body or None, headers=headers)


def a_foreign_key(town: Town) -> str:
    keys = json.loads((town.folder / "keys.json").read_text())
    return str(keys["platform"][0]["private_key"])
