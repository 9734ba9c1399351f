"""What strangers send: nothing of it is believed, and nothing of it breaks anything."""

import itertools
import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from app.wechat import platform_keys
from app.wechat.client import MiniProgram
from app.wechat.errors import SignatureInvalid, WeChatBusy, WeChatRefused, WeChatSlowDown
from app.wechat.pay import WeChatPay
from app.wechat.sandbox import openid_of
from app.wechat.sandbox.keys import MCH_ID, load_keys
from app.wechat.sandbox.seal import Seal
from app.wechat.tokens import MemoryTokenStore

from .asking import raw, token_of
from .conftest import QUICK, Town, an_order

ODD: tuple[Any, ...] = (None, -1, 2**63, 2**70, 1.5, True, "", "😀", "\x00", [], {}, [[]], {"a": []}, [1, None])


def always(response: Callable[[], httpx2.Response]) -> httpx2.AsyncClient:
    """A WeChat that answers everything alike."""
    return httpx2.AsyncClient(transport=httpx2.MockTransport(lambda _: response()))


@pytest.mark.parametrize(
    ("response", "expected", "perhaps_done"),
    [
        (lambda: httpx2.Response(502, text="Bad Gateway"), WeChatBusy, True),
        (lambda: httpx2.Response(429), WeChatSlowDown, False),
        (lambda: httpx2.Response(200, text="<html>"), WeChatBusy, True),
        (lambda: httpx2.Response(200, json=[]), WeChatBusy, True),
        (lambda: httpx2.Response(404, text="not found"), WeChatRefused, None),
    ],
)
async def test_an_answer_that_is_none_is_told_by_what_can_be_done(
    town: Town, response: Callable[[], httpx2.Response], expected: type[Exception], perhaps_done: bool | None
) -> None:
    async with always(response) as http:
        for asked in (
            MiniProgram(town.config, MemoryTokenStore(), http=http, patience=QUICK).login("dev:ann"),
            WeChatPay(town.config, http=http, patience=QUICK).place_order(an_order()),
        ):
            with pytest.raises(expected) as told:
                await asked
            assert getattr(told.value, "perhaps_done", None) is perhaps_done


async def test_certificates_that_are_none_leave_a_notification_unbelieved(town: Town) -> None:
    await town.a_paid_order()
    await town.merchant.until(lambda: bool(town.merchant.posts))
    headers, body = town.merchant.posts[0]
    signed = {name: value for name, value in headers.items() if name.startswith("wechatpay")}
    for content, expected in (
        (lambda: httpx2.Response(200, json={"data": []}), SignatureInvalid),
        (lambda: httpx2.Response(200, json={"data": []}, headers=signed), SignatureInvalid),
        (lambda: httpx2.Response(200, json={"no": 1}, headers=signed), SignatureInvalid),
        (lambda: httpx2.Response(403, json={"code": "NO_AUTH"}), WeChatBusy),
    ):
        async with always(content) as http:
            with pytest.raises(expected):
                await WeChatPay(town.config, http=http).read_notification({**headers, "wechatpay-serial": "5F"}, body)


async def test_known_certificates_stay_known_while_new_ones_cannot_be_fetched(town: Town) -> None:
    await town.play("faults", sign_notifications_with="certificate")
    await town.a_paid_order()
    await town.merchant.until(lambda: bool(town.merchant.news))
    headers, body = town.merchant.posts[0]
    await town.play("faults", errors={"/v3/certificates": "SYSTEM_ERROR"})
    keys = town.pay._api.keys
    keys._asked_at -= platform_keys._LOOK_AGAIN_S + 1
    assert (await town.pay.read_notification(headers, body)).id


@pytest.mark.parametrize("body", [b"{}", b"[]", b"", b'{"resource": 1}', b'{"resource": {"algorithm": "AES"}}'])
async def test_news_that_are_signed_but_unknown_are_refused(town: Town, body: bytes) -> None:
    # As a future kind of news would be.
    seal = Seal(load_keys(town.folder))
    signed = await seal.headers(body, serial=seal.public_key_id)
    with pytest.raises(SignatureInvalid):
        await town.pay.read_notification(signed, body)


