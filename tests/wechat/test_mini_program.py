import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from app.wechat import signatures
from app.wechat.api import content
from app.wechat.client import ActivityState, MiniProgram, Shipping, TextScene, Verdict
from app.wechat.errors import (
    LoginBlocked,
    LoginCodeInvalid,
    LoginCodeUsed,
    MessageNotConsented,
    PhoneCodeInvalid,
    SignatureInvalid,
    WeChatBusy,
    WeChatRefused,
    WeChatSlowDown,
)
from app.wechat.sandbox import openid_of, phone_of, unionid_of
from app.wechat.tokens import MemoryTokenStore

from .conftest import QUICK, Town, now

HOUR_S = 3600


async def test_a_login_code_tells_who_logs_in(town: Town) -> None:
    code = (await town.play("login", **{"as": "ann"}))["code"]
    login = await town.mini.login(code)
    assert (login.openid, login.unionid) == (openid_of("ann"), unionid_of("ann"))


async def test_a_login_code_can_be_used_once(town: Town) -> None:
    code = (await town.play("login", **{"as": "ann"}))["code"]
    await town.mini.login(code)
    with pytest.raises(LoginCodeUsed):
        await town.mini.login(code)


async def test_a_login_code_lives_five_minutes(town: Town) -> None:
    code = (await town.play("login", **{"as": "ann"}))["code"]
    await town.play("clock", offset_s=301)
    with pytest.raises(LoginCodeInvalid):
        await town.mini.login(code)


async def test_an_unknown_login_code_is_refused(town: Town) -> None:
    with pytest.raises(LoginCodeInvalid):
        await town.mini.login("nobody gave this")


async def test_a_dev_code_may_be_repeated_and_is_the_same_person_as_the_phone(town: Town) -> None:
    code = (await town.play("login", **{"as": "ann"}))["code"]
    openids = {(await town.mini.login(each)).openid for each in ("dev:ann", "dev:ann", code)}
    assert openids == {openid_of("ann")}


async def test_a_user_whom_wechat_blocks_is_told_apart(town: Town) -> None:
    await town.play("faults", errors={"/sns/jscode2session": 40226})
    with pytest.raises(LoginBlocked):
        await town.mini.login("dev:ann")


async def test_a_login_is_not_repeated_while_wechat_is_busy(town: Town) -> None:
    code = (await town.play("login", **{"as": "ann"}))["code"]
    await town.play("faults", lost_replies=1)
    with pytest.raises(WeChatBusy) as busy:
        await town.mini.login(code)
    assert busy.value.perhaps_done
    await town.play("faults")
    with pytest.raises(LoginCodeUsed):
        await town.mini.login(code)


async def test_errors_of_the_api_come_with_http_200_and_a_request_id(town: Town) -> None:
    query = {"appid": town.config.app_id, "secret": "wrong", "js_code": "x", "grant_type": "authorization_code"}
    reply = await town.phone.get("/sns/jscode2session", params=query)
    assert reply.status_code == 200
    assert reply.json()["errcode"] == 40125
    assert " rid: " in reply.json()["errmsg"]


@pytest.mark.parametrize(
    ("changed", "errcode"),
    [
        ({"appid": ""}, 41002),
        ({"appid": "wx0000000000000000"}, 40013),
        ({"secret": ""}, 41004),
        ({"js_code": ""}, 41008),
        ({"grant_type": "other"}, 40002),
    ],
)
async def test_a_login_asked_for_wrongly_is_refused_by_number(
    town: Town, changed: dict[str, str], errcode: int
) -> None:
    query = {
        "appid": town.config.app_id,
        "secret": town.config.app_secret,
        "js_code": "dev:ann",
        "grant_type": "authorization_code",
    }
    reply = await town.phone.get("/sns/jscode2session", params=query | changed)
    assert reply.json()["errcode"] == errcode


async def test_a_phone_code_gives_the_number_once_and_only_to_its_owner(town: Town) -> None:
    await town.meet("ann", "bob")
    code = (await town.play("phone", **{"as": "ann"}))["code"]
    with pytest.raises(PhoneCodeInvalid):
        await town.mini.phone_number(code, openid_of("bob"))
    assert await town.mini.phone_number(code, openid_of("ann")) == phone_of("ann")
    with pytest.raises(PhoneCodeInvalid):
        await town.mini.phone_number(code, openid_of("ann"))


