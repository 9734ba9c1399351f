import json
import socket
from pathlib import Path
from typing import Any

import pytest

from app.wechat import signatures
from app.wechat.config import WeChatConfig
from app.wechat.errors import SignatureInvalid
from app.wechat.push import PushMessage, confirm_url, read_push

from .conftest import Town, a_town

AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
ITEM = {"TemplateId": "T1", "SubscribeStatusString": "accept", "PopupScene": "0"}
XML = (
    "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[o1]]></FromUserName>"
    "<CreateTime>1610969440</CreateTime><MsgType><![CDATA[event]]></MsgType>"
    "<Event><![CDATA[subscribe_msg_popup_event]]></Event><SubscribeMsgPopupEvent>{items}</SubscribeMsgPopupEvent></xml>"
)
XML_ITEM = (
    "<List><TemplateId>T1</TemplateId><SubscribeStatusString>accept</SubscribeStatusString>"
    "<PopupScene>0</PopupScene></List>"
)
TOKEN = "token"


def a_config(*, aes_key: str = "") -> WeChatConfig:
    return WeChatConfig(
        api_origin="",
        pay_origin="",
        app_id="wx1",
        mch_id="1",
        merchant_serial="",
        notify_url="",
        app_secret="",
        merchant_private_key="",
        api_v3_key="",
        push_token=TOKEN,
        push_aes_key=aes_key,
    )


def a_message(**changed: Any) -> dict[str, Any]:
    return {
        "ToUserName": "gh_1",
        "FromUserName": "o1",
        "CreateTime": 1610969440,
        "MsgType": "event",
        "Event": "subscribe_msg_popup_event",
        "List": ITEM,
        **changed,
    }


def plain(body: bytes, *, token: str = TOKEN) -> PushMessage:
    query = {"timestamp": "1", "nonce": "2", "signature": signatures.push_signature(token, "1", "2")}
    return read_push(a_config(), query, body)


def secure(body: bytes, *, token: str = TOKEN, app_id: str = "wx1") -> PushMessage:
    sealed = signatures.seal_push(AES_KEY, body, app_id=app_id)
    query = {
        "timestamp": "1",
        "nonce": "2",
        "encrypt_type": "aes",
        "signature": signatures.push_signature(token, "1", "2"),
        "msg_signature": signatures.push_signature(token, "1", "2", sealed),
    }
    outer = json.dumps({"ToUserName": "gh_1", "Encrypt": sealed}).encode()
    return read_push(a_config(aes_key=AES_KEY), query, outer)


def test_the_url_is_confirmed_with_what_was_sent() -> None:
    query = {"timestamp": "1", "nonce": "2", "echostr": "e", "signature": signatures.push_signature("token", "1", "2")}
    assert confirm_url(a_config(), query) == "e"
    with pytest.raises(SignatureInvalid):
        confirm_url(a_config(), {**query, "nonce": "3"})
    with pytest.raises(SignatureInvalid):
        confirm_url(a_config(), {})


@pytest.mark.parametrize("read", [plain, secure])
@pytest.mark.parametrize(("given", "count"), [(ITEM, 1), ([ITEM], 1), ([ITEM, ITEM], 2), ([], 0)])
def test_one_thing_or_several_are_a_list(read: Any, given: Any, count: int) -> None:
    message = read(json.dumps(a_message(List=given)).encode())
    assert message.items == (ITEM,) * count
    assert (message.event, message.openid) == ("subscribe_msg_popup_event", "o1")


@pytest.mark.parametrize("read", [plain, secure])
@pytest.mark.parametrize("count", [1, 2])
def test_xml_says_the_same_as_json(read: Any, count: int) -> None:
    message = read(XML.format(items=XML_ITEM * count).encode())
    as_json = read(json.dumps(a_message(List=[ITEM] * count)).encode())
    assert (message.items, message.openid, message.created_at) == (as_json.items, as_json.openid, as_json.created_at)


