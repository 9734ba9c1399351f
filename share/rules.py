"""What sharing decides, over values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from share.states import TouchVerdict

#: A page that is opened twice in one breath was opened once.
ONE_OPENING = timedelta(seconds=60)
#: Longer than any touch brings orders.
TOUCHES_KEPT = timedelta(days=180)

#: How long a URL link that WeChat makes for a share link works; WeChat allows 30 days.
URL_LINK_LIVES = timedelta(days=29)
#: So long before its end the next one is made: whoever has opened a page may press its button until then.
URL_LINK_RENEWED_BEFORE = timedelta(days=1)
#: Whose turn it is to ask WeChat for one; longer than the answer takes, and how soon another try follows none.
URL_LINK_TURN = timedelta(minutes=1)
#: When WeChat said no, or that the day's are used up, the same request fares no better soon.
URL_LINK_PAUSE = timedelta(hours=1)

#: WeChat's scene of Moments' single page: no sign-in, storage of its own, a view and nothing more.
MOMENTS_SINGLE_PAGE = 1154

#: How long the name of a campaign may be.
LONGEST_CAMPAIGN = 64

#: Where a link leads whose thing is no longer there.
PATH_TO_NOTHING = "/pages/index"


class ShareLinkStatus(StrEnum):
    """Whether a link still leads somewhere."""

    ACTIVE = "ACTIVE"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"


def status(*, expires_at: datetime | None, revoked_at: datetime | None, now: datetime) -> ShareLinkStatus:
    """A link's status; one that is both is REVOKED, since that was meant."""
    if revoked_at is not None:
        return ShareLinkStatus.REVOKED
    if expires_at is not None and expires_at <= now:
        return ShareLinkStatus.EXPIRED
    return ShareLinkStatus.ACTIVE


def path_of(thing_path: str | None, code: str) -> str:
    """The mini-program path of a link: its thing's page, and the link's code beside what finds the thing."""
    page = thing_path or PATH_TO_NOTHING
    return f"{page}{'&' if '?' in page else '?'}s={code}"


def is_new_touch(*, last: datetime | None, now: datetime) -> bool:
    """Whether an opening is a touch of its own, after the same visitor's last touch of the same link."""
    return last is None or now - last > ONE_OPENING


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """A dated version of what bringing a friend gives."""

    version: int
    #: In force for orders placed from then on, until the next one.
    since: datetime
    #: Points for whoever brought the order.
    points: int
    #: How far before the order a touch counts.
    window: timedelta


#: All versions, the oldest first. One that orders were placed under never changes; a change is a new version.
PROGRAMMES = (Programme(version=1, since=datetime(2020, 1, 1, tzinfo=UTC), points=200, window=timedelta(days=30)),)


def programme_at(moment: datetime) -> Programme:
    """The programme in force at this moment."""
    return next(each for each in reversed(PROGRAMMES) if each.since <= moment)


def programme_of(version: int) -> Programme:
    """The programme of this version."""
    return next(each for each in PROGRAMMES if each.version == version)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A touch of the buyer's before she ordered. `barred`: why its sharer cannot have brought her."""

    touch: UUID
    code: str
    at: datetime
    barred: TouchVerdict | None


def judge(
    candidates: Sequence[Candidate], *, ordered_at: datetime, window: timedelta, named: str | None
) -> Mapping[UUID, TouchVerdict]:
    """What is said of each touch: at most one is chosen.

    The last touch within the window by another person, unless the buyer named another that counts as much.
    """
    verdicts = {each.touch: _bar(each, ordered_at - window) for each in candidates}
    eligible = sorted(
        (each for each in candidates if verdicts[each.touch] is TouchVerdict.PASSED_OVER),
        key=lambda each: (each.at, each.touch),
    )
    by_name = [each for each in eligible if named is not None and each.code == named]
    if by_name:
        verdicts[by_name[-1].touch] = TouchVerdict.NAMED
    elif eligible:
        verdicts[eligible[-1].touch] = TouchVerdict.LAST
    return verdicts


def _bar(candidate: Candidate, since: datetime) -> TouchVerdict:
    if candidate.at < since:
        return TouchVerdict.TOO_OLD
    return candidate.barred or TouchVerdict.PASSED_OVER


def points_kept(points: int, *, paid_fen: int, refunded_fen: int) -> int:
    """What is left of a reward when so much of the order's money has gone back; an order of 0 fen earns nothing."""
    return points * max(0, paid_fen - refunded_fen) // paid_fen if paid_fen else 0
