"""Perk plans: dated versions whose content never changes, in force by the clock alone."""

import asyncio
from datetime import datetime, timedelta

import pytest

from app.audit_log.models import AuditEntry
from app.core import clock
from app.core.errors import NotDraft, TargetNotFound
from app.core.ids import PerkPlanId, UserId, new_id
from app.core.settings import settings
from app.membership import queries
from app.membership.actions import planning
from app.membership.errors import PlanConflict, PlanNotSimulated
from app.membership.jobs import look_at_members
from app.membership.models import Membership, PerkPlan
from app.membership.rules import plans
from app.membership.rules.perks import Perk
from app.membership.rules.plans import HOUSE_PLAN, Tier
from app.membership.states import PerkKind, PerkPlanStatus
from tests.conftest import ON_POSTGRES
from tests.factories.membership import settled, tiers_with
from tests.factories.notifications import a_user_id
from tests.factories.rows import everything

pytestmark = pytest.mark.usefixtures("database")

#: The least that both databases tell apart.
_TICK = timedelta(microseconds=1)


async def drafts(percent: str, *, by: UserId | None = None, plan: PerkPlanId | None = None) -> PerkPlan:
    return await planning.draft_plan(
        by=by or a_user_id(), plan=plan, tiers=tiers_with(percent), note="", client_id=str(new_id())
    )


async def begins(row: PerkPlan, at: datetime | None = None) -> PerkPlan:
    return await planning.activate_plan(by=a_user_id(), plan=row.id, at=at)


async def percent_at(user: UserId, moment: datetime | None = None) -> int:
    return (await queries.standing(user, moment)).percent


async def test_a_scheduled_plan_is_in_force_exactly_from_its_moment_on() -> None:
    ann = a_user_id()
    moment = await clock.now() + timedelta(hours=3)
    await begins(await drafts("90"), moment)
    around = (moment - _TICK, moment, moment + _TICK)
    assert [await percent_at(ann, at) for at in around] == [100, 90, 90]
    assert await percent_at(ann) == 100
    await clock.move(3 * 3600 + 1)
    assert await percent_at(ann) == 90


async def test_a_roll_back_is_in_force_at_once_with_the_old_content_as_a_new_version() -> None:
    ann = a_user_id()
    first = await begins(await drafts("90"))
    await begins(await drafts("80"))
    assert await percent_at(ann) == 80
    back = await planning.roll_back(by=a_user_id(), to_version=first.version, reason="too dear")
    assert await percent_at(ann) == 90
    assert (back.version, back.copy_of, back.reason) == (4, first.version, "too dear")
    assert await queries.status_of(await queries.plan(first.id)) is PerkPlanStatus.SUPERSEDED
    assert await queries.status_of(back) is PerkPlanStatus.ACTIVE


async def test_a_roll_back_that_is_repeated_makes_no_second_version() -> None:
    await begins(await drafts("90"))
    once = await planning.roll_back(by=a_user_id(), to_version=1, reason="wrong")
    again = await planning.roll_back(by=a_user_id(), to_version=1, reason="wrong")
    assert again.id == once.id
    assert (await queries.in_force()).plan.tiers == HOUSE_PLAN.tiers


async def test_going_back_to_what_is_in_force_makes_no_version() -> None:
    begun = await begins(await drafts("90"))
    before = await everything()
    assert (await planning.roll_back(by=a_user_id(), to_version=begun.version, reason="sure?")).id == begun.id
    assert await everything() == before


async def test_a_roll_back_leaves_later_plans_on_the_calendar() -> None:
    ann = a_user_id()
    later = await clock.now() + timedelta(days=1)
    await begins(await drafts("90"))
    await begins(await drafts("70"), later)
    await planning.roll_back(by=a_user_id(), to_version=1, reason="wrong")
    assert await percent_at(ann) == 100
    assert await percent_at(ann, later) == 70


async def test_there_is_no_going_back_to_what_was_never_in_force() -> None:
    draft = await drafts("90")
    scheduled = await begins(await drafts("80"), await clock.now() + timedelta(days=1))
    before = await everything()
    for version in (draft.version, scheduled.version, 99, 0, -1):
        with pytest.raises(TargetNotFound):
            await planning.roll_back(by=a_user_id(), to_version=version, reason="wrong")
    assert await everything() == before


async def test_nothing_changes_in_a_plan_that_is_scheduled() -> None:
    row = await begins(await drafts("90"), await clock.now() + timedelta(days=1))
    before = await everything()
    with pytest.raises(NotDraft):
        await drafts("80", plan=row.id)
    with pytest.raises(NotDraft):
        await begins(row)
    assert await everything() == before


async def test_a_plan_that_has_not_begun_can_be_withdrawn_and_one_that_has_cannot() -> None:
    later = await begins(await drafts("90"), await clock.now() + timedelta(days=1))
    row = await planning.withdraw_plan(by=a_user_id(), plan=later.id)
    assert await queries.status_of(row) is PerkPlanStatus.DRAFT
    assert await percent_at(a_user_id(), await clock.now() + timedelta(days=2)) == 100
    withdrawn = await everything()
    await planning.withdraw_plan(by=a_user_id(), plan=row.id)
    assert await everything() == withdrawn
    await begins(row)
    before = await everything()
    with pytest.raises(NotDraft):
        await planning.withdraw_plan(by=a_user_id(), plan=row.id)
    assert await everything() == before


