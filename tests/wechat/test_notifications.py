import asyncio
import json
import time
from dataclasses import replace
from typing import Any

import pytest

from app.core.money import Fen
from app.wechat.errors import SignatureInvalid
from app.wechat.pay import PaymentNotified, RefundNotified, RefundState, TradeState, WeChatPay
from app.wechat.sandbox import courier, openid_of

from .conftest import Town, an_order


async def test_a_payment_is_told_with_what_the_query_tells(town: Town) -> None:
    await town.a_paid_order(attach="group G1")
    await town.merchant.until(lambda: bool(town.merchant.news))
    news = town.merchant.news[0]
    assert isinstance(news, PaymentNotified)
    assert news.transaction == await town.pay.query_order("order-0001")
    assert news.transaction.openid == openid_of("ann")


@pytest.mark.parametrize("outcome", ["SUCCESS", "ABNORMAL", "CLOSED"])
async def test_every_end_of_a_refund_is_told(town: Town, outcome: str) -> None:
    await town.a_paid_order()
    await town.play("faults", refund=outcome)
    await town.pay.refund(
        out_refund_no="refund-1", out_trade_no="order-0001", refund=Fen(90), total=Fen(1990), reason="x"
    )
    await town.merchant.until(lambda: len(town.merchant.news) == 2)
    news = town.merchant.news[1]
    assert isinstance(news, RefundNotified)
    assert news.refund == await town.pay.query_refund("refund-1")
    assert news.refund.state is RefundState(outcome)


async def test_a_refused_notification_comes_again_with_the_same_id_until_it_is_taken(town: Town) -> None:
    town.merchant.answers = [500, 404]
    await town.a_paid_order()
    await town.merchant.until(lambda: len(town.merchant.news) == 3)
    assert len({news.id for news in town.merchant.news}) == 1
    # Each try is signed and sealed anew.
    assert len({body for _, body in town.merchant.posts}) == 3


