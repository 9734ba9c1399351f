"""What sharing decides, over values."""

from datetime import datetime, timedelta
from enum import StrEnum

#: A page that is opened twice in one breath was opened once.
ONE_OPENING = timedelta(seconds=60)
#: Longer than any touch brings orders.
TOUCHES_KEPT = timedelta(days=180)

#: WeChat's scene of Moments' single page: no sign-in, storage of its own, a view and nothing more.
MOMENTS_SINGLE_PAGE = 1154

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
