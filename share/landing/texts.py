"""What is said about a thing, by its state. Page and poster say the same."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import pairwise
from typing import Literal

from app.core.words import moment
from share.landing.shown import (
    DealShown,
    DealStatus,
    GroupShown,
    GroupStatus,
    LiveShown,
    LiveStatus,
    NothingShown,
    Rung,
    Shown,
    ThingShown,
)
from share.landing.words import Language, say

#: How a headline looks: something is open, done, undecided or over.
Mood = Literal["open", "done", "wait", "over"]


@dataclass(frozen=True, slots=True)
class Texts:
    """What stands over a thing, under it, and on the button; an empty note says nothing."""

    headline: str
    note: str
    action: str
    mood: Mood


def texts(shows: Shown | NothingShown, language: Language, now: datetime) -> Texts:
    """What is said at `now`."""
    match shows:
        case GroupShown():
            return _group(shows, language, now)
        case DealShown():
            return _deal(shows, language)
        case LiveShown():
            return _live(shows, language)
        case ThingShown():
            return _said(language, shows.kind, "wait", "do_look", note="thing_note")
        case NothingShown():
            return _said(language, f"nothing_{shows.why}", "over", "do_open")


def _group(group: GroupShown, language: Language, now: datetime) -> Texts:
    said = partial(_said, language, count=group.seats_taken, held=group.seats_held)
    another = _another(group)
    match group.status:
        case GroupStatus.PENDING:
            return said("pending", "wait", "do_look")
        case GroupStatus.FORMING:
            return _forming(group, language, now)
        case GroupStatus.COMPLETED:
            return said("completed_assisted" if group.assisted else "completed", "done", another)
        case GroupStatus.CANCELLED:
            return said("cancelled", "over", another)
        case GroupStatus.FAILING | GroupStatus.FAILED:
            return _failure(group, language)


def _another(group: GroupShown) -> str:
    return "do_start" if group.deal_runs else "do_open"


def _forming(group: GroupShown, language: Language, now: datetime) -> Texts:
    said = partial(_said, language, count=group.seats_left, left=group.seats_left, held=group.seats_held)
    if group.expires_at is not None and now >= group.expires_at:
        return said("forming_over", "wait", "do_look")
    if group.closes_at is not None and now >= group.closes_at:
        return said("forming_closing", "wait", "do_look")
    if group.seats_left == 0:
        return said("forming_full", "wait", "do_look")
    note = "forming_note" if group.seats_held else ""
    need = (group.ladder[0].size if group.ladder else group.size) - group.seats_taken
    if need > 0:
        return said("forming", "open", "do_join", note=note, need=need)
    reached, above = _rungs(group)
    more = above.size - group.seats_taken
    return _said(
        language,
        "rung",
        "open",
        "do_join",
        note=note,
        count=more,
        more=more,
        reached=reached.size,
        price=above.price,
        left=group.seats_left,
        held=group.seats_held,
    )


def _rungs(group: GroupShown) -> tuple[Rung, Rung]:
    """The rung that would count now, and the one above it."""
    return next(pair for pair in pairwise(group.ladder) if group.seats_taken < pair[1].size)


def _failure(group: GroupShown, language: Language) -> Texts:
    failing = group.status is GroupStatus.FAILING
    reason = say(language, f"reason_{group.reason}") if group.reason else ""
    then = say(language, "refunding_note" if failing else "failed_note")
    return Texts(
        headline=say(language, "failing" if failing else "failed"),
        note=f"{reason} {then}".strip() if language == "en" else reason + then,
        action=say(language, _another(group)),
        mood="over",
    )


def _deal(deal: DealShown, language: Language) -> Texts:
    said = partial(_said, language, count=deal.size, price=deal.price)
    match deal.status:
        case DealStatus.RUNNING:
            return said("deal_running", "open", "do_start")
        case DealStatus.SCHEDULED:
            starts = say(language, "starts", at=moment(deal.starts_at)) if deal.starts_at else ""
            return Texts(say(language, "deal_scheduled"), starts, say(language, "do_look"), "wait")
        case DealStatus.PAUSED:
            return said("deal_paused", "wait", "do_look")
        case DealStatus.ENDED:
            return said("deal_ended", "over", "do_look")


def _live(live: LiveShown, language: Language) -> Texts:
    said = partial(_said, language, f"live_{live.status}")
    match live.status:
        case LiveStatus.SCHEDULED:
            return said("open", "do_remind")
        case LiveStatus.LIVE:
            return said("open", "do_watch")
        case LiveStatus.PAUSED | LiveStatus.REPLAY:
            return said("wait", "do_watch")
        case LiveStatus.ENDED:
            return said("over", "do_look")


def _said(language: Language, key: str, mood: Mood, action: str, note: str | None = None, **values: object) -> Texts:
    note_key = f"{key}_note" if note is None else note
    return Texts(
        headline=say(language, key, **values),
        note=say(language, note_key, **values) if note_key else "",
        action=say(language, action),
        mood=mood,
    )
