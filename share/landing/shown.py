"""What a share link's page and poster show: values for people, already public.

Nicknames come masked, prices come written out, pictures come as addresses. Nothing here depends on who looks.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias
from urllib.parse import urlsplit


class GroupStatus(StrEnum):
    """A group's states, by the names that they have everywhere."""

    PENDING = "PENDING"
    FORMING = "FORMING"
    COMPLETED = "COMPLETED"
    FAILING = "FAILING"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class GroupFailure(StrEnum):
    """Why a group fails."""

    EXPIRED = "EXPIRED"
    TAKEN_DOWN = "TAKEN_DOWN"
    RISK = "RISK"
    LEADER_LEFT = "LEADER_LEFT"


class DealStatus(StrEnum):
    """The states in which a deal has a page. A draft has none; one that was taken down is WITHDRAWN."""

    SCHEDULED = "SCHEDULED"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    ENDED = "ENDED"


class LiveStatus(StrEnum):
    """A live room's states, by the names that they have everywhere. One that was cancelled is WITHDRAWN."""

    SCHEDULED = "SCHEDULED"
    LIVE = "LIVE"
    PAUSED = "PAUSED"
    ENDED = "ENDED"
    REPLAY = "REPLAY"


class ThingKind(StrEnum):
    """What else a link may lead to."""

    PRODUCT = "PRODUCT"
    STORY = "STORY"
    POST = "POST"


class WhyNothing(StrEnum):
    """Why a link shows nothing."""

    NOT_FOUND = "NOT_FOUND"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"
    #: What it led to is no longer shown to anybody.
    WITHDRAWN = "WITHDRAWN"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, by her masked nickname."""

    nickname: str
    avatar_url: str | None = None


@dataclass(frozen=True, slots=True)
class Goods:
    """What is on sale, or what is told about. `solo_price` is what it costs alone."""

    title: str
    description: str
    picture_url: str | None
    solo_price: str | None = None


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of a deal whose price falls as the group grows."""

    size: int
    price: str


@dataclass(frozen=True, slots=True)
class Refunds:
    """How many of a failed group's refunds are final."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class GroupShown:
    """A group. taken + held + left = size; `members` are the paid ones, the leader first."""

    goods: Goods
    status: GroupStatus
    price: str
    size: int
    seats_taken: int
    seats_held: int
    seats_left: int
    members: tuple[Person, ...] = ()
    #: None while PENDING.
    expires_at: datetime | None = None
    #: From then on nobody can join any more, although the group is not decided yet.
    closes_at: datetime | None = None
    reason: GroupFailure | None = None
    assisted: bool = False
    refunds: Refunds | None = None
    #: The smallest first; empty without a ladder.
    ladder: tuple[Rung, ...] = ()
    #: Whether who is too late for this group can open another one.
    deal_runs: bool = True


@dataclass(frozen=True, slots=True)
class DealShown:
    """A deal, without a group of it. `size` and `price` are the smallest rung's where there is a ladder."""

    goods: Goods
    status: DealStatus
    price: str
    size: int
    starts_at: datetime | None = None
    ladder: tuple[Rung, ...] = ()


@dataclass(frozen=True, slots=True)
class LiveShown:
    """A live room. `starts_at` is when it is to start."""

    goods: Goods
    status: LiveStatus
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class ThingShown:
    """A product, a story or a post."""

    goods: Goods
    kind: ThingKind


@dataclass(frozen=True, slots=True)
class NothingShown:
    """A link that leads nowhere (any more)."""

    why: WhyNothing


Shown: TypeAlias = GroupShown | DealShown | LiveShown | ThingShown


@dataclass(frozen=True, slots=True)
class LandingPage:
    """A share link's page as it is at `now`. Times are aware; `url` is the page's own full address.

    `open_url` opens the mini-app from a browser (WeChat's URL link, https or weixin); None where there is none:
    then the code's picture alone leads there. Raises ValueError for an `open_url` of any other scheme.
    """

    url: str
    now: datetime
    shows: Shown | NothingShown
    inviter: Person | None = None
    open_url: str | None = None
    code_picture_url: str | None = None
    poster_url: str | None = None
    shop_name: str = "拼团 Pintuan"

    def __post_init__(self) -> None:
        """An address that a browser would run instead of opening never gets onto a page."""
        if self.open_url is not None and urlsplit(self.open_url).scheme not in _SCHEMES:
            raise ValueError(f"not an address that opens the mini-app: {self.open_url!r}")


_SCHEMES = frozenset({"https", "http", "weixin"})
