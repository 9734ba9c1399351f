"""What marketers do with perk plans."""

from datetime import datetime
from itertools import pairwise
from typing import Annotated

import strawberry

from app.accounts.models import Role
from app.core import clock
from app.core.ids import PerkPlanId, PerkSimulationId
from app.membership.actions import planning, simulating
from app.membership.rules import perks, plans
from app.membership.states import PerkKind
from schema.context import Info
from schema.inputs import bad_input, must_read_id, read_key, read_text
from schema.membership.refusals import PlanConflict
from schema.membership.types import PerkPlan, PerkSimulation
from schema.refusals import Refusal, refusing

_LONGEST_NAME = 20
_LONGEST_NOTE = 500
_LONGEST_REASON = 200
_MOST_GROWTH = 1_000_000_000
_MOST_DAYS = 365

_SEEN = "The plan's, as it was seen: STALE where somebody changed it meanwhile. Null takes it as it is."


@strawberry.input
class PerkInput:
    """A perk of a draft."""

    kind: PerkKind
    value: str | None = None


@strawberry.input
class TierInput:
    """A tier of a draft."""

    name: str
    growth_needed: int
    perks: list[PerkInput]


@strawberry.input
class DraftPerkPlanInput:
    """What a draft says."""

    tiers: list[TierInput] = strawberry.field(description="The lowest first; ranks follow from the order.")
    client_id: str
    plan_id: strawberry.ID | None = strawberry.field(
        default=None, description="The draft to change; null for a new one."
    )
    expected_revision: int | None = strawberry.field(default=None, description=_SEEN)
    note: str | None = None


@strawberry.input
class SimulatePerkPlanInput:
    """What to replay."""

    plan_id: strawberry.ID
    days: int


@strawberry.input
class CancelPerkSimulationInput:
    """Which simulation to stop."""

    id: strawberry.ID


@strawberry.input
class ActivatePerkPlanInput:
    """Which draft to put in force, and when."""

    plan_id: strawberry.ID
    at: datetime | None = strawberry.field(default=None, description="Null for at once.")
    expected_revision: int | None = strawberry.field(default=None, description=_SEEN)


@strawberry.input
class WithdrawPerkPlanInput:
    """Which plan to take off the calendar."""

    plan_id: strawberry.ID
    expected_revision: int | None = strawberry.field(default=None, description=_SEEN)


@strawberry.input
class RollBackPerkPlanInput:
    """What to go back to, and why."""

    to_version: int
    reason: str


DraftPerkPlanResult = Annotated[PerkPlan | PlanConflict | Refusal, strawberry.union("DraftPerkPlanResult")]
SimulatePerkPlanResult = Annotated[PerkSimulation | Refusal, strawberry.union("SimulatePerkPlanResult")]
CancelPerkSimulationResult = Annotated[PerkSimulation | Refusal, strawberry.union("CancelPerkSimulationResult")]
ActivatePerkPlanResult = Annotated[PerkPlan | PlanConflict | Refusal, strawberry.union("ActivatePerkPlanResult")]
WithdrawPerkPlanResult = Annotated[PerkPlan | Refusal, strawberry.union("WithdrawPerkPlanResult")]
RollBackPerkPlanResult = Annotated[PerkPlan | PlanConflict | Refusal, strawberry.union("RollBackPerkPlanResult")]


