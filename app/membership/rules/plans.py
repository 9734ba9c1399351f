"""What a plan of tiers may look like, which status it has, and what is odd about it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from app.membership.rules.perks import NOT_YET, Perk, is_at_least
from app.membership.states import PerkKind, PerkPlanStatus

MOST_TIERS = 20


@dataclass(frozen=True, slots=True)
class Tier:
    """A level of a plan; `growth_needed` is where it begins."""

    name: str
    rank: int
    growth_needed: int
    perks: tuple[Perk, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """A version of all tiers and perks, the lowest tier first."""

    version: int
    tiers: tuple[Tier, ...]


#: What can be said against a perk, or a plan; English words for people.
TWICE = "The tier {tier} has it twice."
LESS_ABOVE = "The tier {tier} gives less of it than the tier below."
SAME_MOMENT = "Version {version} begins at the same moment."


@dataclass(frozen=True, slots=True)
class Conflict:
    """A perk that does not fit, or a whole plan, and why: English words and their values."""

    kind: PerkKind | None
    reason: str
    values: dict[str, Any]


#: The plan of a shop in which nobody has decided yet. Its version is the first; every other is somebody's.
HOUSE_PLAN = Plan(
    1,
    (
        Tier("普通", 0, 0),
        Tier("银卡", 1, 500, (Perk(PerkKind.DISCOUNT, "98"), Perk(PerkKind.POINTS_MULTIPLIER, "1.2"))),
        Tier(
            "金卡",
            2,
            2000,
            (
                Perk(PerkKind.DISCOUNT, "95"),
                Perk(PerkKind.POINTS_MULTIPLIER, "1.5"),
                Perk(PerkKind.FREE_SHIPPING),
                Perk(PerkKind.MEMBERS_ONLY_GROUPS),
            ),
        ),
        Tier(
            "黑金",
            3,
            10000,
            (
                Perk(PerkKind.DISCOUNT, "92"),
                Perk(PerkKind.POINTS_MULTIPLIER, "2"),
                Perk(PerkKind.FREE_SHIPPING),
                Perk(PerkKind.MEMBERS_ONLY_GROUPS),
                Perk(PerkKind.EARLY_ACCESS, "24"),
            ),
        ),
    ),
)

#: The house plan has been in force since ever.
EVER = datetime(2000, 1, 1, tzinfo=UTC)


def status(*, simulated: bool, active_from: datetime | None, in_force_since: datetime, now: datetime) -> PerkPlanStatus:
    """A plan's status; `in_force_since` is from when on the plan now in force has been so."""
    if active_from is None:
        return PerkPlanStatus.SIMULATED if simulated else PerkPlanStatus.DRAFT
    if active_from > now:
        return PerkPlanStatus.SCHEDULED
    return PerkPlanStatus.ACTIVE if active_from == in_force_since else PerkPlanStatus.SUPERSEDED


def doubles(tiers: Sequence[Tier]) -> list[Conflict]:
    """Perks that a tier has twice: no plan can say both."""
    return [
        Conflict(kind, TWICE, {"tier": tier.name})
        for tier in tiers
        for kind in PerkKind
        if sum(perk.kind is kind for perk in tier.perks) > 1
    ]


def oddities(tiers: Sequence[Tier]) -> list[Conflict]:
    """What a marketer should look at again: a tier that gives less than the one below it."""
    return [
        Conflict(perk.kind, LESS_ABOVE, {"tier": higher.name})
        for lower, higher in _pairs(tiers)
        for perk in lower.perks
        if not is_at_least(higher.perks, perk)
    ]


def _pairs(tiers: Sequence[Tier]) -> Iterator[tuple[Tier, Tier]]:
    return pairwise(tiers)


def to_json(tiers: Sequence[Tier]) -> list[dict[str, Any]]:
    """Tiers as they are kept."""
    return [
        {
            "name": each.name,
            "growth_needed": each.growth_needed,
            "perks": [{"kind": perk.kind.value, "value": perk.value} for perk in each.perks],
        }
        for each in tiers
    ]


def from_json(kept: Sequence[dict[str, Any]]) -> tuple[Tier, ...]:
    """Tiers as they were kept, but for perks that nothing acts on: nobody is shown what she is not given."""
    return tuple(
        Tier(
            each["name"],
            rank,
            each["growth_needed"],
            tuple(
                Perk(kind, perk["value"]) for perk in each["perks"] if (kind := PerkKind(perk["kind"])) not in NOT_YET
            ),
        )
        for rank, each in enumerate(kept)
    )
