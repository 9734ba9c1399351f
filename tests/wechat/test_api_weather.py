import json
import logging
from dataclasses import replace

import httpx2
import pytest

from app.wechat.client import MiniProgram
from app.wechat.errors import (
    LoginCodeUsed,
    WeChatBusy,
    WeChatSlowDown,
)
from app.wechat.tokens import MemoryTokenStore

from .asking import token_of, watched
from .conftest import QUICK, Town


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


async def test_a_login_is_not_repeated_while_wechat_is_busy(town: Town) -> None:
    code = (await town.play("login", **{"as": "ann"}))["code"]
    await town.play("faults", lost_replies=1)
    with pytest.raises(WeChatBusy) as busy:
        await town.mini.login(code)
    assert busy.value.perhaps_done
    await town.play("faults")
    with pytest.raises(LoginCodeUsed):
        await town.mini.login(code)


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


@pytest.mark.parametrize(("raw", "errcode"), [(b"", 44002), (b"{", 47001), (b"[]", 47001), (b'{"version": 1}', 40097)])
async def test_a_body_that_is_no_json_object_is_refused_by_number(town: Town, raw: bytes, errcode: int) -> None:
    reply = await town.phone.post("/wxa/msg_sec_check", params=await token_of(town), content=raw)
    assert reply.json()["errcode"] == errcode


async def test_a_get_where_a_post_belongs_is_refused_by_number(town: Town) -> None:
    reply = await town.phone.get("/wxa/msg_sec_check", params=await token_of(town))
    assert (reply.status_code, reply.json()["errcode"]) == (200, 43002)


async def test_errors_of_the_api_come_with_http_200_and_a_request_id(town: Town) -> None:
    query = {"appid": town.config.app_id, "secret": "wrong", "js_code": "x", "grant_type": "authorization_code"}
    reply = await town.phone.get("/sns/jscode2session", params=query)
    assert reply.status_code == 200
    assert reply.json()["errcode"] == 40125
    assert " rid: " in reply.json()["errmsg"]