@strawberry.type
class MembershipMutation:
    """Perk plans; marketers only."""

    @strawberry.mutation(description="A new draft, or the content of one anew. The same clientId gives the same draft.")
    @refusing
    async def draft_perk_plan(
        self,
        info: Info,
        input: DraftPerkPlanInput,  # noqa: A002 - the API's word
    ) -> DraftPerkPlanResult | None:
        """Write a draft."""
        by = info.context.must_have(Role.MARKETER).user
        row = await planning.draft_plan(
            by=by,
            plan=_plan_id(input.plan_id) if input.plan_id is not None else None,
            tiers=_tiers(input.tiers),
            note=read_text(input.note or "", "input.note", _LONGEST_NOTE),
            client_id=read_key(input.client_id, "input.clientId"),
            expected_revision=input.expected_revision,
        )
        return await PerkPlan.of(row)

    @strawberry.mutation(
        description="Starts a replay of the last days of real orders under the draft; changes nothing that is in force."
    )
    @refusing
    async def simulate_perk_plan(
        self,
        info: Info,
        input: SimulatePerkPlanInput,  # noqa: A002 - the API's word
    ) -> SimulatePerkPlanResult | None:
        """Replay orders under a plan."""
        by = info.context.must_have(Role.MARKETER).user
        if not 1 <= input.days <= _MOST_DAYS:
            bad_input("input.days", "A replay looks back 1 to 365 days.")
        return PerkSimulation.of(await simulating.simulate(by=by, plan=_plan_id(input.plan_id), days=input.days))

    @strawberry.mutation(description="Stops a replay; one that has ended stays as it is.")
    @refusing
    async def cancel_perk_simulation(
        self,
        info: Info,
        input: CancelPerkSimulationInput,  # noqa: A002 - the API's word
    ) -> CancelPerkSimulationResult | None:
        """Stop a replay."""
        by = info.context.must_have(Role.MARKETER).user
        simulation = must_read_id("simulation", input.id, "input.id")
        return PerkSimulation.of(await simulating.cancel_simulation(by=by, simulation=PerkSimulationId(simulation)))

    @strawberry.mutation(
        description="At once, or at the time given. Prices change at that moment and on every server alike."
    )
    @refusing
    async def activate_perk_plan(
        self,
        info: Info,
        input: ActivatePerkPlanInput,  # noqa: A002 - the API's word
    ) -> ActivatePerkPlanResult | None:
        """Put a draft in force."""
        by = info.context.must_have(Role.MARKETER).user
        if input.at is not None and input.at <= await clock.now():
            bad_input("input.at", "This moment has passed; leave it out for at once.")
        return await PerkPlan.of(
            await planning.activate_plan(
                by=by, plan=_plan_id(input.plan_id), at=input.at, expected_revision=input.expected_revision
            )
        )

    @strawberry.mutation(description="Takes a plan that has not begun yet off the calendar: it is a draft again.")
    @refusing
    async def withdraw_perk_plan(
        self,
        info: Info,
        input: WithdrawPerkPlanInput,  # noqa: A002 - the API's word
    ) -> WithdrawPerkPlanResult | None:
        """Take a plan off the calendar."""
        by = info.context.must_have(Role.MARKETER).user
        return await PerkPlan.of(
            await planning.withdraw_plan(by=by, plan=_plan_id(input.plan_id), expected_revision=input.expected_revision)
        )

    @strawberry.mutation(
        description="A new version with the content of an older one, in force at once. A repeat makes no second one; "
        "plans that are scheduled stay so."
    )
    @refusing
    async def roll_back_perk_plan(
        self,
        info: Info,
        input: RollBackPerkPlanInput,  # noqa: A002 - the API's word
    ) -> RollBackPerkPlanResult | None:
        """Go back to an older version."""
        by = info.context.must_have(Role.MARKETER).user
        reason = read_text(input.reason, "input.reason", _LONGEST_REASON, shortest=1)
        return await PerkPlan.of(await planning.roll_back(by=by, to_version=input.to_version, reason=reason))


def _plan_id(text: str) -> PerkPlanId:
    return PerkPlanId(must_read_id("plan", text, "input.planId"))


def _tiers(given: list[TierInput]) -> list[plans.Tier]:
    if not 1 <= len(given) <= plans.MOST_TIERS:
        bad_input("input.tiers", "A plan has 1 to 20 tiers.")
    tiers = [_tier(each, rank) for rank, each in enumerate(given)]
    if tiers[0].growth_needed != 0:
        bad_input("input.tiers.0.growthNeeded", "The lowest tier begins at 0.")
    for lower, higher in pairwise(tiers):
        path = f"input.tiers.{higher.rank}"
        if higher.growth_needed <= lower.growth_needed:
            bad_input(f"{path}.growthNeeded", "A tier begins above the one below it.")
        if higher.name in {each.name for each in tiers[: higher.rank]}:
            bad_input(f"{path}.name", "Another tier has this name.")
    return tiers


def _tier(given: TierInput, rank: int) -> plans.Tier:
    path = f"input.tiers.{rank}"
    if not 0 <= given.growth_needed <= _MOST_GROWTH:
        bad_input(f"{path}.growthNeeded", "Growth is 0 to 1000000000.")
    return plans.Tier(
        read_text(given.name, f"{path}.name", _LONGEST_NAME, shortest=1),
        rank,
        given.growth_needed,
        tuple(_perk(each, f"{path}.perks.{number}") for number, each in enumerate(given.perks)),
    )


def _perk(given: PerkInput, path: str) -> perks.Perk:
    try:
        return perks.Perk(given.kind, perks.read_value(given.kind, given.value))
    except ValueError as error:
        bad_input(f"{path}.{'kind' if given.kind in perks.NOT_YET else 'value'}", str(error))
