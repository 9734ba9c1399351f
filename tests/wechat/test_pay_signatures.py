import json
import time
from dataclasses import replace

import pytest

from app.wechat.errors import (
    WeChatBusy,
    WeChatRefused,
)
from app.wechat.pay import WeChatPay
from app.wechat.sandbox.keys import MCH_ID

from .asking import a_foreign_key, raw
from .conftest import QUICK, Town, an_order, now


async def test_the_phone_accepts_what_we_sign(town: Town) -> None:
    await town.meet("ann")
    prepay_id = await town.pay.place_order(an_order())
    signed = await town.pay.payment_parameters(prepay_id, now())
    assert (signed.package, signed.signType) == (f"prepay_id={prepay_id}", "RSA")
    tap = {"prepay_id": prepay_id, "as": "ann", "timeStamp": signed.timeStamp, "nonceStr": signed.nonceStr}
    assert await town.refused("pay", **tap, paySign=signed.paySign[:-4] + "AAA=") == "PAY_SIGN"
    assert await town.play("pay", **tap, paySign=signed.paySign)


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


async def test_who_does_not_say_what_asks_is_refused(town: Town) -> None:
    path = "/v3/pay/transactions/out-trade-no/order-0001"
    assert (await raw(town, "GET", path, user_agent="")).json()["code"] == "PARAM_ERROR"
