"""A draft is replayed over real orders, a batch at a time. It changes nothing that is in force.

A worker takes a simulation under a lease, reads a batch outside of any transaction, and writes what it found in one
statement that fails where the simulation was cancelled or the lease was lost meanwhile.
"""

import json
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from app.audit_log import actions as audit_log
from app.core import clock, db, streams
from app.core.ids import OrderId, PerkPlanId, PerkSimulationId, UserId
from app.core.targets import Target
from app.membership import queries
from app.membership.models import PerkPlan, PerkSimulation
from app.membership.ports import saving_fen
from app.membership.rules import perks, plans, replay
from app.membership.rules import standing as standings
from app.membership.states import PerkKind, SimulationStatus
from app.orders import queries as orders
from app.orders.models import Order, OrderLine
from app.payments.models import Purpose

#: The kind of the stream on the bus; its head is the simulation's version.
STREAM = "perk_simulation"

BATCH = 200
LEASE = timedelta(seconds=60)
#: A batch that has failed so often fails the simulation.
ATTEMPTS = 3


@db.retried
async def simulate(*, by: UserId, plan: PerkPlanId, days: int) -> PerkSimulation:
    """Ask for a replay of the last days of orders under a plan as it is now.

    While one of the same plan and days waits or runs, that is the answer. Raises TargetNotFound.
    """
    async with db.transaction():
        row = await queries.plan(plan)
        await db.rows(str, "SELECT id FROM perk_plans WHERE id = $1 FOR UPDATE", plan)
        running = await PerkSimulation.filter(
            plan_id=plan, days=days, status__in=[SimulationStatus.QUEUED, SimulationStatus.RUNNING]
        ).first()
        if running is not None and running.tiers == row.tiers:
            return running
        now = await clock.now()
        made = await PerkSimulation.create(
            plan_id=plan,
            tiers=row.tiers,
            days=days,
            status=SimulationStatus.QUEUED,
            asked_by=by,
            created_at=now,
            orders_total=await orders.count_bought_between(now - timedelta(days=days), now),
            found={},
        )
        await audit_log.note(by=by, verb="perk_plan.simulate", target=Target("plan", plan), detail={"days": days})
        return made


@db.retried
async def cancel_simulation(*, by: UserId, simulation: PerkSimulationId) -> PerkSimulation:
    """Stop a replay; one that has ended stays as it is. Raises TargetNotFound."""
    async with db.transaction():
        await queries.simulation(simulation)
        version = await db.value(int, _CANCEL, simulation)
        if version is not None:
            streams.announce(STREAM, simulation, version)
            await audit_log.note(by=by, verb="perk_simulation.cancel", target=Target("simulation", simulation))
        return await queries.simulation(simulation)


_CANCEL = """
UPDATE perk_simulations SET status = 'CANCELLED', version = version + 1
 WHERE id = $1 AND status IN ('QUEUED', 'RUNNING')
RETURNING version
"""


async def claim() -> PerkSimulation | None:
    """Take the simulation that waits longest in hand, for `LEASE`; None where none waits."""
    async with db.transaction():
        simulation = await db.value(UUID, _CLAIM, await clock.now() + LEASE)
        return await PerkSimulation.get(id=simulation) if simulation else None


_CLAIM = """
UPDATE perk_simulations SET leased_until = $1, attempts = attempts + 1, status = 'RUNNING'
 WHERE id IN (SELECT id FROM perk_simulations
               WHERE status IN ('QUEUED', 'RUNNING') AND (leased_until IS NULL OR leased_until <= $now)
               ORDER BY created_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id
"""


async def replay_batch(simulation: PerkSimulation) -> None:
    """Replay one batch of a claimed simulation, and give it back; the last batch makes it DONE."""
    kept = simulation.found
    tally = replay.Tally.from_json(kept)
    since = simulation.created_at - timedelta(days=simulation.days)
    after = OrderId(UUID(kept["after"])) if "after" in kept else None
    batch = await orders.bought_between(since, simulation.created_at, limit=BATCH, after=after)
    lines = await orders.lines_of([each.id for each in batch])
    draft = plans.Plan(0, plans.from_json(simulation.tiers))
    in_force = (await queries.in_force(simulation.created_at)).plan
    grown = await queries.grown_of([each.user_id for each in batch], simulation.created_at)
    for order in batch:
        bought = _bought(order, lines[order.id])
        mine = grown[order.user_id]
        before = standings.standing(in_force, mine, simulation.created_at).tier
        now = standings.standing(draft, mine, simulation.created_at).tier
        tally.add(
            str(order.user_id),
            before=before,
            after=now,
            baseline_fen=_cost(order, bought, before),
            cost_fen=_cost(order, bought, now),
        )
    if len(batch) == BATCH:
        found = {**tally.to_json(), "after": str(batch[-1].id)}
        await _write(simulation, tally.orders, SimulationStatus.RUNNING, found)
        return
    result = replay.result(tally, in_force, draft).to_json()
    async with db.transaction():
        if await _write(simulation, tally.orders, SimulationStatus.DONE, result):
            await _mark_simulated(simulation)


def _bought(order: Order, lines: Sequence[OrderLine]) -> replay.Bought:
    return replay.Bought(
        [(line.quantity, line.unit_price_fen) for line in lines],
        in_group=order.purpose is Purpose.GROUP_SEAT,
        shipping_fen=order.shipping_fen + _waived_fen(order),
    )


def _waived_fen(order: Order) -> int:
    """The fee for shipping that a perk took off."""
    steps = order.price_trace or []
    return sum(each["amount_fen"] or 0 for each in steps if each["promotion"] == PerkKind.FREE_SHIPPING.value)


def _cost(order: Order, bought: replay.Bought, tier: plans.Tier) -> int:
    times = int(perks.times(tier.perks) * 100)
    more_points = perks.points_for(order.amount_fen, times) - perks.points_for(order.amount_fen, 100)
    return saving_fen(bought, tier) + replay.worth_of_points(more_points)


async def _mark_simulated(simulation: PerkSimulation) -> None:
    await db.rows(str, "SELECT id FROM perk_plans WHERE id = $1 FOR UPDATE", simulation.plan_id)
    plan = await PerkPlan.get(id=simulation.plan_id)
    # A draft that was written anew meanwhile is another than the one that was replayed.
    if plan.active_from is None and plan.tiers == simulation.tiers:
        await PerkPlan.filter(id=plan.id).update(simulated_at=await clock.now())


async def fail_or_put_back(simulation: PerkSimulation) -> None:
    """A batch has failed: the simulation is tried again, `ATTEMPTS` times in a row."""
    status = SimulationStatus.FAILED if simulation.attempts >= ATTEMPTS else SimulationStatus.RUNNING
    await _write(simulation, simulation.orders_done, status, simulation.found, attempts=simulation.attempts)


async def _write(
    simulation: PerkSimulation, done: int, status: SimulationStatus, found: dict[str, object], *, attempts: int = 0
) -> bool:
    # Orders may have been given back, or paid late, since they were counted: progress ends at the end all the same.
    total = done if status is SimulationStatus.DONE else max(done, simulation.orders_total)
    async with db.transaction():
        version = await db.value(
            int, _WRITE, status, json.dumps(found), done, total, attempts, simulation.id, simulation.leased_until
        )
        if version is not None:
            streams.announce(STREAM, simulation.id, version)
        return version is not None


_WRITE = """
UPDATE perk_simulations
   SET status = $1, found = $2, orders_done = $3, orders_total = $4, attempts = $5, leased_until = NULL,
       version = version + 1
 WHERE id = $6 AND leased_until = $7 AND status = 'RUNNING'
RETURNING version
"""