async def test_a_person_may_have_another_number(town: Town) -> None:
    code = (await town.play("phone", phone="+85261234567", **{"as": "ann"}))["code"]
    assert await town.mini.phone_number(code, openid_of("ann")) == "+85261234567"


async def test_a_login_code_is_no_phone_code(town: Town) -> None:
    code = (await town.play("login", **{"as": "ann"}))["code"]
    with pytest.raises(PhoneCodeInvalid):
        await town.mini.phone_number(code, openid_of("ann"))


async def test_one_accept_is_one_message(town: Town) -> None:
    await town.play("consent", template_ids=["T1"], **{"as": "ann"})
    data = {"thing1": "拼团成功", "amount2": "¥19.90"}
    page = "pages/group/group?g=1"
    msgid = await town.mini.send_subscribe_message(openid_of("ann"), "T1", page=page, data=data)
    with pytest.raises(MessageNotConsented):
        await town.mini.send_subscribe_message(openid_of("ann"), "T1", page=page, data=data)
    assert msgid > 2**53
    messages = (await town.sent())["subscribe_messages"]
    assert [message["data"]["thing1"]["value"] for message in messages] == ["拼团成功"]


async def test_accepts_add_up_and_can_be_withdrawn(town: Town) -> None:
    for _ in range(2):
        left = await town.play("consent", template_ids=["T1", "T2"], **{"as": "ann"})
    assert left == {"left": {"T1": 2, "T2": 2}}
    await town.play("consent", template_ids=["T1"], decision="withdraw", **{"as": "ann"})
    with pytest.raises(MessageNotConsented):
        await town.mini.send_subscribe_message(openid_of("ann"), "T1", page="p", data={"thing1": "x"})


async def test_a_message_is_never_sent_twice_whatever_is_lost(town: Town) -> None:
    await town.play("consent", template_ids=["T1"], **{"as": "ann"})
    await town.play("consent", template_ids=["T1"], **{"as": "ann"})
    await town.mini.create_activity()  # the token is fetched now
    await town.play("faults", lost_replies=1)
    with pytest.raises(WeChatBusy) as busy:
        await town.mini.send_subscribe_message(openid_of("ann"), "T1", page="p", data={"thing1": "x"})
    assert busy.value.perhaps_done
    assert len((await town.sent())["subscribe_messages"]) == 1


async def test_a_value_too_long_is_cut_before_wechat_refuses_it(town: Town) -> None:
    await town.play("consent", template_ids=["T1"], **{"as": "ann"})
    await town.mini.send_subscribe_message(openid_of("ann"), "T1", page="p", data={"thing1": "长" * 30})
    messages = (await town.sent())["subscribe_messages"]
    assert messages[0]["data"]["thing1"]["value"] == "长" * 19 + "…"


@pytest.mark.parametrize(
    "data",
    [
        {"thing1": {"value": "长" * 21}},
        {"thing1": {"value": ""}},
        {"thing1": {"value": "a\nb"}},
        {"thing1": "not an object"},
        {"other1": {"value": "x"}},
        {"amount1": {"value": "much"}},
        '{"thing1": {"value": "x"}}',
    ],
)
async def test_wechat_refuses_a_value_beyond_its_limit(town: Town, data: Any) -> None:
    await town.play("consent", template_ids=["T1"], **{"as": "ann"})
    body = {"touser": openid_of("ann"), "template_id": "T1", "data": data}
    reply = await town.phone.post("/cgi-bin/message/subscribe/send", params=await token_of(town), json=body)
    assert reply.json()["errcode"] == 47003
    assert (await town.sent())["subscribe_messages"] == []


async def test_a_text_is_judged_by_its_result_and_not_by_its_errcode(town: Town) -> None:
    await town.meet("ann")
    await town.play("faults", content={"假货": "review"})
    judge = town.mini.check_text
    verdicts = [
        (await judge(openid_of("ann"), TextScene.COMMENT, text)).verdict
        for text in ("很好吃", "好像是假货", "sandbox-risky 假货")
    ]
    assert verdicts == [Verdict.PASS, Verdict.REVIEW, Verdict.RISKY]
    assert (await judge(openid_of("ann"), TextScene.FORUM, "x", title="sandbox-risky")).verdict is Verdict.RISKY


async def test_a_text_of_somebody_long_gone_cannot_be_checked(town: Town) -> None:
    await town.meet("ann")
    await town.play("clock", offset_s=2 * HOUR_S + 10)
    with pytest.raises(WeChatRefused) as refused:
        await town.mini.check_text(openid_of("ann"), TextScene.COMMENT, "x")
    assert refused.value.code == "61010"


