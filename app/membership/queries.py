"""Reading plans, standings and points."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.core import clock
from app.core.errors import TargetNotFound
from app.core.ids import PerkPlanId, PerkSimulationId, UserId
from app.membership.models import CountedPurchase, PerkPlan, PerkSimulation, PointsAccount, PointsLot
from app.membership.rules import plans
from app.membership.rules import points as points_rules
from app.membership.rules import standing as rules
from app.membership.rules.points import Lot
from app.membership.rules.standing import Standing
from app.membership.states import PerkPlanStatus


@dataclass(frozen=True, slots=True)
class InForce:
    """The plan in force, and since when."""

    plan: plans.Plan
    since: datetime


async def in_force(at: datetime | None = None) -> InForce:
    """The plan in force at this moment, by default now: the one whose beginning has come last.

    It begins at its moment on every server alike, for nothing has to happen then.
    """
    moment = at or await clock.now()
    found = await PerkPlan.filter(active_from__lte=moment).order_by("-active_from").first()
    if found is None or found.active_from is None:
        return InForce(plans.HOUSE_PLAN, plans.EVER)
    return InForce(found.content, found.active_from)


async def tiers() -> tuple[plans.Tier, ...]:
    """All tiers of the plan in force, the lowest first."""
    return (await in_force()).plan.tiers


async def tier_at(rank: int) -> plans.Tier | None:
    """The tier of this rank in the plan in force; None where it goes less high."""
    found = await tiers()
    return found[rank] if 0 <= rank < len(found) else None


async def standing(user: UserId, at: datetime | None = None) -> Standing:
    """Where somebody stands at this moment, by default now: her tier and the perks in force for her."""
    moment = at or await clock.now()
    return rules.standing((await in_force(moment)).plan, await grown(user, moment), moment)


async def grown(user: UserId, at: datetime) -> list[rules.Grown]:
    """What of somebody's growth can matter at this moment."""
    counted = await CountedPurchase.filter(
        user_id=user, settled_at__gt=at - rules.WINDOW - rules.GRACE, settled_at__lte=at
    )
    return [each.grown for each in counted if each.grown]


async def grown_of(users: Sequence[UserId], at: datetime) -> dict[UserId, list[rules.Grown]]:
    """What of these people's growth can matter at this moment."""
    found: dict[UserId, list[rules.Grown]] = {each: [] for each in users}
    counted = await CountedPurchase.filter(
        user_id__in=list(users), settled_at__gt=at - rules.WINDOW - rules.GRACE, settled_at__lte=at
    )
    for each in counted:
        if each.grown:
            found[each.user_id].append(each.grown)
    return found


@dataclass(frozen=True, slots=True)
class PointsNow:
    """Somebody's points: what she can use less what she owes, and what expires soon."""

    balance: int
    soon: Sequence[Lot]

    @property
    def usable(self) -> int:
        """How many she can spend."""
        return max(0, self.balance)


async def points(user: UserId) -> PointsNow:
    """Somebody's points now."""
    account = await PointsAccount.get_or_none(user_id=user)
    found = await lots(user)
    soon = await clock.now() + points_rules.SOON
    return PointsNow(
        sum(each.unused for each in found) - (account.debt if account else 0),
        [each for each in found if each.expires_at <= soon],
    )


async def lots(user: UserId) -> list[Lot]:
    """Points that can be used now, those that expire first at the top."""
    found = await PointsLot.filter(user_id=user, unused__gt=0, expires_at__gt=await clock.now())
    return sorted(map(as_lot, found), key=lambda lot: (lot.expires_at, lot.id))


def as_lot(row: PointsLot) -> Lot:
    """A lot as the rules see it."""
    return Lot(row.id, row.unused, row.expires_at)


async def plan(plan_id: UUID) -> PerkPlan:
    """A plan by its id. Raises TargetNotFound."""
    found = await PerkPlan.get_or_none(id=PerkPlanId(plan_id))
    if found is None:
        raise TargetNotFound
    return found


async def plan_page(*, limit: int, below: int | None) -> list[PerkPlan]:
    """Plans, the newest version first, below the given one."""
    found = PerkPlan.all() if below is None else PerkPlan.filter(version__lt=below)
    return await found.order_by("-version").limit(limit)


async def status_of(row: PerkPlan) -> PerkPlanStatus:
    """A plan's status now."""
    now = await clock.now()
    return plans.status(
        simulated=row.simulated_at is not None,
        active_from=row.active_from,
        in_force_since=(await in_force(now)).since,
        now=now,
    )


async def simulation(simulation_id: UUID) -> PerkSimulation:
    """A simulation by its id. Raises TargetNotFound."""
    found = await PerkSimulation.get_or_none(id=PerkSimulationId(simulation_id))
    if found is None:
        raise TargetNotFound
    return found


async def simulation_heads(ids: Sequence[UUID]) -> dict[UUID, int]:
    """The versions of these simulations: the heads of their streams."""
    return {each.id: each.version for each in await PerkSimulation.filter(id__in=list(ids)).only("id", "version")}
