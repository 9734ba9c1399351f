from dataclasses import replace
from typing import Any

import pytest

from app.wechat.client import ActivityState, Shipping
from app.wechat.errors import (
    MessageNotConsented,
    WeChatBusy,
    WeChatRefused,
)
from app.wechat.sandbox import openid_of

from .asking import token_of, watched
from .conftest import Town, now

HOUR_S = 3600


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


async def test_chinese_is_sent_unescaped_since_some_calls_count_it_so(town: Town) -> None:
    await town.play("consent", template_ids=["T1"], **{"as": "ann"})
    async with watched(town) as (mini, requests):
        await mini.send_subscribe_message(openid_of("ann"), "T1", page="p", data={"thing1": "拼团"})
    assert "拼团".encode() in requests[-1].content
