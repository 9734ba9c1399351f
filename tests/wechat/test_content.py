import asyncio
from typing import Any

import pytest

from app.wechat.client import TextScene, Verdict
from app.wechat.errors import (
    WeChatRefused,
)
from app.wechat.sandbox import openid_of

from .conftest import Town

HOUR_S = 3600


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
