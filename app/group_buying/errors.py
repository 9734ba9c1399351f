"""What the shop says no to about deals, groups and seats."""

from dataclasses import dataclass
from datetime import datetime

from app.checkout.errors import AmountChanged as AmountChanged
from app.checkout.errors import HoldLimit as HoldLimit
from app.checkout.errors import Ineligible as Ineligible
from app.checkout.errors import NotEligible as NotEligible
from app.checkout.errors import SkuRequired as SkuRequired
from app.checkout.errors import SoldOut as SoldOut
from app.core.errors import DomainError
from app.core.ids import GroupId, OrderId
from app.group_buying.states import DealStatus, GroupStatus


class DealNotFound(DomainError):
    """There is no such deal."""


@dataclass(eq=False)
class DealNotRunning(DomainError):
    """This deal opens no new groups now."""

    #: None where it will not start (again).
    starts_at: datetime | None


@dataclass(eq=False)
class DealMoveRefused(DomainError):
    """This cannot be done with the deal as it stands now."""

    status: DealStatus


@dataclass(eq=False)
class GroupPriceTooHigh(DomainError):
    """In a group it must cost less than alone."""

    #: What it costs alone.
    solo_price_fen: int


class QuotaTooSmall(DomainError):
    """More pieces than that are held and sold already."""


class SkuNotInDeal(DomainError):
    """This kind is not part of the deal."""


@dataclass(eq=False)
class LimitReached(DomainError):
    """Nobody may buy more of this."""

    #: In pieces; `bought` counts unpaid ones too.
    limit: int
    bought: int


class GroupNotFound(DomainError):
    """There is no such group."""


class GroupNotOpen(DomainError):
    """Its leader has not paid yet."""


@dataclass(eq=False)
class GroupFull(DomainError):
    """All seats of this group are taken."""

    group: GroupId


@dataclass(eq=False)
class GroupEnded(DomainError):
    """This group has ended."""

    status: GroupStatus


class GroupClosing(DomainError):
    """This group is too close to its deadline."""


@dataclass(eq=False)
class AlreadyInGroup(DomainError):
    """You already have a seat in this group."""

    order: OrderId


@dataclass(eq=False)
class AlreadyLeading(DomainError):
    """You already lead a group of this deal."""

    group: GroupId


class NotInGroup(DomainError):
    """You have no seat in this group."""