async def test_a_text_too_long_is_not_sent(town: Town) -> None:
    with pytest.raises(ValueError, match="2500"):
        await town.mini.check_text(openid_of("ann"), TextScene.COMMENT, "长" * 2501)


@pytest.mark.parametrize("weather", [{"media_s": 0.01}, {"push_format": "xml", "media_s": 0}])
async def test_a_picture_is_judged_by_a_push_that_names_its_trace(town: Town, weather: dict[str, Any]) -> None:
    await town.meet("ann")
    await town.play("faults", **weather)
    trace_id = await town.mini.check_picture(
        openid_of("ann"), TextScene.FORUM, "https://shop.example/sandbox-risky.jpg"
    )
    await town.merchant.until(lambda: bool(town.merchant.pushes))
    push = town.merchant.pushes[0]
    assert (push.event, push.openid) == ("wxa_media_check", openid_of("ann"))
    assert push.body["trace_id"] == trace_id
    assert push.body["result"]["suggest"] == "risky"


async def test_the_verdict_of_a_picture_may_come_before_the_reply(town: Town) -> None:
    await town.meet("ann")
    await town.mini.create_activity()  # the token is fetched now
    await town.play("faults", media_s=0, slow_s=1)
    asking = asyncio.create_task(town.mini.check_picture(openid_of("ann"), TextScene.FORUM, "https://shop.example/a"))
    await town.merchant.until(lambda: bool(town.merchant.pushes))
    assert not asking.done()
    assert town.merchant.pushes[0].body["trace_id"] == await asking


async def test_an_updatable_card_goes_forward_only(town: Town) -> None:
    activity = await town.mini.create_activity()
    assert 23 * HOUR_S < (activity.expires_at - now()).total_seconds() <= 24 * HOUR_S
    forming = {"member_count": "2", "room_limit": "3"}
    await town.mini.update_activity(activity.activity_id, ActivityState.FORMING, forming)
    started = {"path": "pages/group/group?g=1", "version_type": "release"}
    await town.mini.update_activity(activity.activity_id, ActivityState.STARTED, started)
    with pytest.raises(WeChatRefused) as refused:
        await town.mini.update_activity(activity.activity_id, ActivityState.FORMING, forming)
    assert refused.value.code == "47502"


async def test_a_card_ends_after_a_day(town: Town) -> None:
    activity = await town.mini.create_activity()
    await town.play("clock", offset_s=25 * HOUR_S)
    with pytest.raises(WeChatRefused) as refused:
        await town.mini.update_activity(activity.activity_id, ActivityState.ENDED, {})
    assert refused.value.code == "47504"


async def test_a_shipping_report_needs_the_payers_paid_order(town: Town) -> None:
    await town.a_paid_order()
    report = Shipping(
        out_trade_no="order-0001",
        openid=openid_of("ann"),
        item="砂糖橘",
        tracking_no="SF1",
        express_company="SF",
        phone="138****8000",
        shipped_at=now(),
    )
    await town.mini.upload_shipping(report)
    assert [row["payer"]["openid"] for row in (await town.sent())["shipping_uploads"]] == [openid_of("ann")]
    await town.meet("bob")
    with pytest.raises(WeChatRefused):
        await town.mini.upload_shipping(replace(report, openid=openid_of("bob")))


async def test_a_busy_wechat_is_asked_again(town: Town) -> None:
    # Each try fails with probability 0.5 and there are three: of 40 calls all get through but by a rare chance.
    await town.play("faults", system_busy=0.5)
    outcomes = [await answered(town) for _ in range(40)]
    assert outcomes.count(True) > 20


async def answered(town: Town) -> bool:
    try:
        await town.mini.create_activity()
    except WeChatBusy:
        return False
    return True


async def test_a_wechat_that_stays_busy_is_told_to_the_caller(town: Town) -> None:
    await town.play("faults", system_busy=1)
    with pytest.raises(WeChatBusy):
        await town.mini.create_activity()


async def test_a_quota_that_is_used_up_is_not_asked_again(town: Town) -> None:
    await town.play("faults", errors={"/cgi-bin/message/wxopen/activityid": 45009})
    async with watched(town) as (mini, requests):
        with pytest.raises(WeChatSlowDown) as slower:
            await mini.create_activity()
    assert not slower.value.perhaps_done
    assert [request.url.path.endswith("activityid/create") for request in requests].count(True) == 1


