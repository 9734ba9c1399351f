import asyncio
import contextvars
import dataclasses
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from app.accounts.models import Identity
from app.core import db
from app.core.ids import UserId
from app.core.settings import settings
from app.notifications import templates
from app.notifications.models import ConsentReport, MessageConsent, MessagePurpose
from app.web import push
from app.wechat import signatures
from app.wechat.config import WeChatConfig
from app.wechat.sandbox import create_sandbox, openid_of, running, sandbox_config
from tests.factories.accounts import a_user
from tests.factories.notifications import a_consent

pytestmark = pytest.mark.usefixtures("database", "push_counts")

SECURE = WeChatConfig(
    api_origin="",
    pay_origin="",
    app_id="wxba5fad812f8e6fb9",
    mch_id="",
    merchant_serial="",
    notify_url="",
    app_secret="",
    merchant_private_key="",
    api_v3_key="",
    push_token="AAAAA",
    push_aes_key="A" * 43,
)
PLAIN = dataclasses.replace(SECURE, push_aes_key="")
RESULT = templates._SANDBOX[MessagePurpose.GROUP_RESULT]
REFUND = templates._SANDBOX[MessagePurpose.REFUND]
ANN = "oAnn_0000000000000000000000x"

Params = Mapping[str, str]


@pytest.fixture
async def push_counts(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("PINTUAN_WECHAT_PUSH_TOKEN", SECURE.push_token)
        settings.cache_clear()
        yield
    settings.cache_clear()


@pytest.fixture
async def ann() -> UserId:
    return (await a_user("小安", openid=ANN)).id


async def _call(method: str, query: Params, body: bytes = b"", config: WeChatConfig = SECURE) -> httpx2.Response:
    transport = httpx2.ASGITransport(app=Starlette(routes=push.routes(lambda: config)))
    async with httpx2.AsyncClient(transport=transport, base_url="http://shop") as client:
        return await client.request(method, push.PATH, params=dict(query), content=body)


def _plain(token: str = SECURE.push_token) -> dict[str, str]:
    return {"signature": signatures.push_signature(token, "1714036504", "1"), "timestamp": "1714036504", "nonce": "1"}


def _sealed(message: bytes, *, as_xml: bool = False) -> tuple[dict[str, str], bytes]:
    """Query and body of a post in secure mode."""
    sealed = signatures.seal_push(SECURE.push_aes_key, message, app_id=SECURE.app_id)
    signed = signatures.push_signature(SECURE.push_token, "1714036504", "1", sealed)
    outer = f"<xml><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>" if as_xml else json.dumps({"Encrypt": sealed})
    return {**_plain(), "encrypt_type": "aes", "msg_signature": signed}, outer.encode()


def _event(items: Any, *, event: str = "subscribe_msg_popup_event", at: int = 1714036504, who: str = ANN) -> bytes:
    message = {"ToUserName": "gh", "FromUserName": who, "CreateTime": at, "MsgType": "event", "Event": event}
    return json.dumps({**message, "List": items}).encode()


def _said(template: str, said: str = "accept") -> dict[str, str]:
    return {"TemplateId": template, "SubscribeStatusString": said, "PopupScene": "0"}


async def _post(message: bytes) -> httpx2.Response:
    return await _call("POST", *_sealed(message))


async def _left(user: UserId) -> dict[str, int]:
    return {each.purpose.value: each.remaining for each in await MessageConsent.filter(user_id=user)}


async def _nothing_was_heard() -> bool:
    return not await MessageConsent.all().count() and not await ConsentReport.all().count()


async def test_the_url_is_verified_by_saying_the_echo() -> None:
    answer = await _call("GET", {**_plain(), "echostr": "4375120948345356249"})
    assert (answer.status_code, answer.content) == (200, b"4375120948345356249")


@pytest.mark.parametrize("query", [{}, _plain("BBBBB")])
async def test_a_url_verification_of_somebody_elses_is_refused(query: Params) -> None:
    answer = await _call("GET", {**query, "echostr": "said"})
    assert answer.status_code == 403
    assert "said" not in answer.text


@pytest.mark.usefixtures("wechat")
async def test_the_door_knows_the_token_of_this_process(tmp_path: Path) -> None:
    token = sandbox_config(tmp_path / "wechat", "", "").push_token
    transport = httpx2.ASGITransport(app=Starlette(routes=push.routes()))
    async with httpx2.AsyncClient(transport=transport, base_url="http://shop") as client:
        ours = await client.get(push.PATH, params={**_plain(token), "echostr": "echo"})
        others = await client.get(push.PATH, params={**_plain("other"), "echostr": "echo"})
    assert (ours.text, others.status_code) == ("echo", 403)


async def test_what_the_sandbox_pushes_is_heard(tmp_path: Path) -> None:
    config = sandbox_config(tmp_path, "", "")
    heard = asyncio.Event()
    shop = httpx2.ASGITransport(app=_telling(heard, Starlette(routes=push.routes(lambda: config))))
    user = await a_user(openid=openid_of("ann"))
    async with httpx2.AsyncClient(transport=shop) as to_shop:
        sandbox = create_sandbox(tmp_path, push_url=f"http://shop{push.PATH}", http=to_shop)
        phone = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=sandbox), base_url="http://wechat")
        async with running(sandbox), phone:
            await phone.post("/_/consent", json={"as": "ann", "template_ids": [RESULT, REFUND]})
            await asyncio.wait_for(heard.wait(), 10)
    assert await _left(user.id) == {"GROUP_RESULT": 1, "REFUND": 1}


