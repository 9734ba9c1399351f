"""What a draft would have done to real orders: counted order by order, so that a replay can be cut into batches.

Points that a perk adds are counted as what they pay later. Everybody is put into the tier that she would be in now,
under the plan in force and under the draft: what a replay answers is what the draft would do from here on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.membership.rules.plans import Plan, Tier
from app.membership.rules.points import FEN_OF_A_HUNDRED


@dataclass(frozen=True, slots=True)
class Bought:
    """An order as pricing looks at it: pieces and price per piece of each line, before promotions."""

    lines: Sequence[tuple[int, int]]
    in_group: bool
    #: The fee for shipping, whether or not it was charged.
    shipping_fen: int = 0


@dataclass(slots=True)
class Tally:
    """What a replay has found so far."""

    orders: int = 0
    cost_fen: int = 0
    baseline_fen: int = 0
    #: Each buyer's tiers, by rank: in force, in the draft; and how much less she would have paid.
    people: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    #: What the draft gives members of each of its tiers.
    cost_of_rank: dict[int, int] = field(default_factory=dict)

    def add(self, person: str, *, before: Tier, after: Tier, baseline_fen: int, cost_fen: int) -> None:
        """Count one order."""
        self.orders += 1
        self.cost_fen += cost_fen
        self.baseline_fen += baseline_fen
        saved = self.people[person][2] if person in self.people else 0
        self.people[person] = (before.rank, after.rank, saved + cost_fen - baseline_fen)
        self.cost_of_rank[after.rank] = self.cost_of_rank.get(after.rank, 0) + cost_fen

    def to_json(self) -> dict[str, Any]:
        """As it is kept between batches."""
        return {
            "orders": self.orders,
            "cost_fen": self.cost_fen,
            "baseline_fen": self.baseline_fen,
            "people": self.people,
            "cost_of_rank": self.cost_of_rank,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Tally":
        """As it was kept."""
        if "orders" not in kept:
            return cls()
        people = {person: (before, after, saved) for person, (before, after, saved) in kept["people"].items()}
        ranks = {int(rank): fen for rank, fen in kept["cost_of_rank"].items()}
        return cls(kept["orders"], kept["cost_fen"], kept["baseline_fen"], people, ranks)


@dataclass(frozen=True, slots=True)
class TierResult:
    """One tier of the draft: buyers of the replayed days in it, before and after, and what it would have cost."""

    name: str
    before: int
    after: int
    cost_fen: int


@dataclass(frozen=True, slots=True)
class Result:
    """What a replay has found."""

    orders: int
    cost_fen: int
    baseline_fen: int
    winners: int
    losers: int
    tiers: tuple[TierResult, ...]

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "orders": self.orders,
            "cost_fen": self.cost_fen,
            "baseline_fen": self.baseline_fen,
            "winners": self.winners,
            "losers": self.losers,
            "tiers": [[each.name, each.before, each.after, each.cost_fen] for each in self.tiers],
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Result":
        """As it was kept."""
        tiers = tuple(TierResult(*each) for each in kept["tiers"])
        return cls(kept["orders"], kept["cost_fen"], kept["baseline_fen"], kept["winners"], kept["losers"], tiers)


def worth_of_points(points: int) -> int:
    """What points cost the shop once they pay."""
    return points * FEN_OF_A_HUNDRED // 100


def result(tally: Tally, in_force: Plan, draft: Plan) -> Result:
    """What a replay comes to. Tiers are matched by name: one that only one plan has counts 0 on the other's side."""
    before = _count(in_force, [each[0] for each in tally.people.values()])
    after = _count(draft, [each[1] for each in tally.people.values()])
    costs = {tier.name: tally.cost_of_rank.get(tier.rank, 0) for tier in draft.tiers}
    names = dict.fromkeys([*costs, *before])
    return Result(
        tally.orders,
        tally.cost_fen,
        tally.baseline_fen,
        sum(saved > 0 for _, _, saved in tally.people.values()),
        sum(saved < 0 for _, _, saved in tally.people.values()),
        tuple(TierResult(name, before.get(name, 0), after.get(name, 0), costs.get(name, 0)) for name in names),
    )


def _count(plan: Plan, ranks: list[int]) -> dict[str, int]:
    return {tier.name: ranks.count(tier.rank) for tier in plan.tiers}
