"""Lots and debts of points."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

#: How long points are kept once they are earned.
KEPT = timedelta(days=365)
#: Points that come back live at least so long again, even where their lot has expired meanwhile.
KEPT_WHEN_RETURNED = timedelta(days=30)
#: What is called soon.
SOON = timedelta(days=30)
#: What a hundred points are worth in fen, where they pay and where simulations say what they cost.
FEN_OF_A_HUNDRED = 100


@dataclass(frozen=True, slots=True)
class Lot:
    """Points that expire together."""

    id: UUID
    unused: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """How many points each lot gives, and how many none could give."""

    from_lots: Sequence[tuple[Lot, int]]
    missing: int


def take(lots: Sequence[Lot], points: int) -> Taken:
    """Take points from lots in the order given, which is how they expire."""
    taken: list[tuple[Lot, int]] = []
    for lot in lots:
        given = min(lot.unused, points)
        if given > 0:
            taken.append((lot, given))
            points -= given
    return Taken(taken, points)


def expiry_of_returned(spent_until: datetime, now: datetime) -> datetime:
    """Until when points that come back can be used."""
    return max(spent_until, now + KEPT_WHEN_RETURNED)