def test_a_time_may_be_a_number_or_text() -> None:
    times = {plain(json.dumps(a_message(CreateTime=time)).encode()).created_at for time in (1610969440, "1610969440")}
    assert len(times) == 1


def test_repeats_of_a_message_are_known_by_its_key() -> None:
    assert plain(json.dumps(a_message(MsgId=2**60)).encode()).dedupe_key == f"msg:{2**60}"
    event = json.dumps(a_message()).encode()
    assert plain(event).dedupe_key == plain(event).dedupe_key == "o1:1610969440:subscribe_msg_popup_event"


def test_every_length_is_padded_and_opened() -> None:
    for length in range(64):
        message = plain_of(length)
        sealed = signatures.seal_push(AES_KEY, message, app_id="wx1")
        assert signatures.open_push(AES_KEY, sealed, app_id="wx1") == message


def plain_of(length: int) -> bytes:
    return b"m" * length


@pytest.mark.parametrize(
    "forged",
    [
        lambda body: plain(body, token="other"),
        lambda body: secure(body, token="other"),
        lambda body: secure(body, app_id="wx2"),
        # Nothing in clear where everything must be sealed, however well it is signed.
        lambda body: read_push(
            a_config(aes_key=AES_KEY),
            {"timestamp": "1", "nonce": "2", "signature": signatures.push_signature("token", "1", "2")},
            body,
        ),
    ],
)
def test_a_push_that_is_not_wechats_is_refused(forged: Any) -> None:
    with pytest.raises(SignatureInvalid):
        forged(json.dumps(a_message()).encode())


_DEEP = 30_000


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"<xml>", b"{}", b"\xff\xfe<", b"[" * _DEEP, b"<a>" * _DEEP + b"</a>" * _DEEP],
    ids=lambda body: str(body[:5]),
)
def test_what_is_no_message_is_refused_and_nothing_else_is_raised(body: bytes) -> None:
    with pytest.raises(SignatureInvalid):
        plain(body)


def test_xml_with_entities_of_its_own_is_refused() -> None:
    with_entity = '<!DOCTYPE xml [<!ENTITY t "T1">]>' + XML.format(items=XML_ITEM.replace("T1", "&t;"))
    for encoding in ("utf-8", "utf-16", "utf-16-le", "utf-32-be"):
        with pytest.raises(SignatureInvalid):
            plain(with_entity.encode(encoding))


async def test_a_push_that_nobody_takes_is_repeated_three_times(folder: Path, listening: socket.socket) -> None:
    async with a_town(folder, listening, push_url="http://127.0.0.1:1/push") as town:
        await town.play("consent", template_ids=["T1"], **{"as": "ann"})
        while (letter := (await town.sent())["notifications"][0])["state"] == "waiting":
            assert letter["attempts"] <= 3
        assert (letter["state"], letter["attempts"]) == ("given up", 4)


@pytest.mark.parametrize("written_in", ["json", "xml"])
async def test_the_sandbox_tells_what_people_decided_and_what_was_sent(town: Town, written_in: str) -> None:
    await town.play("faults", push_format=written_in)
    await town.play("consent", template_ids=["T1"], **{"as": "ann"})
    openid = (await town.mini.login("dev:ann")).openid
    await town.mini.send_subscribe_message(openid, "T1", page="p", data={"thing1": "x"})
    await town.play("consent", template_ids=["T1", "T2"], decision="withdraw", **{"as": "ann"})
    await town.merchant.until(lambda: len(town.merchant.pushes) == 3)
    told = {push.event: push for push in town.merchant.pushes}
    assert told["subscribe_msg_popup_event"].items[0]["SubscribeStatusString"] == "accept"
    assert told["subscribe_msg_sent_event"].items[0]["ErrorCode"] == "0"
    assert [item["TemplateId"] for item in told["subscribe_msg_change_event"].items] == ["T1", "T2"]
    assert {push.openid for push in town.merchant.pushes} == {openid}