async def test_two_plans_cannot_begin_at_the_same_moment() -> None:
    moment = await clock.now() + timedelta(days=1)
    first = await begins(await drafts("90"), moment)
    second = await drafts("80")
    before = await everything()
    with pytest.raises(PlanConflict) as refused:
        await begins(second, moment)
    assert refused.value.conflicts[0].values == {"version": first.version}
    assert await everything() == before


async def test_a_tier_cannot_have_a_perk_twice() -> None:
    twice = (Perk(PerkKind.DISCOUNT, "95"), Perk(PerkKind.DISCOUNT, "90"))
    with pytest.raises(PlanConflict) as refused:
        await planning.draft_plan(
            by=a_user_id(), plan=None, tiers=[Tier("普通", 0, 0, twice)], note="", client_id="one"
        )
    assert [(each.kind, each.reason) for each in refused.value.conflicts] == [(PerkKind.DISCOUNT, plans.TWICE)]
    assert await PerkPlan.all().count() == 0


async def test_the_same_client_id_gives_the_same_draft() -> None:
    may = a_user_id()
    rows = [
        await planning.draft_plan(by=may, plan=None, tiers=tiers_with("90"), note="", client_id="one") for _ in range(2)
    ]
    assert rows[0].id == rows[1].id
    assert await PerkPlan.all().count() == 1


async def test_where_the_shop_demands_it_a_plan_is_simulated_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "perk_plans_need_simulation", True)
    row = await drafts("90")
    with pytest.raises(PlanNotSimulated):
        await begins(row)
    await PerkPlan.filter(id=row.id).update(simulated_at=await clock.now())
    await begins(row)
    assert await percent_at(a_user_id()) == 90


async def test_a_draft_that_is_written_anew_has_not_been_simulated() -> None:
    row = await drafts("90")
    await PerkPlan.filter(id=row.id).update(simulated_at=await clock.now())
    assert await queries.status_of(await queries.plan(row.id)) is PerkPlanStatus.SIMULATED
    await drafts("80", plan=row.id)
    assert await queries.status_of(await queries.plan(row.id)) is PerkPlanStatus.DRAFT


async def test_every_verb_leaves_who_did_what() -> None:
    may = a_user_id()
    row = await drafts("90", by=may)
    await drafts("80", by=may, plan=row.id)
    await planning.activate_plan(by=may, plan=row.id, at=await clock.now() + timedelta(days=1))
    await planning.withdraw_plan(by=may, plan=row.id)
    await planning.roll_back(by=may, to_version=1, reason="wrong")
    entries = await AuditEntry.filter(by_id=may).order_by("noted_at", "id")
    assert [each.verb.partition(".")[2] for each in entries] == [
        "draft", "redraft", "activate", "withdraw", "roll_back",
    ]  # fmt: skip
    assert entries[1].detail["before"]["tiers"] == plans.to_json(tiers_with("90"))
    assert entries[4].reason == "wrong"


async def test_members_are_looked_at_anew_when_another_plan_is_in_force() -> None:
    ann = a_user_id()
    await settled(ann, 600)
    assert await look_at_members() == 0
    row = await planning.draft_plan(
        by=a_user_id(), plan=None, tiers=[Tier("普通", 0, 0), Tier("钻石", 1, 700)], note="", client_id="one"
    )
    await begins(row)
    assert await look_at_members() == 1
    assert (await Membership.get(user_id=ann)).rank == 0
    assert await look_at_members() == 0


async def test_members_are_looked_at_when_their_growth_has_gone() -> None:
    ann = a_user_id()
    await settled(ann, 600)
    await clock.move(395 * 86_400 - 60)
    assert await look_at_members() == 0
    await clock.move(120)
    assert await look_at_members() == 1
    assert (await Membership.get(user_id=ann)).rank == 0
    assert await look_at_members() == 0


def test_a_tier_that_gives_less_than_the_one_below_is_odd() -> None:
    odd = plans.oddities(
        (
            Tier("a", 0, 0, (Perk(PerkKind.DISCOUNT, "90"), Perk(PerkKind.FREE_SHIPPING))),
            Tier("b", 1, 10, (Perk(PerkKind.DISCOUNT, "95"),)),
        )
    )
    assert [(each.kind, each.values) for each in odd] == [
        (PerkKind.DISCOUNT, {"tier": "b"}),
        (PerkKind.FREE_SHIPPING, {"tier": "b"}),
    ]
    assert plans.oddities(HOUSE_PLAN.tiers) == []


@pytest.mark.skipif(not ON_POSTGRES, reason="SQLite has one writer")
async def test_drafts_written_at_once_get_versions_of_their_own() -> None:
    rows = await asyncio.gather(*[drafts("90") for _ in range(6)])
    assert sorted(each.version for each in rows) == [2, 3, 4, 5, 6, 7]


@pytest.mark.skipif(not ON_POSTGRES, reason="SQLite has one writer")
async def test_of_plans_scheduled_at_once_for_one_moment_one_is() -> None:
    moment = await clock.now() + timedelta(days=1)
    rows = [await drafts("90") for _ in range(4)]
    outcomes = await asyncio.gather(*[begins(each, moment) for each in rows], return_exceptions=True)
    assert sorted(type(each).__name__ for each in outcomes) == ["PerkPlan", *["PlanConflict"] * 3]
