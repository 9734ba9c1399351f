import asyncio
from typing import Any

import pytest

from app.core import clock, db
from app.core.ids import UserId
from app.core.settings import settings
from app.core.targets import Target
from app.notifications import actions, flows, rules, templates
from app.notifications.jobs import send_messages
from app.notifications.models import (
    Message,
    MessageConsent,
    MessagePurpose,
    MessageStatus,
    NotificationKind,
)
from app.wechat.sandbox import openid_of
from tests.conftest import WeChat
from tests.factories.accounts import a_user
from tests.factories.notifications import COMPLETED, a_consent, a_message, told

pytestmark = pytest.mark.usefixtures("database")

SEND = "/cgi-bin/message/subscribe/send"
RESULT, REFUND = MessagePurpose.GROUP_RESULT, MessagePurpose.REFUND
A_MINUTE = rules.PAUSE_BETWEEN_ATTEMPTS.total_seconds() + 1


async def _person(
    wechat: WeChat, name: str = "ann", *, template: str = "sandbox-group-result", accepts: int = 1
) -> UserId:
    """Somebody who signed in here, and at WeChat accepted so many messages of a template."""
    await wechat.login_code(name)
    for _ in range(accepts):
        await wechat.consent(name, template)
    return (await a_user(name, openid=openid_of(name))).id


async def _received(wechat: WeChat) -> list[dict[str, Any]]:
    """The messages that WeChat took."""
    return list((await wechat.sent())["subscribe_messages"])


def _said(message: dict[str, Any]) -> dict[str, str]:
    return {key: value["value"] for key, value in message["data"].items()}


async def _status(message: Message) -> MessageStatus:
    return (await Message.get(id=message.id)).status


async def _left(user: UserId) -> int:
    return (await MessageConsent.get(user_id=user)).remaining


async def test_a_completed_group_is_told_on_the_closed_phone(wechat: WeChat) -> None:
    ann = await _person(wechat)
    message = await a_message(ann)
    assert await send_messages() == 1
    (received,) = await _received(wechat)
    assert received["touser"] == openid_of("ann")
    assert received["template_id"] == "sandbox-group-result"
    assert received["page"] == f"pages/group?g={COMPLETED['code']}"
    assert _said(received) == {
        "thing1": "龙井茶 250g",
        "phrase2": "拼团成功",
        "time3": _said(received)["time3"],
        "thing4": "人已到齐，很快为你发货",
    }
    assert await _status(message) is MessageStatus.SENT
    assert await send_messages() == 0


async def test_a_failed_group_is_told_apart_from_a_completed_one(wechat: WeChat) -> None:
    ann = await _person(wechat)
    await a_consent(ann)
    values = {**COMPLETED, "title": "一件名字长得在微信消息里放不下的商品礼盒装", "reason": "EXPIRED"}
    await told(ann, kind=NotificationKind.GROUP_FAILED, values=values, purpose=RESULT)
    await send_messages()
    (received,) = await _received(wechat)
    assert _said(received)["phrase2"] == "拼团失败"
    assert _said(received)["thing1"] == "一件名字长得在微信消息里放不下的商品礼…"


async def test_a_refund_opens_its_order(wechat: WeChat) -> None:
    ann = await _person(wechat, template="sandbox-refund")
    await a_consent(ann, purpose=REFUND)
    order = Target("order", ann)
    values = {"amount_fen": 1990, "reason": "GROUP_FAILED"}
    await told(ann, kind=NotificationKind.REFUND_SENT, target=order, values=values, purpose=REFUND)
    await send_messages()
    (received,) = await _received(wechat)
    assert received["page"] == f"pages/order?id={order.public_id}"
    assert set(_said(received)) == {"amount1", "thing2", "time3"}
    assert (_said(received)["amount1"], _said(received)["thing2"]) == ("¥19.90", "拼团未成功")


async def test_many_workers_send_each_message_once(wechat: WeChat) -> None:
    names = [f"member {number}" for number in range(6)]
    users = [await _person(wechat, name, accepts=2) for name in names]
    for user in users:
        await a_consent(user, remaining=2)
    for _ in range(2):
        await told(*users, purpose=RESULT)
    await asyncio.gather(*[send_messages() for _ in range(4)])
    received = await _received(wechat)
    assert sorted(each["touser"] for each in received) == sorted(2 * [openid_of(name) for name in names])
    assert await Message.filter(status=MessageStatus.SENT).count() == 12


async def test_what_a_dead_worker_had_in_hand_is_never_sent(wechat: WeChat) -> None:
    message = await a_message(await _person(wechat))
    # The worker dies between the claim and the call.
    assert await actions.claim_message(message.id) is not None
    for _ in range(3):
        assert await send_messages() == 0
        await clock.move(3600)
    await flows.send_message(message.id)
    assert await _received(wechat) == []
    assert await _status(message) is MessageStatus.ATTEMPTED


async def test_a_failure_between_claim_and_call_leaves_the_message_unsent_and_the_others_sent(wechat: WeChat) -> None:
    ann, bob = await _person(wechat, "ann"), await _person(wechat, "bob")
    lost, other = await a_message(ann), await a_message(bob)
    # An entry that no words can be made of: the code of the group is missing.
    await db.execute('UPDATE notifications SET "values" = $1 WHERE id = $2', "{}", lost.notification_id)
    with pytest.raises(KeyError):
        await send_messages()
    assert await send_messages() == 0
    assert [each["touser"] for each in await _received(wechat)] == [openid_of("bob")]
    assert (await _status(lost), await _status(other)) == (MessageStatus.ATTEMPTED, MessageStatus.SENT)


