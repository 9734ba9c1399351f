"""What people decide: on things in the queue, and on the authors' appeals."""

from uuid import UUID

from app.audit_log import actions as audit_log
from app.core import clock, db, outbox
from app.core.errors import Stale, TargetNotFound
from app.core.ids import UserId, new_id
from app.moderation import ports, rules
from app.moderation.facts import AppealDecided, ModerationDecided
from app.moderation.models import Appeal, ModerationItem, Report
from app.moderation.states import AppealStatus, Decision, ItemStatus

_STATUS = {Decision.APPROVE: ItemStatus.APPROVED, Decision.REMOVE: ItemStatus.REMOVED}


@db.retried
async def claim(*, by: UserId, item: UUID, expected_version: int) -> None:
    """Take an item to look at: for some minutes others see that it is taken. TargetNotFound, Stale.

    It keeps nobody from deciding; the version does that, and a claim does not change it.
    """
    async with db.transaction():
        found = await _locked(item)
        now = await clock.now()
        taken = found.claimed_by not in {None, by} and found.claimed_until is not None and found.claimed_until > now
        if taken or found.version != expected_version or found.status is not ItemStatus.OPEN:
            raise Stale
        await ModerationItem.filter(id=item).update(claimed_by=by, claimed_until=now + rules.CLAIM)
        await audit_log.note(by=by, verb="moderation.claim", target=found.target, detail={"item": str(item)})


@db.retried
async def decide(*, by: UserId, item: UUID, expected_version: int, decision: Decision, reason: str) -> None:
    """Decide on a thing: APPROVE or REMOVE, with what the author is told.

    TargetNotFound; Stale where it was decided, changed or reported for the first time since it was looked at;
    SecondPersonNeeded for what one wrote oneself.
    """
    async with db.transaction():
        found = await _locked(item)
        if found.version != expected_version or found.status is not ItemStatus.OPEN:
            raise Stale
        rules.refuse_same_person(by, found.author_id)
        now = await clock.now()
        await ModerationItem.filter(id=item).update(
            status=_STATUS[decision], decided_by=by, decided_at=now, reason=reason, version=found.version + 1
        )
        await Report.filter(item_id=item, closed_at=None).update(closed_at=now)
        await _tell(found, decision, reason)
        await outbox.record(
            ModerationDecided(item=item, target=found.target, author=found.author_id, decision=decision, reason=reason)
        )
        await audit_log.note(
            by=by,
            verb="moderation.decide",
            target=found.target,
            detail={"item": str(item), "decision": decision, "why": found.why, "reports": found.reports},
            reason=reason,
        )


@db.retried
async def appeal(*, author: UserId, item: UUID, text: str) -> UUID:
    """Say that a removal was wrong; once per removal, a repeat gives the same appeal. TargetNotFound, TextTooLong."""
    text = rules.fit(text, longest=rules.LONGEST_APPEAL)
    async with db.transaction():
        found = await _locked(item)
        known = await Appeal.get_or_none(item_id=item)
        if found.author_id != author or (known is None and found.status is not ItemStatus.REMOVED):
            raise TargetNotFound
        if known is not None:
            return known.id
        made = await Appeal.create(id=new_id(), item_id=item, text=text, created_at=await clock.now())
        return made.id


@db.retried
async def decide_appeal(*, by: UserId, appeal: UUID, expected_version: int, status: AppealStatus, reason: str) -> None:
    """Let a removal stand (UPHELD) or bring the thing back (OVERTURNED).

    TargetNotFound; Stale; SecondPersonNeeded for the author, and for who removed it.
    """
    async with db.transaction():
        locked = await db.value(UUID, "SELECT item_id FROM appeals WHERE id = $1 FOR UPDATE", appeal)
        if locked is None:
            raise TargetNotFound
        asked = await Appeal.get(id=appeal)
        if asked.version != expected_version or asked.status is not AppealStatus.OPEN:
            raise Stale
        item = await _locked(asked.item_id)
        rules.refuse_same_person(by, item.author_id, item.decided_by)
        await Appeal.filter(id=appeal).update(
            status=status, decided_by=by, decided_at=await clock.now(), reason=reason, version=asked.version + 1
        )
        if status is AppealStatus.OVERTURNED:
            await ModerationItem.filter(id=item.id).update(status=ItemStatus.RESTORED, version=item.version + 1)
            await _tell(item, Decision.RESTORE, reason)
        await outbox.record(
            AppealDecided(item=item.id, target=item.target, author=item.author_id, status=status, reason=reason)
        )
        await audit_log.note(
            by=by,
            verb="moderation.decide_appeal",
            target=item.target,
            detail={"appeal": str(appeal), "status": status, "removed_by": str(item.decided_by)},
            reason=reason,
        )


async def _tell(item: ModerationItem, decision: Decision, reason: str) -> None:
    if ports.is_moderated(item.target_kind):
        await ports.of(item.target_kind).decided(item.target_id, decision, reason)


async def _locked(item: UUID) -> ModerationItem:
    found = await db.value(UUID, "SELECT id FROM moderation_items WHERE id = $1 FOR UPDATE", item)
    if found is None:
        raise TargetNotFound
    return await ModerationItem.get(id=item)
