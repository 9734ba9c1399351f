"""What the shop says no to about buying, alone and in groups."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.core.errors import DomainError


class SkuRequired(DomainError):
    """Choose one of the kinds on offer."""


class SoldOut(DomainError):
    """There are not that many left."""


class Ineligible(StrEnum):
    """Why somebody may not buy."""

    NEWCOMERS_ONLY = "NEWCOMERS_ONLY"
    TIER_TOO_LOW = "TIER_TOO_LOW"
    STAFF_OF_THE_MERCHANT = "STAFF_OF_THE_MERCHANT"


@dataclass(eq=False)
class NotEligible(DomainError):
    """This deal is not open to you."""

    reason: Ineligible


@dataclass(eq=False)
class AmountChanged(DomainError):
    """It would now cost more."""

    #: In fen, all pieces together.
    amount_fen: int


@dataclass(eq=False)
class HoldLimit(DomainError):
    """You hold too many unpaid seats, or let too many lapse."""

    #: When something can be held again.
    until: datetime