async def test_no_value_in_any_field_breaks_the_sandbox(town: Town) -> None:
    await town.meet("ann")
    token = await token_of(town)
    odd = itertools.cycle(ODD)
    for path, good in GOOD.items():
        for name in good:
            body = {**good, name: next(odd)}
            reply = await town.phone.post(path, params=token, json=body)
            assert reply.status_code in {200, 400}, (path, body, reply.text)


async def test_no_value_in_any_field_of_an_order_or_refund_breaks_the_sandbox(town: Town) -> None:
    await town.a_paid_order()
    odd = itertools.cycle(ODD)
    order = {
        "appid": town.config.app_id,
        "mchid": MCH_ID,
        "description": "x",
        "out_trade_no": "order-0002",
        "notify_url": town.config.notify_url,
        "time_expire": "2099-01-01T00:00:00+08:00",
        "attach": "x",
        "amount": {"total": 1, "currency": "CNY"},
        "payer": {"openid": openid_of("ann")},
    }
    refund = {
        "out_trade_no": "order-0001",
        "out_refund_no": "refund-1",
        "reason": "x",
        "amount": {"refund": 1, "total": 1990, "currency": "CNY"},
    }
    for path, good in (("/v3/pay/transactions/jsapi", order), ("/v3/refund/domestic/refunds", refund)):
        for name, _ in itertools.product(good, range(4)):
            text = json.dumps({**good, name: next(odd)}).encode()
            reply = await raw(town, "POST", path, signed_body=text, body=text)
            assert reply.status_code in {200, 400, 404}, (path, text, reply.text)


GOOD: dict[str, dict[str, Any]] = {
    "/_/login": {"as": "ann"},
    "/_/phone": {"as": "ann", "phone": "1"},
    "/_/consent": {"as": "ann", "template_ids": ["T1"], "decision": "accept"},
    "/_/encrypted": {"as": "ann", "data": {}},
    "/_/pay": {"as": "ann", "prepay_id": "x", "paySign": "x"},
    "/_/refund": {"out_refund_no": "x", "status": "SUCCESS"},
    "/_/faults": {"system_busy": 0, "errors": {}, "content": {}, "lost_paths": [], "refund_s": 0},
    "/_/clock": {"offset_s": 0},
    "/_/notify_again": {"out_trade_no": "x", "as": "genuine"},
    "/cgi-bin/stable_token": {"grant_type": "client_credential", "appid": "x", "secret": "x", "force_refresh": False},
    "/wxa/business/getuserphonenumber": {"code": "x", "openid": "x"},
    "/wxa/getwxacodeunlimit": {"scene": "s", "page": "p", "width": 280, "env_version": "trial", "check_path": True},
    "/wxa/msg_sec_check": {"version": 2, "openid": openid_of("ann"), "scene": 1, "content": "x", "title": "x"},
    "/wxa/media_check_async": {"version": 2, "openid": openid_of("ann"), "scene": 1, "media_url": "x", "media_type": 2},
    "/cgi-bin/message/subscribe/send": {
        "touser": openid_of("ann"),
        "template_id": "T1",
        "data": {"thing1": {"value": "x"}},
        "page": "p",
        "lang": "zh_CN",
        "miniprogram_state": "formal",
    },
    "/cgi-bin/message/wxopen/updatablemsg/send": {
        "activity_id": "x",
        "target_state": 0,
        "template_info": {"parameter_list": [{"name": "a", "value": "b"}]},
    },
    "/wxa/sec/order/upload_shipping_info": {
        "order_key": {"order_number_type": 1},
        "logistics_type": 1,
        "delivery_mode": 1,
        "shipping_list": [{}],
        "upload_time": "2026-11-23T00:00:00.000+08:00",
        "payer": {"openid": openid_of("ann")},
    },
}