async def test_an_answer_that_did_not_come_is_not_asked_for_again(wechat: WeChat) -> None:
    ann = await _person(wechat, accepts=2)
    message = await a_message(ann)
    await wechat.faults(lost_replies=1, lost_paths=[SEND])
    assert await send_messages() == 1
    await wechat.faults()
    await clock.move(A_MINUTE)
    assert await send_messages() == 0
    assert len(await _received(wechat)) == 1
    assert await _status(message) is MessageStatus.ATTEMPTED


@pytest.mark.parametrize("code", [45009, 45011, 43108])
async def test_where_wechat_did_nothing_the_message_waits_a_minute(wechat: WeChat, code: int) -> None:
    ann = await _person(wechat)
    message = await a_message(ann)
    await wechat.faults(errors={SEND: code})
    assert await send_messages() == 1
    await wechat.faults()
    assert await _status(message) is MessageStatus.WAITING
    assert await send_messages() == 0
    await clock.move(A_MINUTE)
    assert await send_messages() == 1
    assert len(await _received(wechat)) == 1
    assert await _status(message) is MessageStatus.SENT
    assert await _left(ann) == 0


async def test_old_news_are_not_sent_any_more_and_use_no_consent_up(wechat: WeChat) -> None:
    ann = await _person(wechat)
    message = await a_message(ann)
    await wechat.faults(errors={SEND: 45009})
    await clock.move(rules.LONGEST_WAIT.total_seconds() + 1)
    assert await send_messages() == 1
    given_up = await Message.get(id=message.id)
    assert (given_up.status, given_up.refusal) == (MessageStatus.REFUSED, flows.TOO_LATE)
    assert await _left(ann) == 1
    assert await _received(wechat) == []


async def test_where_wechat_knows_of_no_consent_none_is_left(wechat: WeChat) -> None:
    ann = await _person(wechat, accepts=0)
    message = await a_message(ann)
    await MessageConsent.filter(user_id=ann).update(remaining=3)
    await send_messages()
    refused = await Message.get(id=message.id)
    assert (refused.status, refused.refusal) == (MessageStatus.REFUSED, "43101")
    assert await _left(ann) == 0
    await clock.move(A_MINUTE)
    assert await send_messages() == 0


@pytest.mark.parametrize("code", [40037, 41030, 43116, 47003])
async def test_a_wrong_message_is_not_tried_again_and_its_consent_is_kept(wechat: WeChat, code: int) -> None:
    ann = await _person(wechat)
    message = await a_message(ann)
    await wechat.faults(errors={SEND: code})
    await send_messages()
    await wechat.faults()
    await clock.move(A_MINUTE)
    assert await send_messages() == 0
    refused = await Message.get(id=message.id)
    assert (refused.status, refused.refusal) == (MessageStatus.REFUSED, str(code))
    assert await _left(ann) == 1


async def test_a_template_that_is_configured_no_more_is_not_sent(
    wechat: WeChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = await a_message(await _person(wechat))
    with monkeypatch.context() as patch:
        patch.setenv("PINTUAN_MESSAGE_TEMPLATES", "REFUND:another")
        settings.cache_clear()
        await send_messages()
    settings.cache_clear()
    assert (await Message.get(id=message.id)).refusal == flows.NO_TEMPLATE


async def test_a_message_is_never_claimed_inside_a_transaction(wechat: WeChat) -> None:
    message = await a_message(await _person(wechat))
    with pytest.raises(RuntimeError, match="transaction"):
        await _claim_inside(message)
    assert await _status(message) is MessageStatus.WAITING


async def _claim_inside(message: Message) -> None:
    async with db.transaction():
        await actions.claim_message(message.id)


@pytest.mark.parametrize(
    ("configured", "sandbox", "known"),
    [
        ("", "true", {purpose: f"sandbox-{purpose.value.lower().replace('_', '-')}" for purpose in templates._DATA}),
        ("", "false", {}),
        ("GROUP_RESULT:abc_-1, REFUND:def", "false", {RESULT: "abc_-1", REFUND: "def"}),
    ],
)
def test_template_ids_are_the_operators_and_the_sandbox_has_its_own(
    monkeypatch: pytest.MonkeyPatch, configured: str, sandbox: str, known: dict[MessagePurpose, str]
) -> None:
    assert _ids(monkeypatch, configured, sandbox) == known


@pytest.mark.parametrize("configured", ["GROUP_RESULT", "GROUP_RESULT:", "TIER_CHANGED:abc", "NOTHING:abc", ":abc"])
def test_a_setting_that_makes_no_sense_is_told(monkeypatch: pytest.MonkeyPatch, configured: str) -> None:
    with pytest.raises(ValueError, match="PINTUAN_MESSAGE_TEMPLATES"):
        _ids(monkeypatch, configured, "true")


def _ids(monkeypatch: pytest.MonkeyPatch, configured: str, sandbox: str) -> dict[MessagePurpose, str]:
    try:
        with monkeypatch.context() as patch:
            patch.setenv("PINTUAN_MESSAGE_TEMPLATES", configured)
            patch.setenv("PINTUAN_WECHAT_SANDBOX", sandbox)
            settings.cache_clear()
            return dict(templates.template_ids())
    finally:
        settings.cache_clear()
