"""Which tier somebody is in: growth over a rolling window, and grace before a downgrade."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from app.membership.rules import perks
from app.membership.rules.plans import Plan, Tier
from app.membership.states import PerkKind

WINDOW = timedelta(days=365)
#: Who no longer has the growth for a tier keeps it for so long.
GRACE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Grown:
    """Growth that came at a moment, and goes with it."""

    at: datetime
    growth: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands now."""

    tier: Tier
    #: Within the window, now; the tier may be one that it no longer reaches.
    growth: int
    next_tier: Tier | None
    plan_version: int

    @property
    def name(self) -> str:
        """The tier's name."""
        return self.tier.name

    @property
    def rank(self) -> int:
        """The tier's rank, 0 the lowest."""
        return self.tier.rank

    @property
    def perks(self) -> tuple[perks.Perk, ...]:
        """The perks in force for her."""
        return self.tier.perks

    @property
    def percent(self) -> int:
        """How many per cent of a price are left to pay."""
        return perks.percent(self.tier.perks)

    @property
    def points_times(self) -> Decimal:
        """By how much the points of her purchases are multiplied."""
        return perks.times(self.tier.perks)

    @property
    def head_start(self) -> timedelta:
        """How long before its start a deal is open to her."""
        return perks.head_start(self.tier.perks)

    def has(self, kind: PerkKind) -> bool:
        """Whether she has a perk of this kind."""
        return perks.find(self.tier.perks, kind) is not None


def growth_of(fen: int) -> int:
    """The growth that a kept purchase brings: a point a yuan."""
    return max(0, fen) // 100


def growth_at(grown: Sequence[Grown], moment: datetime) -> int:
    """Growth within the window that ends at this moment."""
    return sum(each.growth for each in grown if moment - WINDOW < each.at <= moment)


def reached(plan: Plan, growth: int) -> Tier:
    """The highest tier that this growth reaches."""
    return next((tier for tier in reversed(plan.tiers) if growth >= tier.growth_needed), plan.tiers[0])


def standing(plan: Plan, grown: Sequence[Grown], now: datetime) -> Standing:
    """Where somebody stands: the highest tier that her growth has reached at any moment of the grace until now."""
    # Growth rises only where some comes, so its highest is at the grace's beginning or at one of those moments.
    begun = now - GRACE
    moments = [begun, *(each.at for each in grown if begun < each.at <= now)]
    tier = reached(plan, max(growth_at(grown, moment) for moment in moments))
    above = plan.tiers[tier.rank + 1 :]
    return Standing(tier, growth_at(grown, now), above[0] if above else None, plan.version)


def changes_next(grown: Sequence[Grown], now: datetime) -> datetime | None:
    """The next moment at which time alone may lower her tier; None where nothing is left to go."""
    return min((end for each in grown if (end := each.at + WINDOW + GRACE) > now), default=None)