async def test_chinese_is_sent_unescaped_since_some_calls_count_it_so(town: Town) -> None:
    await town.play("consent", template_ids=["T1"], **{"as": "ann"})
    async with watched(town) as (mini, requests):
        await mini.send_subscribe_message(openid_of("ann"), "T1", page="p", data={"thing1": "拼团"})
    assert "拼团".encode() in requests[-1].content


@asynccontextmanager
async def watched(town: Town) -> AsyncIterator[tuple[MiniProgram, list[httpx2.Request]]]:
    """A client, and the requests that it sends."""
    requests: list[httpx2.Request] = []

    async def keep(request: httpx2.Request) -> None:
        requests.append(request)

    async with httpx2.AsyncClient(event_hooks={"request": [keep]}) as http:
        yield MiniProgram(town.config, MemoryTokenStore(), http=http, patience=QUICK), requests


async def test_a_wechat_that_is_not_there_has_done_nothing(town: Town) -> None:
    config = replace(town.config, api_origin="http://127.0.0.1:1")
    async with MiniProgram(config, MemoryTokenStore(), patience=QUICK) as mini:
        with pytest.raises(WeChatBusy) as busy:
            await mini.login("dev:ann")
    assert not busy.value.perhaps_done


async def test_a_time_out_leaves_the_outcome_open(town: Town) -> None:
    await town.play("faults", slow_s=0.5)
    impatient = httpx2.AsyncClient(timeout=httpx2.Timeout(10, read=0.1))
    async with impatient, MiniProgram(town.config, MemoryTokenStore(), http=impatient, patience=QUICK) as mini:
        with pytest.raises(WeChatBusy) as busy:
            await mini.login("dev:ann")
    assert busy.value.perhaps_done


async def test_a_given_http_client_is_not_closed(town: Town) -> None:
    async with httpx2.AsyncClient() as http:
        async with MiniProgram(town.config, MemoryTokenStore(), http=http) as mini:
            await mini.login("dev:ann")
        assert not http.is_closed


async def test_encrypted_data_open_with_the_newest_session_key_only(town: Town) -> None:
    old = (await town.mini.login("dev:ann")).session_key
    code = (await town.play("login", **{"as": "ann"}))["code"]
    new = (await town.mini.login(code)).session_key
    given = await town.play("encrypted", data={"opengid": "G1"}, **{"as": "ann"})
    opened = signatures.decrypt_user_data(new, given["encryptedData"], iv=given["iv"], app_id=town.config.app_id)
    assert opened["opengid"] == "G1"
    assert signatures.raw_data_signature(given["rawData"], new) == given["signature"]
    with pytest.raises(SignatureInvalid):
        signatures.decrypt_user_data(old, given["encryptedData"], iv=given["iv"], app_id=town.config.app_id)


@pytest.mark.parametrize(("raw", "errcode"), [(b"", 44002), (b"{", 47001), (b"[]", 47001), (b'{"version": 1}', 40097)])
async def test_a_body_that_is_no_json_object_is_refused_by_number(town: Town, raw: bytes, errcode: int) -> None:
    reply = await town.phone.post("/wxa/msg_sec_check", params=await token_of(town), content=raw)
    assert reply.json()["errcode"] == errcode


async def test_a_get_where_a_post_belongs_is_refused_by_number(town: Town) -> None:
    reply = await town.phone.get("/wxa/msg_sec_check", params=await token_of(town))
    assert (reply.status_code, reply.json()["errcode"]) == (200, 43002)


async def test_logs_hold_neither_secret_nor_code_nor_token(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        await town.mini.login("dev:ann")
        await town.mini.create_activity()
    token = (await token_of(town))["access_token"]
    assert "/sns/jscode2session" in caplog.text
    assert not [secret for secret in (town.config.app_secret, "dev:ann", token) if secret in caplog.text]


def test_nothing_secret_is_in_the_repr_of_what_we_keep(town: Town) -> None:
    shown = repr(town.config)
    hidden = ("app_secret", "api_v3_key", "merchant_private_key", "push_token", "push_aes_key")
    assert not [name for name in hidden if json.dumps(getattr(town.config, name))[1:-1] in shown]


async def token_of(town: Town) -> dict[str, str]:
    body = {"grant_type": "client_credential", "appid": town.config.app_id, "secret": town.config.app_secret}
    reply = await town.phone.post("/cgi-bin/stable_token", json=body)
    return {"access_token": str(content(reply)["access_token"])}