def _telling(heard: asyncio.Event, app: ASGIApp) -> ASGIApp:
    """The application; `heard` once it has answered."""

    async def called(scope: Scope, receive: Receive, send: Send) -> None:
        await app(scope, receive, send)
        heard.set()

    return called


async def test_one_item_comes_as_an_object_and_several_as_a_list(ann: UserId) -> None:
    assert (await _post(_event(_said(RESULT), at=1))).text == "success"
    assert (await _post(_event([_said(RESULT), _said(REFUND)], at=2))).text == "success"
    assert await _left(ann) == {"GROUP_RESULT": 2, "REFUND": 1}


def _xml(*items: str) -> bytes:
    listed = "".join(
        f"<List><TemplateId><![CDATA[{item}]]></TemplateId>"
        "<SubscribeStatusString><![CDATA[accept]]></SubscribeStatusString></List>"
        for item in items
    )
    return (
        f"<xml><ToUserName><![CDATA[gh]]></ToUserName><FromUserName><![CDATA[{ANN}]]></FromUserName>"
        "<CreateTime>1714036504</CreateTime><MsgType><![CDATA[event]]></MsgType>"
        "<Event><![CDATA[subscribe_msg_popup_event]]></Event>"
        f"<SubscribeMsgPopupEvent>{listed}</SubscribeMsgPopupEvent></xml>"
    ).encode()


@pytest.mark.parametrize("items", [(RESULT,), (RESULT, REFUND)])
async def test_xml_is_read_as_json_is(ann: UserId, items: tuple[str, ...]) -> None:
    assert (await _call("POST", *_sealed(_xml(*items), as_xml=True))).text == "success"
    assert sum((await _left(ann)).values()) == len(items)


@pytest.mark.parametrize("body", [_event(_said(RESULT)), _xml(RESULT)])
async def test_plain_mode_is_for_who_has_no_key(ann: UserId, body: bytes) -> None:
    assert (await _call("POST", _plain(), body, PLAIN)).text == "success"
    assert await _left(ann) == {"GROUP_RESULT": 1}


async def test_where_a_key_is_configured_nothing_plain_is_believed(ann: UserId) -> None:
    assert (await _call("POST", _plain(), _event(_said(RESULT)))).status_code == 403
    assert await _left(ann) == {}


async def test_what_is_delivered_again_is_heard_once(ann: UserId) -> None:
    answers = await asyncio.gather(*[_post(_event(_said(RESULT))) for _ in range(4)])
    assert [answer.text for answer in answers] == ["success"] * 4
    assert await _left(ann) == {"GROUP_RESULT": 1}


