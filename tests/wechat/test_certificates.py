import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from app.wechat.errors import SignatureInvalid, WeChatBusy
from app.wechat.pay import WeChatPay
from app.wechat.sandbox.keys import load_keys

from .conftest import QUICK, Town, a_town, an_order


@pytest.fixture
async def old_town(folder: Path, listening: socket.socket) -> AsyncIterator[Town]:
    """A merchant who still lives with platform certificates."""
    async with a_town(folder, listening, certificate_mode=True) as made:
        yield made


async def test_orders_and_news_are_checked_with_certificates_that_are_fetched(old_town: Town) -> None:
    await old_town.play("faults", sign_notifications_with="certificate")
    await old_town.a_paid_order()
    await old_town.merchant.until(lambda: bool(old_town.merchant.news))
    headers, _ = old_town.merchant.posts[0]
    assert headers["wechatpay-serial"] == load_keys(old_town.folder).platform[-1].serial
    assert old_town.merchant.refused == []


async def test_every_valid_certificate_is_known(old_town: Town) -> None:
    await old_town.pay.query_order("order-0001")
    serials = {row.serial for row in load_keys(old_town.folder).platform}
    assert old_town.pay._api.keys._certificates.keys() == serials


async def test_a_merchant_with_the_public_key_also_believes_certificates(town: Town) -> None:
    await town.play("faults", sign_notifications_with="certificate")
    await town.a_paid_order()
    await town.merchant.until(lambda: bool(town.merchant.news))
    assert town.merchant.refused == []


async def test_the_public_key_needs_no_certificates(town: Town) -> None:
    await town.play("faults", errors={"/v3/certificates": "NO_AUTH"})
    await town.a_paid_order()
    await town.merchant.until(lambda: bool(town.merchant.news))


@pytest.mark.parametrize("manner", ["wrong", "none", "probe"])
async def test_certificates_that_are_not_signed_are_not_believed(old_town: Town, manner: str) -> None:
    await old_town.meet("ann")
    await old_town.play("faults", reply_signature=manner)
    with pytest.raises(WeChatBusy):
        await old_town.pay.place_order(an_order())


async def test_unknown_serials_do_not_make_us_ask_each_time(old_town: Town) -> None:
    fetched = 0
    await old_town.a_paid_order()
    await old_town.merchant.until(lambda: bool(old_town.merchant.posts))
    headers, body = old_town.merchant.posts[0]

    async def count(request: httpx2.Request) -> None:
        nonlocal fetched
        fetched += request.url.path.endswith("/v3/certificates")
        await asyncio.sleep(0)

    async with httpx2.AsyncClient(event_hooks={"request": [count]}) as http:
        pay = WeChatPay(old_town.config, http=http, patience=QUICK)
        for index in range(5):
            with pytest.raises(SignatureInvalid):
                await pay.read_notification({**headers, "wechatpay-serial": f"{index:040X}"}, body)
    assert fetched == 1


async def test_another_public_key_is_refused_without_asking(town: Town) -> None:
    await town.a_paid_order()
    await town.merchant.until(lambda: bool(town.merchant.news))
    headers, body = town.merchant.posts[0]
    await town.play("faults", errors={"/v3/certificates": "SYSTEM_ERROR"})
    with pytest.raises(SignatureInvalid):
        await town.pay.read_notification({**headers, "wechatpay-serial": "PUB_KEY_ID_0"}, body)
    with pytest.raises(WeChatBusy):
        await town.pay.read_notification({**headers, "wechatpay-serial": "5F" * 20}, body)


async def test_news_that_cannot_be_judged_now_are_not_called_forged(old_town: Town) -> None:
    await old_town.play("faults", sign_notifications_with="certificate")
    await old_town.a_paid_order()
    await old_town.merchant.until(lambda: bool(old_town.merchant.news))
    headers, body = old_town.merchant.posts[0]
    await old_town.play("faults", system_busy=1)
    async with WeChatPay(old_town.config, patience=QUICK) as pay:
        with pytest.raises(WeChatBusy):
            await pay.read_notification(headers, body)
        await old_town.play("faults")
        assert (await pay.read_notification(headers, body)).id