async def test_a_merchant_who_thinks_too_long_is_told_again(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    assert courier.ANSWER_WITHIN_S == 5
    monkeypatch.setattr(courier, "ANSWER_WITHIN_S", 0.1)
    town.merchant.thinks_s = 0.5
    await town.a_paid_order()
    await town.merchant.until(lambda: len(town.merchant.news) == 2)
    town.merchant.thinks_s = 0
    while (letter := (await town.sent())["notifications"][0])["state"] == "waiting":
        assert letter["last_answer"] in {"", "TimeoutError"}
    assert letter["attempts"] > 1


async def test_the_schedule_is_wechats_and_ends(town: Town) -> None:
    assert len(courier.RETRY_AFTER_S) == 15
    assert sum(courier.RETRY_AFTER_S) == 24 * 3600 + 4 * 60
    await town.play("faults", drop_notifications=1, pace=1e-7)
    await town.a_paid_order()
    while (letter := (await town.sent())["notifications"][0])["state"] == "waiting":
        assert letter["attempts"] <= 15
    assert (letter["state"], letter["attempts"]) == ("given up", 16)
    assert town.merchant.posts == []


async def test_notifications_may_come_twice(town: Town) -> None:
    await town.play("faults", duplicate_notifications=2)
    await town.a_paid_order()
    await town.merchant.until(lambda: len(town.merchant.news) == 3)
    assert len({news.id for news in town.merchant.news}) == 1


async def test_a_notification_may_come_late(town: Town) -> None:
    await town.play("faults", delay_s=3600)
    await town.a_paid_order()
    assert [letter["attempts"] for letter in (await town.sent())["notifications"]] == [0]
    await town.play("clock", offset_s=3601)
    await town.merchant.until(lambda: len(town.merchant.news) == 1)


async def test_notifications_may_come_out_of_order(town: Town) -> None:
    await town.meet("ann")
    numbers = [f"order-{index:04d}" for index in range(12)]
    prepaid = [await town.pay.place_order(an_order(number)) for number in numbers]
    await town.play("faults", shuffle_s=1)
    await asyncio.gather(*[town.play("pay", prepay_id=prepay_id, **{"as": "ann"}) for prepay_id in prepaid])
    await town.merchant.until(lambda: len(town.merchant.news) == 12)
    told = [news.transaction.out_trade_no for news in town.merchant.news if isinstance(news, PaymentNotified)]
    assert sorted(told) == numbers
    assert told != [letter["about"] for letter in (await town.sent())["notifications"]]


async def test_a_notification_may_be_lost_and_comes_again(town: Town) -> None:
    await town.play("faults", drop_notifications=1)
    await town.a_paid_order()
    while (await town.sent())["notifications"][0]["attempts"] < 2:
        assert town.merchant.posts == []
    await town.play("faults")
    await town.merchant.until(lambda: len(town.merchant.news) == 1)


@pytest.mark.parametrize("manner", ["forged", "unsigned", "stale", "probe"])
async def test_what_wechat_did_not_sign_now_is_refused(town: Town, manner: str) -> None:
    await town.a_paid_order()
    await town.merchant.until(lambda: bool(town.merchant.news))
    told = await town.play("notify_again", out_trade_no="order-0001", **{"as": manner})
    assert told == {"taken": False, "answer": "401 "}
    assert len(town.merchant.news) == 1
    assert (await town.play("notify_again", out_trade_no="order-0001"))["taken"]


async def test_a_replay_is_believed_for_five_minutes_and_no_longer(town: Town) -> None:
    await town.a_paid_order()
    await town.merchant.until(lambda: bool(town.merchant.news))
    headers, body = town.merchant.posts[0]
    # Within the window a replay cannot be told from a repeat: whoever hears it acts once.
    assert (await town.pay.read_notification(headers, body)).id == town.merchant.news[0].id
    async with WeChatPay(town.config, clock=lambda: time.time() + 400) as later:
        with pytest.raises(SignatureInvalid):
            await later.read_notification(headers, body)


async def test_one_altered_byte_is_refused(town: Town) -> None:
    await town.a_paid_order()
    await town.merchant.until(lambda: bool(town.merchant.news))
    headers, body = town.merchant.posts[0]
    with pytest.raises(SignatureInvalid):
        await town.pay.read_notification(headers, body + b" ")
    with pytest.raises(SignatureInvalid):
        await town.pay.read_notification({**headers, "wechatpay-nonce": "other"}, body)
    with pytest.raises(SignatureInvalid):
        await town.pay.read_notification({**headers, "wechatpay-serial": "PUB_KEY_ID_0"}, body)


@pytest.mark.parametrize(
    "changed", [{"mch_id": "1900000000"}, {"app_id": "wx0000000000000000"}, {"api_v3_key": "k" * 32}]
)
async def test_news_for_another_merchant_app_or_key_are_refused(town: Town, changed: dict[str, Any]) -> None:
    await town.a_paid_order()
    await town.merchant.until(lambda: bool(town.merchant.news))
    headers, body = town.merchant.posts[0]
    config = replace(town.config, **changed)
    async with WeChatPay(config) as other:
        with pytest.raises(SignatureInvalid):
            await other.read_notification(headers, body)


async def test_the_content_is_sealed(town: Town) -> None:
    await town.a_paid_order()
    await town.merchant.until(lambda: bool(town.merchant.news))
    _, body = town.merchant.posts[0]
    assert openid_of("ann").encode() not in body
    assert json.loads(body)["resource"]["algorithm"] == "AEAD_AES_256_GCM"


async def test_a_merchant_who_is_not_there_is_told_later(town: Town) -> None:
    await town.meet("ann")
    config = replace(town.config, notify_url="http://127.0.0.1:1/n")
    async with WeChatPay(config) as pay:
        prepay_id = await pay.place_order(an_order())
    await town.play("pay", prepay_id=prepay_id, **{"as": "ann"})
    while (letter := (await town.sent())["notifications"][0])["attempts"] < 2:
        assert letter["state"] == "waiting"
    assert letter["last_answer"] == "ConnectError"
    order = await town.pay.query_order("order-0001")
    assert order is not None
    assert order.trade_state is TradeState.SUCCESS
