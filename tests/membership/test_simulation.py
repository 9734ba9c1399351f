"""A draft is replayed over real orders: what it would have cost, and whom it would have helped or hurt."""

import asyncio
import contextlib
from datetime import timedelta
from typing import Any

import pytest

from app.accounts.models import Role
from app.core import clock
from app.core.ids import UserId, new_id, to_public
from app.membership import jobs, ports, queries
from app.membership.actions import planning, simulating
from app.membership.models import PerkPlan, PerkSimulation
from app.membership.rules.perks import Perk
from app.membership.rules.plans import Tier
from app.membership.rules.replay import Bought, Result
from app.membership.states import PerkKind, PerkPlanStatus, SimulationStatus
from app.orders.models import Order
from app.orders.states import OrderStatus
from app.payments.models import Purpose
from tests.conftest import Api
from tests.factories.accounts import a_token, staff
from tests.factories.membership import bought, settled, tiers_with
from tests.factories.notifications import a_user_id
from tests.factories.rows import everything

#: The silver tier loses its discount, everybody else gets one; gold and above are gone.
DRAFT = [Tier("普通", 0, 0, (Perk(PerkKind.DISCOUNT, "90"),)), Tier("银卡", 1, 500)]


async def a_plan(*tiers: Tier) -> PerkPlan:
    return await planning.draft_plan(by=a_user_id(), plan=None, tiers=tiers, note="", client_id=str(new_id()))


async def replayed(plan: PerkPlan, days: int = 30) -> PerkSimulation:
    asked = await simulating.simulate(by=a_user_id(), plan=plan.id, days=days)
    while await jobs.run_simulations():
        pass
    return await queries.simulation(asked.id)


async def a_silver_member() -> UserId:
    ann = a_user_id()
    await settled(ann, 600)
    return ann


async def test_a_replay_counts_costs_winners_losers_and_tiers(api: Api) -> None:
    del api
    silver, new, again = await a_silver_member(), a_user_id(), a_user_id()
    await bought(silver, 10_000)
    for _ in range(2):
        await bought(new, 5_000)
    await bought(again, 2_000, purpose=Purpose.GROUP_SEAT)
    found = await replayed(await a_plan(*DRAFT))
    assert found.status is SimulationStatus.DONE
    # Silver has 98 % and 1.2 times the points: 200 fen and 20 points more on 100 yuan.
    result = Result.from_json(found.found)
    assert (result.orders, result.baseline_fen, result.cost_fen) == (4, 220, 1000)
    assert (result.winners, result.losers) == (1, 1)
    tiers = {each.name: (each.before, each.after, each.cost_fen) for each in result.tiers}
    assert tiers == {"普通": (2, 2, 1000), "银卡": (1, 1, 0), "金卡": (0, 0, 0), "黑金": (0, 0, 0)}


async def test_a_replay_counts_who_would_be_in_a_lower_tier(api: Api) -> None:
    del api
    await bought(await a_silver_member(), 10_000)
    found = await replayed(await a_plan(Tier("普通", 0, 0), Tier("银卡", 1, 700)))
    tiers = {each.name: (each.before, each.after) for each in Result.from_json(found.found).tiers}
    assert (tiers["普通"], tiers["银卡"]) == ((0, 1), (1, 0))


async def test_free_shipping_costs_the_fee_whether_it_was_charged_or_waived(api: Api) -> None:
    del api
    charged, waived = await bought(a_user_id(), 1_000), await bought(a_user_id(), 1_000)
    await Order.filter(id=charged).update(shipping_fen=800)
    step = {"promotion": "FREE_SHIPPING", "outcome": "APPLIED", "why": "FREE_FOR_MEMBERS", "values": {}}
    await Order.filter(id=waived).update(price_trace=[step | {"amount_fen": 600}])
    found = await replayed(await a_plan(Tier("普通", 0, 0, (Perk(PerkKind.FREE_SHIPPING),))))
    assert Result.from_json(found.found).cost_fen == 1_400


