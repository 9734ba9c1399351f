"""Tiers, standing, points, plans and simulations."""

from datetime import datetime
from uuid import UUID

import strawberry

from app.membership import models, queries, wording
from app.membership.rules import perks, plans, replay
from app.membership.rules.points import Lot
from app.membership.states import PerkKind, PerkPlanStatus, SimulationStatus
from schema.context import Info
from schema.scalars import Money, Node, public_id

strawberry.enum(PerkKind)
strawberry.enum(PerkPlanStatus)
strawberry.enum(SimulationStatus)


@strawberry.type
class Perk:
    """One thing that a tier gives."""

    perk: strawberry.Private[perks.Perk]
    kind: PerkKind

    @strawberry.field(description="For people, in the caller's language.")
    def title(self, info: Info) -> str:
        """Say what it is called."""
        return wording.title(self.perk.kind, info.context.locale)

    @strawberry.field(description="How much, such as 95 % or 2 ×; null where the kind says it all.")
    def value(self, info: Info) -> str | None:
        """Say how much it is."""
        return wording.value(self.perk, info.context.locale)

    @classmethod
    def of(cls, perk: perks.Perk) -> "Perk":
        """The API's form of a perk."""
        return cls(perk=perk, kind=perk.kind)


@strawberry.type
class Tier(Node):
    """A membership level, as the plan in force has it."""

    name: str
    rank: int = strawberry.field(description="0 is the lowest.")
    growth_needed: int = strawberry.field(description="Growth at which the tier begins.")
    perks: list[Perk]

    @classmethod
    def of(cls, tier: plans.Tier) -> "Tier":
        """The API's form of a tier. Its id names the rank: a new plan changes what the tier is, not which it is."""
        return cls(
            id=public_id("tier", UUID(int=tier.rank)),
            name=tier.name,
            rank=tier.rank,
            growth_needed=tier.growth_needed,
            perks=[Perk.of(each) for each in tier.perks],
        )


@strawberry.type
class ExpiringPoints:
    """Points that expire together."""

    amount: int
    expires_at: datetime

    @classmethod
    def of(cls, lot: Lot) -> "ExpiringPoints":
        """The API's form of a lot."""
        return cls(amount=lot.unused, expires_at=lot.expires_at)


@strawberry.type
class Points:
    """Somebody's points."""

    balance: int = strawberry.field(description="May be below 0: a debt is kept, never dropped.")
    expiring_soon: list[ExpiringPoints] = strawberry.field(description="The soonest first.")


@strawberry.type
class Membership:
    """Where the viewer stands."""

    tier: Tier
    growth: int = strawberry.field(description="Points of growth within the rolling window.")
    next_tier: Tier | None = strawberry.field(description="Null at the top.")
    points: Points
    paid_until: datetime | None = strawberry.field(
        description="The end of a paid membership; null where there is none."
    )


@strawberry.type
class PlannedTier:
    """A tier as a plan has it, in force or not."""

    name: str
    growth_needed: int
    perks: list["PlannedPerk"]


@strawberry.type
class PlannedPerk:
    """A perk as a plan has it: the value as it is written into a draft."""

    kind: PerkKind
    value: str | None


@strawberry.type(description="A dated version of all tiers and perks.")
class PerkPlan(Node):
    """A version of all tiers and perks."""

    version: int
    status: PerkPlanStatus
    active_from: datetime | None = strawberry.field(description="Null before it is scheduled.")
    tiers: list[PlannedTier] = strawberry.field(description="The lowest first.")
    note: str
    created_at: datetime
    revision: int = strawberry.field(description="Grows with every change; what inputs take as expectedRevision.")
    copy_of: int | None = strawberry.field(
        description="The version that it went back to; null for one with content of its own."
    )
    reason: str | None = strawberry.field(description="Why it was rolled back to.")

    @classmethod
    async def of(cls, row: models.PerkPlan) -> "PerkPlan":
        """The API's form of a plan."""
        return cls(
            id=public_id("plan", row.id),
            version=row.version,
            status=await queries.status_of(row),
            active_from=row.active_from,
            tiers=_planned(row.content.tiers),
            note=row.note,
            created_at=row.created_at,
            revision=row.revision,
            copy_of=row.copy_of,
            reason=row.reason,
        )


def _planned(tiers: tuple[plans.Tier, ...]) -> list[PlannedTier]:
    return [
        PlannedTier(
            name=tier.name,
            growth_needed=tier.growth_needed,
            perks=[PlannedPerk(kind=perk.kind, value=perk.value) for perk in tier.perks],
        )
        for tier in tiers
    ]


@strawberry.type
class SimulatedTier:
    """A tier, and who would be in it: of those who bought in the replayed days."""

    name: str
    before: int = strawberry.field(description="Members now.")
    after: int = strawberry.field(description="Members under the draft.")
    cost: Money


@strawberry.type
class PerkConflict:
    """What does not fit."""

    conflict: strawberry.Private[plans.Conflict]

    @strawberry.field(description="The perk's title.")
    def perk(self, info: Info) -> str:
        """Say which."""
        return wording.conflict_title(self.conflict, info.context.locale)

    @strawberry.field(description="For people, in the caller's language.")
    def reason(self, info: Info) -> str:
        """Say why."""
        return wording.conflict_reason(self.conflict, info.context.locale)


@strawberry.type
class SimulationResult:
    """What a replay has found."""

    orders: int = strawberry.field(description="Orders replayed.")
    cost: Money = strawberry.field(description="What the perks of the draft would have cost.")
    baseline_cost: Money = strawberry.field(description="What the perks in force did cost.")
    winners: int = strawberry.field(description="Members who would have paid less.")
    losers: int = strawberry.field(description="Members who would have paid more.")
    tiers: list[SimulatedTier]
    conflicts: list[PerkConflict]

    @classmethod
    def of(cls, found: replay.Result, tiers: tuple[plans.Tier, ...]) -> "SimulationResult":
        """The API's form of a result, with what is odd about the draft."""
        return cls(
            orders=found.orders,
            cost=Money.of(found.cost_fen),
            baseline_cost=Money.of(found.baseline_fen),
            winners=found.winners,
            losers=found.losers,
            tiers=[
                SimulatedTier(name=each.name, before=each.before, after=each.after, cost=Money.of(each.cost_fen))
                for each in found.tiers
            ],
            conflicts=[PerkConflict(conflict=each) for each in plans.oddities(tiers)],
        )


@strawberry.type
class PerkSimulation(Node):
    """A replay of real orders under a draft."""

    status: SimulationStatus
    progress: float = strawberry.field(description="0 to 1.")
    result: SimulationResult | None = strawberry.field(description="Null until DONE.")

    @classmethod
    def of(cls, row: models.PerkSimulation) -> "PerkSimulation":
        """The API's form of a simulation."""
        done = row.status is SimulationStatus.DONE
        return cls(
            id=public_id("simulation", row.id),
            status=row.status,
            progress=1.0 if done else row.orders_done / max(1, row.orders_total),
            result=SimulationResult.of(replay.Result.from_json(row.found), plans.from_json(row.tiers))
            if done
            else None,
        )
