"""Marketers draft plans, put them in force now or later, and go back. Every verb leaves its entry in the audit log.

Nothing has to happen at the moment at which a plan begins: which one is in force follows from the clock.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from tortoise.exceptions import IntegrityError

from app.audit_log import actions as audit_log
from app.core import clock, db
from app.core.errors import NotDraft, Stale, TargetNotFound
from app.core.ids import PerkPlanId, UserId, new_id
from app.core.settings import settings
from app.core.targets import Target
from app.membership import queries
from app.membership.errors import PlanConflict, PlanNotSimulated
from app.membership.models import PerkPlan
from app.membership.rules import plans
from app.membership.rules.plans import Tier


@db.retried
async def draft_plan(
    *,
    by: UserId,
    plan: PerkPlanId | None,
    tiers: Sequence[Tier],
    note: str,
    client_id: str,
    expected_revision: int | None = None,
) -> PerkPlan:
    """Write a draft, or write one anew; what is in force stays as it is. The same client id gives the same draft.

    A draft that is written anew has not been simulated. Raises TargetNotFound, NotDraft, PlanConflict, and Stale where
    it is not any more what whoever writes it anew has seen.
    """
    if conflicts := plans.doubles(tiers):
        raise PlanConflict(conflicts)
    async with db.transaction():
        if plan is not None:
            return await _redraft(by, await _lock_draft(plan, expected_revision), tiers, note)
        earlier = await PerkPlan.get_or_none(author_id=by, client_id=client_id)
        if earlier is not None:
            return earlier
        made = await _new_version(by=by, tiers=tiers, note=note, client_id=client_id)
        await audit_log.note(by=by, verb="perk_plan.draft", target=_target(made), detail={"version": made.version})
        return made


async def _redraft(by: UserId, row: PerkPlan, tiers: Sequence[Tier], note: str) -> PerkPlan:
    before = {"tiers": row.tiers, "note": row.note}
    row.tiers, row.note = plans.to_json(tiers), note
    if row.tiers != before["tiers"]:
        row.simulated_at = None
    row.changed_at = await clock.now()
    row.revision += 1
    await row.save()
    await audit_log.note(by=by, verb="perk_plan.redraft", target=_target(row), detail={"before": before})
    return row


@db.retried
async def activate_plan(
    *, by: UserId, plan: PerkPlanId, at: datetime | None, expected_revision: int | None = None
) -> PerkPlan:
    """Put a draft in force at this moment, which lies ahead, or at once. From then on it never changes.

    Raises TargetNotFound, NotDraft, Stale where it is not any more what was seen, PlanNotSimulated, PlanConflict where
    another begins at the same moment.
    """
    async with db.transaction():
        row = await _lock_draft(plan, expected_revision)
        if settings().perk_plans_need_simulation and row.simulated_at is None:
            raise PlanNotSimulated
        await _begin(row, by=by, at=at)
        await audit_log.note(
            by=by, verb="perk_plan.activate", target=_target(row),
            detail={"version": row.version, "from": row.active_from},
        )  # fmt: skip
        return row


@db.retried
async def withdraw_plan(*, by: UserId, plan: PerkPlanId, expected_revision: int | None = None) -> PerkPlan:
    """Take a plan that has not begun yet off the calendar: it is a draft again. A repeat changes nothing.

    Raises TargetNotFound, NotDraft for one that has begun, and Stale where it is not any more what was seen.
    """
    async with db.transaction():
        row = await _lock(plan)
        if row.active_from is None:
            return row
        if row.active_from <= await clock.now():
            raise NotDraft
        _refuse_stale(row, expected_revision)
        was_due = row.active_from
        row.active_from = row.decided_by = None
        row.revision += 1
        await row.save()
        await audit_log.note(by=by, verb="perk_plan.withdraw", target=_target(row), detail={"from": was_due})
        return row


@db.retried
async def roll_back(*, by: UserId, to_version: int, reason: str) -> PerkPlan:
    """Put the content of an older version in force at once, as a new version.

    Where that content is what is in force, nothing is made: a repeat gives the same version. Plans that are
    scheduled stay so. Raises TargetNotFound, also for a draft: what was never in force is nothing to go back to.
    """
    async with db.transaction():
        await _one_at_a_time()
        tiers = await _content_once_in_force(to_version)
        now_in_force = await PerkPlan.filter(active_from__lte=await clock.now()).order_by("-active_from").first()
        if now_in_force is not None and to_version in {now_in_force.version, now_in_force.copy_of}:
            return now_in_force
        made = await _new_version(by=by, tiers=tiers, note="", client_id=f"roll-back:{new_id()}", copy_of=to_version)
        made.reason = reason
        await _begin(made, by=by, at=None)
        await audit_log.note(
            by=by, verb="perk_plan.roll_back", target=_target(made),
            detail={"version": made.version, "to": to_version}, reason=reason,
        )  # fmt: skip
        return made


async def _content_once_in_force(version: int) -> Sequence[Tier]:
    if version == plans.HOUSE_PLAN.version:
        return plans.HOUSE_PLAN.tiers
    row = await PerkPlan.get_or_none(version=version)
    if row is None or row.active_from is None or row.active_from > await clock.now():
        raise TargetNotFound
    return row.content.tiers


async def _begin(row: PerkPlan, *, by: UserId, at: datetime | None) -> None:
    now = await clock.now()
    row.active_from, row.decided_by, row.revision = at or now, by, row.revision + 1
    try:
        async with db.savepoint():
            await row.save()
    except IntegrityError as error:
        # The index on the moment: of two that would begin together neither could be said to be in force.
        other = await PerkPlan.get_or_none(active_from=row.active_from)
        raise PlanConflict(
            [plans.Conflict(None, plans.SAME_MOMENT, {"version": other.version if other else "?"})]
        ) from error


async def _new_version(
    *, by: UserId, tiers: Sequence[Tier], note: str, client_id: str, copy_of: int | None = None
) -> PerkPlan:
    await _one_at_a_time()
    newest = await PerkPlan.all().order_by("-version").first()
    now = await clock.now()
    return await PerkPlan.create(
        version=(newest.version if newest else plans.HOUSE_PLAN.version) + 1,
        tiers=plans.to_json(tiers),
        note=note,
        author_id=by,
        client_id=client_id,
        created_at=now,
        changed_at=now,
        copy_of=copy_of,
    )


async def _one_at_a_time() -> None:
    """Let versions be numbered one after another; marketers are few, and seldom hurried."""
    if db.is_postgres():
        await db.rows(str, "SELECT CAST(pg_advisory_xact_lock(hashtext('perk_plans')) AS text) AS locked")


async def _lock(plan: UUID) -> PerkPlan:
    await db.rows(str, "SELECT id FROM perk_plans WHERE id = $1 FOR UPDATE", plan)
    return await queries.plan(plan)


async def _lock_draft(plan: UUID, expected_revision: int | None) -> PerkPlan:
    row = await _lock(plan)
    if row.active_from is not None:
        raise NotDraft
    _refuse_stale(row, expected_revision)
    return row


def _refuse_stale(row: PerkPlan, expected_revision: int | None) -> None:
    if expected_revision not in {None, row.revision}:
        raise Stale


def _target(row: PerkPlan) -> Target:
    return Target("plan", row.id)
