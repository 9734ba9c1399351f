"""Asking about tiers, standing, plans and simulations."""

from uuid import UUID

import strawberry

from app.accounts.models import Role
from app.core.errors import TargetNotFound
from app.membership import queries
from schema.connections import Connection, page
from schema.context import Info
from schema.inputs import read_cursor, read_id, read_page_size
from schema.membership.types import (
    ExpiringPoints,
    Membership,
    PerkPlan,
    PerkSimulation,
    Points,
    Tier,
)


@strawberry.type
class MembershipQuery:
    """What everybody may ask, and what marketers may."""

    @strawberry.field(description="All tiers of the active perk plan, the lowest first.")
    async def membership_tiers(self) -> list[Tier]:
        """List the tiers."""
        return [Tier.of(each) for each in await queries.tiers()]

    @strawberry.field(description="Marketers only.")
    async def perk_simulation(self, info: Info, id: strawberry.ID) -> PerkSimulation | None:  # noqa: A002 - the API's word
        """Open a simulation."""
        info.context.must_have(Role.MARKETER)
        simulation = read_id("simulation", id, "id")
        return await open_simulation(info, simulation) if simulation else None


@strawberry.type
class MembershipViewer:
    """What is mine as a member."""

    @strawberry.field
    async def membership(self, info: Info) -> Membership:
        """Tell where I stand."""
        user = info.context.must_be_signed_in().user
        standing = await queries.standing(user, await info.context.now())
        points = await queries.points(user)
        return Membership(
            tier=Tier.of(standing.tier),
            growth=standing.growth,
            next_tier=Tier.of(standing.next_tier) if standing.next_tier else None,
            points=Points(balance=points.balance, expiring_soon=[ExpiringPoints.of(each) for each in points.soon]),
            paid_until=None,
        )


@strawberry.type
class MembershipStaff:
    """What marketers work with."""

    @strawberry.field(description="For MARKETER. The newest version first; version 1, the house's own, is not listed.")
    async def perk_plans(self, info: Info, first: int, after: str | None = None) -> Connection[PerkPlan]:
        """List the plans."""
        info.context.must_have(Role.MARKETER)
        size = read_page_size(first)
        key = read_cursor(after, [int])
        rows = await queries.plan_page(limit=size + 1, below=key[0] if key else None)
        found = [await PerkPlan.of(each) for each in rows]
        return page(found, first=size, after=after, key=lambda plan: (plan.version,), node=lambda plan: plan)


async def open_tier(_: Info, tier: UUID) -> Tier | None:
    """A tier by its id; None where the plan in force goes less high."""
    found = await queries.tier_at(tier.int)
    return Tier.of(found) if found else None


async def open_plan(info: Info, plan: UUID) -> PerkPlan | None:
    """A plan by its id, for marketers."""
    if not _is_marketer(info):
        return None
    try:
        return await PerkPlan.of(await queries.plan(plan))
    except TargetNotFound:
        return None


async def open_simulation(info: Info, simulation: UUID) -> PerkSimulation | None:
    """A simulation by its id, for marketers."""
    if not _is_marketer(info):
        return None
    try:
        return PerkSimulation.of(await queries.simulation(simulation))
    except TargetNotFound:
        return None


def _is_marketer(info: Info) -> bool:
    asker = info.context.who()
    return asker is not None and not {Role.MARKETER, Role.ADMIN}.isdisjoint(asker.roles)


#: Kind of public id to what opens it.
NODE_OPENERS = {"tier": open_tier, "plan": open_plan, "simulation": open_simulation}
