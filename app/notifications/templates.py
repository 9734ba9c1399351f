"""The subscribe messages that can be sent: a template at WeChat per purpose, and what its keys say.

Whoever registers the templates in WeChat's console picks ones with these keys:

GROUP_RESULT  thing1 商品名称, phrase2 拼团结果, time3 时间, thing4 温馨提示
REFUND        amount1 退款金额, thing2 退款原因, time3 退款时间
LIVE_START    thing1 直播标题, thing2 主播, time3 开播时间
SHIPPED       thing1 商品名称, thing2 快递公司, character_string3 快递单号, time4 发货时间
REWARD        thing1 奖励名称, number2 奖励积分, time3 到账时间

`PINTUAN_MESSAGE_TEMPLATES` says their ids; with WeChat's sandbox any id will do.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from functools import cache

from app.core import money
from app.core.settings import settings
from app.core.targets import Target
from app.core.words import CHINESE, say
from app.notifications import wording
from app.notifications.models import MessagePurpose, Notification, NotificationKind
from app.orders.wording import carrier

_CHINA = timezone(timedelta(hours=8))

_SANDBOX = {
    MessagePurpose.GROUP_RESULT: "sandbox-group-result",
    MessagePurpose.REFUND: "sandbox-refund",
    MessagePurpose.LIVE_START: "sandbox-live-start",
    MessagePurpose.SHIPPED: "sandbox-shipped",
    MessagePurpose.REWARD: "sandbox-reward",
}


def template_ids() -> Mapping[MessagePurpose, str]:
    """The template of each purpose that messages are sent for; ValueError where the setting makes no sense.

    Without the setting: the sandbox's, and at the real WeChat none.
    """
    configured = settings().message_templates
    if not configured and settings().wechat_sandbox:
        return _SANDBOX
    return _read(configured)


def purpose_of(template_id: str) -> MessagePurpose | None:
    """What a template is for; None where it is none of ours."""
    return next((purpose for purpose, known in template_ids().items() if known == template_id), None)


def data(purpose: MessagePurpose, entry: Notification) -> dict[str, str]:
    """The values of a message's keys. The client cuts them to the lengths that WeChat allows."""
    return _DATA[purpose](entry)


def page(entry: Notification) -> str:
    """The page of the mini-program that a tap on the message opens."""
    if entry.target_kind == "group":
        return f"pages/group?g={entry.values['code']}"
    if entry.target_kind == "live":
        return f"pages/live?id={Target(entry.target_kind, entry.target_id).public_id}"
    if entry.target_kind == "reward":
        return "pages/rewards"
    return f"pages/order?id={Target(entry.target_kind, entry.target_id).public_id}"


def _group_result(entry: Notification) -> dict[str, str]:
    completed = entry.kind is NotificationKind.GROUP_COMPLETED
    return {
        "thing1": entry.values["title"],
        "phrase2": say(CHINESE, "Complete" if completed else "Not complete"),
        "time3": _moment(entry.created_at),
        "thing4": say(CHINESE, "We will ship soon" if completed else "Your money is coming back"),
    }


def _refund(entry: Notification) -> dict[str, str]:
    return {
        "amount1": money.display(entry.values["amount_fen"]),
        "thing2": wording.why_refunded(entry.values["reason"], CHINESE),
        "time3": _moment(entry.created_at),
    }


def _live_start(entry: Notification) -> dict[str, str]:
    return {
        "thing1": entry.values["title"],
        "thing2": entry.values["nickname"],
        "time3": _moment(datetime.fromisoformat(entry.values["started_at"])),
    }


def _shipped(entry: Notification) -> dict[str, str]:
    return {
        "thing1": entry.values["title"],
        "thing2": carrier(entry.values["carrier"], CHINESE),
        "character_string3": entry.values["number"],
        "time4": _moment(entry.created_at),
    }


def _reward(entry: Notification) -> dict[str, str]:
    return {
        "thing1": say(CHINESE, "Reward for bringing a friend"),
        "number2": str(entry.values["points"]),
        "time3": _moment(entry.created_at),
    }


_DATA: Mapping[MessagePurpose, Callable[[Notification], dict[str, str]]] = {
    MessagePurpose.GROUP_RESULT: _group_result,
    MessagePurpose.REFUND: _refund,
    MessagePurpose.LIVE_START: _live_start,
    MessagePurpose.SHIPPED: _shipped,
    MessagePurpose.REWARD: _reward,
}


def _moment(at: datetime) -> str:
    # The form that WeChat's `time` keys take.
    local = at.astimezone(_CHINA)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


@cache
def _read(configured: str) -> Mapping[MessagePurpose, str]:
    found: dict[MessagePurpose, str] = {}
    for part in filter(None, (each.strip() for each in configured.split(","))):
        name, _, template_id = (each.strip() for each in part.partition(":"))
        if name not in _DATA or not template_id:
            known = ", ".join(_DATA)
            raise ValueError(f"PINTUAN_MESSAGE_TEMPLATES: {part!r} is no PURPOSE:templateId with one of {known}")
        found[MessagePurpose(name)] = template_id
    return found
