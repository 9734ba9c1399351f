"""What an inbox entry says, in whatever language it is read in. Pure.

An entry keeps a kind and values: `title` and `code` of the group, `nickname` (masked), `seats_left`, `size`,
`amount_fen`, `reason`; of a parcel `carrier` and `number`; of a tier its name (`tier`), `rank` and `rank_before`; of
what somebody wrote its kind (`what`), and the `decision` on it or the `status` of the appeal; of a mute `until` and the
`community`'s name.
The Chinese stands in the catalogue of words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.core import money
from app.core.words import moment, say
from app.group_buying.states import GroupFailure
from app.moderation.states import AppealStatus, Decision
from app.notifications.models import NotificationKind
from app.orders.wording import carrier
from app.payments.models import RefundReason

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Words:
    """An entry in words."""

    title: str
    body: str


_TITLES: Mapping[NotificationKind, str] = {
    NotificationKind.SEAT_TAKEN: "{nickname} joined your group",
    NotificationKind.LEADER_CHANGED: "You lead the group now",
    NotificationKind.GROUP_COMPLETED: "Your group is complete",
    NotificationKind.GROUP_FAILED: "Your group did not succeed",
    NotificationKind.LATE_PAYMENT_REFUNDED: "Your payment came too late",
    NotificationKind.REFUND_SENT: "Your refund has arrived",
    NotificationKind.REFUND_FAILED: "Your refund is delayed",
    NotificationKind.LIVE_STARTED: "{nickname} is live",
    NotificationKind.LIVE_CANCELLED: "{nickname} will not go live",
    NotificationKind.TIER_CHANGED: "Your membership: {tier}",
    NotificationKind.ORDER_SHIPPED: "Your parcel is on its way",
    NotificationKind.STORY_CONSENT_ASKED: "May we tell your story?",
    NotificationKind.STORY_PUBLISHED: "Your story is out",
    NotificationKind.REFUND_REJECTED: "Your request for a refund was declined",
    NotificationKind.REWARD_AVAILABLE: "Your reward has arrived",
    NotificationKind.MODERATION_DECIDED: "{decided}",
    NotificationKind.APPEAL_DECIDED: "Your appeal has been decided",
    NotificationKind.MUTED: "You may not write for now",
}

_BODIES: Mapping[NotificationKind, str] = {
    NotificationKind.SEAT_TAKEN: "{title}: {seats}.",
    NotificationKind.LEADER_CHANGED: "{title}: the leader has left, and you were next to pay; {seats}.",
    NotificationKind.GROUP_COMPLETED: "{title}: all are in. Your order will be shipped soon.",
    NotificationKind.GROUP_FAILED: "{title}: {why}. What you paid is on its way back to you.",
    NotificationKind.LATE_PAYMENT_REFUNDED: "{title}: your seat was gone by then. {amount} is on its way back to you.",
    NotificationKind.REFUND_SENT: "{amount} went back to where you paid from: {why}.",
    NotificationKind.TIER_CHANGED: "{why}",
    NotificationKind.REFUND_FAILED: "{amount} could not be sent back by itself. We are working on it; please wait.",
    NotificationKind.LIVE_STARTED: "{title} has started. Come in!",
    NotificationKind.LIVE_CANCELLED: "{title}, of which you wanted to be told, will not take place.",
    NotificationKind.ORDER_SHIPPED: "{title}: {carrier}, {number}.",
    NotificationKind.STORY_CONSENT_ASKED: "{title}: please read it and say whether it may be shown.",
    NotificationKind.STORY_PUBLISHED: "{title}: everybody can read it now. You can withdraw it at any time.",
    NotificationKind.REFUND_REJECTED: "{reason}",
    NotificationKind.REWARD_AVAILABLE: "{points} points for bringing a friend are yours to use.",
    NotificationKind.MODERATION_DECIDED: "{why}",
    NotificationKind.APPEAL_DECIDED: "{why}",
    NotificationKind.MUTED: "{why}",
}

_WHY_GROUP_FAILED: Mapping[GroupFailure, str] = {
    GroupFailure.EXPIRED: "it was not full in time",
    GroupFailure.TAKEN_DOWN: "the deal was taken down",
    GroupFailure.RISK: "it did not pass our safety checks",
    GroupFailure.LEADER_LEFT: "its leader has left",
}

_WHY_REFUNDED: Mapping[RefundReason, str] = {
    RefundReason.GROUP_FAILED: "the group did not succeed",
    RefundReason.LEFT: "you left the group",
    RefundReason.OVERFLOW: "the payment came too late",
    RefundReason.PAID_TWICE: "it was paid twice",
    RefundReason.LADDER_DIFFERENCE: "the price has fallen",
    RefundReason.AFTER_SALE: "after-sale service",
}


def words(kind: NotificationKind, values: Values, locale: str) -> Words:
    """An entry in words of this locale."""
    spoken = {**values, **_spoken(kind, values, locale)}
    return Words(title=say(locale, _TITLES[kind], **spoken), body=say(locale, _BODIES[kind], **spoken))


def why_refunded(reason: str, locale: str) -> str:
    """Why money went back, in words of this locale."""
    return say(locale, _WHY_REFUNDED[RefundReason(reason)])


def _spoken(kind: NotificationKind, values: Values, locale: str) -> dict[str, str]:
    """The parts of a sentence that are not values as they stand."""
    spoken: dict[str, str] = {}
    if "seats_left" in values:
        spoken["seats"] = _seats(values["seats_left"], locale)
    if "carrier" in values:
        spoken["carrier"] = carrier(values["carrier"], locale)
    if "amount_fen" in values:
        spoken["amount"] = money.display(values["amount_fen"])
    if kind is NotificationKind.GROUP_FAILED:
        spoken["why"] = say(locale, _WHY_GROUP_FAILED[GroupFailure(values["reason"])])
    if kind is NotificationKind.REFUND_SENT:
        spoken["why"] = why_refunded(values["reason"], locale)
    if kind is NotificationKind.TIER_CHANGED:
        rises = values["rank"] > values["rank_before"]
        spoken["why"] = say(locale, _TIER_ROSE if rises else _TIER_FELL, tier=values["tier"])
    if kind in {NotificationKind.MODERATION_DECIDED, NotificationKind.APPEAL_DECIDED}:
        spoken |= _moderated(values, locale)
    if kind is NotificationKind.MUTED:
        until_when = _until(values["until"], locale)
        where = _MUTED_SOMEWHERE if values["community"] else _MUTED_EVERYWHERE
        spoken["why"] = say(locale, where, **{**values, "until_when": until_when})
    return spoken


_MUTED_EVERYWHERE = "Everywhere, {until_when}: {reason}"
_MUTED_SOMEWHERE = "In {community}, {until_when}: {reason}"


def _until(moment_said: str | None, locale: str) -> str:
    if moment_said is None:
        return say(locale, "until further notice")
    return say(locale, "until {at}", at=moment(datetime.fromisoformat(moment_said)))


def _moderated(values: Values, locale: str) -> dict[str, str]:
    """What was decided about what somebody wrote: about the thing itself, or about her appeal."""
    said: Mapping[str, str] = {**values, "what": say(locale, _WRITTEN.get(values["what"], "text"))}
    if "status" in values:
        return {"why": say(locale, _APPEALED[AppealStatus(values["status"])], **said)}
    if values["decision"] == Decision.REMOVE:
        return {"decided": say(locale, _REMOVED, **said), "why": say(locale, _REMOVED_WHY, **said)}
    why = say(locale, _SHOWN_WHY if values["reason"] else _SHOWN_NOW, **said)
    return {"decided": say(locale, _SHOWN, **said), "why": why}


#: Kinds of what people write, as the ids of these things begin.
_WRITTEN = {"post": "post", "comment": "comment", "danmaku": "live comment", "story": "story", "user": "nickname"}
_REMOVED = "Your {what} was removed"
_REMOVED_WHY = "{reason} (You may appeal once.)"
_SHOWN = "Your {what} was approved"
_SHOWN_NOW = "It can be seen now."
_SHOWN_WHY = "It can be seen now: {reason}"
_APPEALED: Mapping[AppealStatus, str] = {
    AppealStatus.UPHELD: "Your {what} stays removed: {reason}",
    AppealStatus.OVERTURNED: "The removal of your {what} was taken back: {reason}",
}


_TIER_ROSE = "You have reached {tier}. What it gives is yours from now on."
_TIER_FELL = "You are in {tier} now. Your next purchases bring you back up."


def _seats(left: int, locale: str) -> str:
    match left:
        case 0:
            return say(locale, "no seat left")
        case 1:
            return say(locale, "1 seat left")
        case _:
            return say(locale, "{count} seats left", count=left)