async def test_only_orders_of_the_days_asked_for_that_were_paid_and_kept_are_replayed(api: Api) -> None:
    del api
    ann = a_user_id()
    await bought(ann, 1_000, ago=timedelta(days=6))
    await bought(ann, 1_000, ago=timedelta(days=8))
    unpaid, refunded = await bought(ann, 1_000), await bought(ann, 1_000)
    await Order.filter(id=unpaid).update(status=OrderStatus.CLOSED, paid_at=None)
    await Order.filter(id=refunded).update(status=OrderStatus.REFUNDED)
    found = await replayed(await a_plan(*DRAFT), days=7)
    assert Result.from_json(found.found).orders == 1


async def test_a_replay_changes_nothing_that_is_in_force_and_marks_its_draft(api: Api) -> None:
    del api
    ann = a_user_id()
    await bought(ann, 1_000)
    plan = await a_plan(*DRAFT)
    before = await everything()
    await replayed(plan)
    after = await everything()
    for table in ("orders", "order_lines", "counted_purchases", "points_lots", "memberships"):
        assert after[table] == before[table]
    assert await queries.status_of(await queries.plan(plan.id)) is PerkPlanStatus.SIMULATED
    assert (await queries.standing(ann)).percent == 100


async def test_a_draft_that_was_changed_while_it_was_replayed_is_still_a_draft(api: Api) -> None:
    del api
    plan = await a_plan(*DRAFT)
    await simulating.simulate(by=a_user_id(), plan=plan.id, days=7)
    await planning.draft_plan(by=a_user_id(), plan=plan.id, tiers=tiers_with("80"), note="", client_id="x")
    assert await jobs.run_simulations() == 1
    assert await queries.status_of(await queries.plan(plan.id)) is PerkPlanStatus.DRAFT


