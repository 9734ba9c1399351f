import asyncio

import httpx2
import pytest

from app.wechat.errors import (
    WeChatBusy,
    WeChatRefused,
    WeChatSlowDown,
)
from app.wechat.pay import WeChatPay

from .asking import refund
from .conftest import QUICK, Town, an_order


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


async def test_a_rate_limit_is_not_met_with_haste(town: Town) -> None:
    await town.play("faults", errors={"/v3/refund": "FREQUENCY_LIMITED"})
    with pytest.raises(WeChatSlowDown):
        await town.pay.query_refund("refund-1")


async def test_a_refusal_without_a_class_of_its_own_tells_its_code(town: Town) -> None:
    await town.play("faults", errors={"/v3/pay/transactions/jsapi": "NO_AUTH"})
    with pytest.raises(WeChatRefused) as refused:
        await town.pay.place_order(an_order())
    assert refused.value.code == "NO_AUTH"