async def test_a_refusal_in_the_pop_up_is_remembered(ann: UserId) -> None:
    await _post(_event(_said(RESULT, "reject")))
    consent = await MessageConsent.get(user_id=ann)
    assert (consent.remaining, consent.refused_at is not None) == (0, True)


async def test_switching_messages_off_leaves_no_consent(ann: UserId) -> None:
    await a_consent(ann, remaining=3)
    answer = await _post(_event(_said(RESULT, "reject"), event="subscribe_msg_change_event"))
    assert answer.text == "success"
    assert await _left(ann) == {"GROUP_RESULT": 0}


@pytest.mark.parametrize(
    "message",
    [
        _event(_said("of another app")),
        _event(_said(RESULT, "filter")),
        _event(_said(RESULT), who="oNobody"),
        _event(_said(RESULT), event="wxa_media_check"),
        _event({"TemplateId": RESULT, "MsgID": "1", "ErrorCode": "1", "ErrorStatus": "failed"},
               event="subscribe_msg_sent_event"),
        _event("no list of ours"),
        _event(None),
        json.dumps({"FromUserName": ANN, "CreateTime": "1", "MsgType": "text", "Content": "hello"}).encode(),
    ],
)  # fmt: skip
async def test_what_is_none_of_ours_is_taken_and_changes_nothing(ann: UserId, message: bytes) -> None:
    assert (await _post(message)).text == "success"
    assert await _left(ann) == {}


_DTD = '<!DOCTYPE xml [<!ENTITY a "aaaaaaaaaa">]><xml><FromUserName>&a;</FromUserName><CreateTime>1</CreateTime></xml>'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"not a message",
        b'{"Encrypt": "\\ud800"}',
        b'{"Encrypt": "!"}',
        b"[" * 60_000,
        b"<a>" * 20_000,
        b"<xml>",
        _DTD.encode(),
        _DTD.encode("utf-16-le"),
        _DTD.encode("utf-16"),
    ],
)
@pytest.mark.parametrize("config", [SECURE, PLAIN])
async def test_garbage_is_refused_and_changes_nothing(body: bytes, config: WeChatConfig) -> None:
    answer = await _call("POST", {**_plain(), "msg_signature": "0" * 40}, body, config)
    assert answer.status_code == 403
    assert await _nothing_was_heard()


@pytest.mark.parametrize("changed", ["msg_signature", "timestamp", "nonce"])
async def test_a_forged_signature_is_refused_and_changes_nothing(ann: UserId, changed: str) -> None:
    query, body = _sealed(_event(_said(RESULT)))
    assert (await _call("POST", {**query, changed: "0"}, body)).status_code == 403
    assert (await _call("POST", {}, body)).status_code == 403
    assert await _nothing_was_heard()
    assert await _left(ann) == {}


async def test_a_message_for_another_app_is_refused() -> None:
    query, body = _sealed(_event(_said(RESULT)))
    other = dataclasses.replace(SECURE, app_id="wxother")
    assert (await _call("POST", query, body, other)).status_code == 403


async def test_a_body_that_is_too_large_is_not_read() -> None:
    answer = await _call("POST", _plain(), b"{" * (push.LARGEST_BODY + 1))
    assert answer.status_code == 413


async def test_what_cannot_be_heard_in_time_is_asked_for_again(ann: UserId, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push, "ANSWER_WITHIN_S", 0.2)
    consent = await a_consent(ann)
    async with db.transaction():
        await MessageConsent.filter(id=consent.id).update(remaining=1)
        # In a task of its own, as another connection's request is.
        answer = await asyncio.create_task(_post(_event(_said(RESULT))), context=contextvars.Context())
    assert answer.status_code == 503
    assert await _left(ann) == {"GROUP_RESULT": 1}
    assert (await _post(_event(_said(RESULT)))).text == "success"
    assert await _left(ann) == {"GROUP_RESULT": 2}


async def test_no_openid_is_kept_in_a_second_place(ann: UserId) -> None:
    await _post(_event(_said(RESULT)))
    (report,) = await ConsentReport.filter(user_id=ann)
    assert ANN not in report.client_id
    assert (await Identity.get(user_id=ann)).openid == ANN