async def test_a_replay_goes_on_where_its_last_batch_ended(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    del api
    monkeypatch.setattr(simulating, "BATCH", 2)
    ann = a_user_id()
    for _ in range(5):
        await bought(ann, 1_000)
    asked = await simulating.simulate(by=a_user_id(), plan=(await a_plan(*DRAFT)).id, days=7)
    progress = []
    while await jobs.run_simulations():
        row = await queries.simulation(asked.id)
        progress.append((row.status, row.orders_done, row.orders_total))
    assert progress == [
        (SimulationStatus.RUNNING, 2, 5), (SimulationStatus.RUNNING, 4, 5), (SimulationStatus.DONE, 5, 5),
    ]  # fmt: skip
    assert Result.from_json((await queries.simulation(asked.id)).found).cost_fen == 500


async def test_while_a_replay_waits_asking_again_gives_it_and_no_second_one(api: Api) -> None:
    del api
    plan = await a_plan(*DRAFT)
    asked = [await simulating.simulate(by=a_user_id(), plan=plan.id, days=7) for _ in range(2)]
    assert asked[0].id == asked[1].id
    other = await simulating.simulate(by=a_user_id(), plan=plan.id, days=8)
    assert other.id != asked[0].id


async def test_a_cancelled_replay_stays_cancelled_whatever_a_batch_still_finds(api: Api) -> None:
    del api
    asked = await simulating.simulate(by=a_user_id(), plan=(await a_plan(*DRAFT)).id, days=7)
    claimed = await simulating.claim()
    assert claimed is not None
    await simulating.cancel_simulation(by=a_user_id(), simulation=asked.id)
    await simulating.replay_batch(claimed)
    assert (await queries.simulation(asked.id)).status is SimulationStatus.CANCELLED
    assert await jobs.run_simulations() == 0
    again = await simulating.cancel_simulation(by=a_user_id(), simulation=asked.id)
    assert again.version == claimed.version + 1


async def test_a_worker_that_died_loses_its_lease_and_another_goes_on(api: Api) -> None:
    del api
    asked = await simulating.simulate(by=a_user_id(), plan=(await a_plan(*DRAFT)).id, days=7)
    assert await simulating.claim() is not None
    assert await jobs.run_simulations() == 0
    await clock.move(61)
    assert await jobs.run_simulations() == 1
    assert (await queries.simulation(asked.id)).status is SimulationStatus.DONE


async def test_a_replay_that_fails_three_times_in_a_row_has_failed(api: Api) -> None:
    del api
    await bought(a_user_id(), 1_000)
    asked = await simulating.simulate(by=a_user_id(), plan=(await a_plan(*DRAFT)).id, days=7)
    known = list(ports._saving)

    def broken(bought: Bought, tier: Tier) -> int:
        raise ZeroDivisionError(bought, tier)

    ports.register(broken)
    try:
        for _ in range(3):
            assert await jobs.run_simulations() == 1
    finally:
        ports.register(known[0])
    assert (await queries.simulation(asked.id)).status is SimulationStatus.FAILED
    assert await jobs.run_simulations() == 0


async def test_a_marketer_watches_a_replay_to_its_end(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulating, "BATCH", 1)
    may = await a_token(await staff(Role.MARKETER))
    for _ in range(2):
        await bought(a_user_id(), 1_000)
    plan = await a_plan(Tier("普通", 0, 0, (Perk(PerkKind.DISCOUNT, "90"),)), Tier("银卡", 1, 500))
    asked = await api("SimulatePerkPlan", {"planId": _public(plan), "days": 7}, token=may)
    simulation = asked["data"]["simulatePerkPlan"]
    assert (simulation["status"], simulation["progress"], simulation["result"]) == ("QUEUED", 0, None)
    frames: list[dict[str, Any]] = []
    stream = api.subscribe("PerkSimulationProgressed", {"id": simulation["id"]}, token=may)
    async with contextlib.aclosing(stream):
        for _ in range(3):
            frames.append((await asyncio.wait_for(anext(stream), 5))["data"]["perkSimulationProgressed"])
            await jobs.run_simulations()
        frames.append((await asyncio.wait_for(anext(stream), 5))["data"]["perkSimulationProgressed"])
        with pytest.raises(StopAsyncIteration):
            await asyncio.wait_for(anext(stream), 5)
    assert [each["status"] for each in frames] == ["QUEUED", "RUNNING", "RUNNING", "DONE"]
    assert [each["progress"] for each in frames] == [0, 0.5, 1, 1]
    assert frames[-1]["result"] == {
        "orders": 2,
        "cost": {"fen": 200},
        "baselineCost": {"fen": 0},
        "winners": 2,
        "losers": 0,
        "tiers": [
            {"name": "普通", "before": 2, "after": 2, "cost": {"fen": 200}},
            {"name": "银卡", "before": 0, "after": 0, "cost": {"fen": 0}},
            {"name": "金卡", "before": 0, "after": 0, "cost": {"fen": 0}},
            {"name": "黑金", "before": 0, "after": 0, "cost": {"fen": 0}},
        ],
        "conflicts": [{"perk": "会员折扣", "reason": "等级“银卡”的该权益低于下一级。"}],
    }


async def test_a_marketer_cancels_a_replay(api: Api) -> None:
    may = await a_token(await staff(Role.MARKETER))
    asked = await api("SimulatePerkPlan", {"planId": _public(await a_plan(*DRAFT)), "days": 7}, token=may)
    simulation = asked["data"]["simulatePerkPlan"]["id"]
    answer = await api("CancelPerkSimulation", {"id": simulation}, token=may)
    assert answer["data"]["cancelPerkSimulation"]["status"] == "CANCELLED"


async def test_following_a_replay_that_is_none_or_none_of_hers_is_refused(api: Api) -> None:
    may = await a_token(await staff(Role.MARKETER))
    host = await a_token(await staff(Role.HOST, username="host"))
    plan = _public(await a_plan(*DRAFT))
    for token, code in ((may, "NOT_FOUND"), (host, "FORBIDDEN"), (None, "UNAUTHENTICATED")):
        assert await api.refusal_to_follow("PerkSimulationProgressed", {"id": plan}, token=token) == code


def _public(plan: PerkPlan) -> str:
    return to_public("plan", plan.id)
