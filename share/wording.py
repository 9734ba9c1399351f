"""Why a reward is what it is, in whatever language it is read in. Pure; the Chinese stands in `zh_CN.po`."""

from collections.abc import Mapping

from app.core.words import say
from share.rules import Programme
from share.states import RewardChange, TouchVerdict

_RULE = (
    "{points} points for a friend's order in a group that completes, yours once the time for refunds has ended; "
    "of links that she opened in the {days} days before it, the last counts, or the one that she ordered by"
)

_CHANGES: Mapping[RewardChange, str] = {
    RewardChange.ACCRUED: "Your friend's group is complete: {points} points",
    RewardChange.FROZEN: "Waiting for the end of the time for refunds",
    RewardChange.AVAILABLE: "{points} points are yours",
    RewardChange.PART_REVERSED: "A part of the order was refunded: {points} points were taken back",
    RewardChange.REVERSED: "The order was refunded: {points} points were taken back",
}

_VERDICTS: Mapping[TouchVerdict, str] = {
    TouchVerdict.NAMED: "Your friend ordered by this link",
    TouchVerdict.LAST: "The last link that she opened before she ordered",
    TouchVerdict.PASSED_OVER: "Another link counts more",
    TouchVerdict.TOO_OLD: "Opened too long before the order",
    TouchVerdict.SELF: "Shared by the buyer herself",
    TouchVerdict.MUTUAL: "Two people cannot invite each other",
    TouchVerdict.GONE: "Whoever shared it is no longer here",
}


def rule(programme: Programme, locale: str) -> str:
    """What the programme gives, and for what."""
    return say(locale, _RULE, points=programme.points, days=programme.window.days)


def change(what: RewardChange, points: int, locale: str) -> str:
    """One entry of a reward's history."""
    return say(locale, _CHANGES[what], points=points)


def verdict(said: TouchVerdict, locale: str) -> str:
    """Why a touch was chosen or passed over."""
    return say(locale, _VERDICTS[said])