@pytest.mark.parametrize(
    ("path", "changed", "errcode"),
    [
        ("/wxa/business/getuserphonenumber", {"code": ""}, 40097),
        ("/wxa/business/getuserphonenumber", {}, 40029),
        ("/wxa/msg_sec_check", {"scene": 5}, 40129),
        ("/wxa/msg_sec_check", {"openid": ""}, 41009),
        ("/wxa/msg_sec_check", {"openid": "nobody"}, 40003),
        ("/wxa/msg_sec_check", {"content": ""}, 47001),
        ("/wxa/msg_sec_check", {"content": "长" * 2501}, 47001),
        ("/wxa/media_check_async", {"media_type": 3}, 40097),
        ("/cgi-bin/message/subscribe/send", {"touser": "nobody"}, 40003),
        ("/cgi-bin/message/subscribe/send", {"template_id": ""}, 40037),
        ("/cgi-bin/message/subscribe/send", {"lang": "fr_FR"}, 47003),
        ("/cgi-bin/message/subscribe/send", {"page": 1}, 41030),
        ("/cgi-bin/message/subscribe/send", {}, 43101),
        ("/cgi-bin/message/wxopen/updatablemsg/send", {}, 47501),
        ("/wxa/sec/order/upload_shipping_info", {"payer": None}, 47001),
        ("/wxa/sec/order/upload_shipping_info", {"shipping_list": [{}, {}]}, 47003),
        ("/wxa/sec/order/upload_shipping_info", {"upload_time": "today"}, 47003),
        ("/wxa/sec/order/upload_shipping_info", {}, 10060001),
        ("/cgi-bin/stable_token", {"appid": ""}, 41002),
        ("/cgi-bin/stable_token", {}, 40013),
        ("/cgi-bin/stable_token", {"grant_type": "other"}, 40002),
    ],
)
async def test_what_is_asked_wrongly_is_refused_by_wechats_number(
    town: Town, path: str, changed: dict[str, Any], errcode: int
) -> None:
    await town.meet("ann")
    reply = await town.phone.post(path, params=await token_of(town), json={**GOOD[path], **changed})
    assert reply.json()["errcode"] == errcode


@pytest.mark.parametrize(
    ("template_info", "state", "errcode"),
    [
        ({}, 0, 47001),
        ({"parameter_list": [{"name": "member_count", "value": 2}]}, 0, 47001),
        ({"parameter_list": []}, 0, 47502),
        ({"parameter_list": [{"name": "path", "value": "p"}, {"name": "version_type", "value": "beta"}]}, 1, 47503),
    ],
)
async def test_a_card_needs_its_parameters(town: Town, template_info: Any, state: int, errcode: int) -> None:
    activity = await town.mini.create_activity()
    body = {"activity_id": activity.activity_id, "target_state": state, "template_info": template_info}
    path = "/cgi-bin/message/wxopen/updatablemsg/send"
    reply = await town.phone.post(path, params=await token_of(town), json=body)
    assert reply.json()["errcode"] == errcode


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("GET", "/v3/pay/transactions/out-trade-no/order-0001", b"", "PARAM_ERROR"),
        ("GET", "/v3/pay/transactions/out-trade-no/order-9999?mchid=" + MCH_ID, b"", "ORDER_NOT_EXIST"),
        ("POST", "/v3/pay/transactions/out-trade-no/order-0001/close", b"{}", "PARAM_ERROR"),
        ("POST", "/v3/pay/transactions/jsapi", b"{", "PARAM_ERROR"),
        ("POST", "/v3/pay/transactions/jsapi", b"{}", "PARAM_ERROR"),
        ("POST", "/v3/refund/domestic/refunds", b'{"out_trade_no": "order-0001"}', "PARAM_ERROR"),
    ],
)
async def test_what_is_asked_of_wechat_pay_wrongly_is_refused_by_its_word(
    town: Town, method: str, path: str, body: bytes, code: str
) -> None:
    await town.a_paid_order()
    reply = await raw(town, method, path, signed_body=body, body=body)
    assert reply.json()["code"] == code
    assert reply.headers["wechatpay-signature"]
