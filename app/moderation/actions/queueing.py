"""Into the queue: what a check doubts, and what people report."""

import json
from collections.abc import Sequence
from uuid import UUID

from app.core import clock, db
from app.core.errors import TargetNotFound
from app.core.ids import UserId, new_id
from app.core.targets import Target
from app.moderation import ports, rules
from app.moderation.models import ModerationItem
from app.moderation.states import ItemStatus, ReportReason, Why


async def put_in_queue(*, target: Target, author: UserId, why: Sequence[Why], text: str) -> UUID:
    """Have a person look at a thing, in the running transaction; the item.

    Where the thing waits already, the reasons are added and the text is what it is now.
    """
    if not db.in_transaction():
        raise RuntimeError("a thing is queued in the transaction that writes it")
    item = await _open_item(target, author, text)
    added = [*item.why, *[each for each in why if each not in item.why]]
    await ModerationItem.filter(id=item.id).update(why=added, text=text, version=item.version + 1)
    return item.id


@db.retried
async def report(*, reporter: UserId, target: Target, reason: ReportReason, note: str | None) -> UUID:
    """Object to a thing: it comes into the queue. TargetNotFound, TextTooLong.

    A repeat while the thing waits gives the same report and leaves it as it is.
    """
    note = rules.fit(note or "", longest=rules.LONGEST_REPORT_NOTE) or None
    async with db.transaction():
        if not ports.is_moderated(target.kind):
            raise TargetNotFound
        room = ports.of(target.kind)
        thing = await room.shown(target.id)
        if thing is None or not await room.may_be_reported(target.id):
            raise TargetNotFound
        item = await _open_item(target, thing.author, thing.text)
        # The item's row is locked: what this person has reported before is seen by all who come at the same time.
        known = await db.value(
            UUID, "SELECT id FROM reports WHERE item_id = $1 AND reporter_id = $2", item.id, reporter
        )
        if known is not None:
            return known
        made = new_id()
        await db.execute(
            "INSERT INTO reports (id, item_id, reporter_id, target_kind, target_id, reason, note, created_at) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            made, item.id, reporter, target.kind, target.id, reason, note, await clock.now(),
        )  # fmt: skip
        is_first = Why.REPORTED not in item.why
        why = [*item.why, Why.REPORTED] if is_first else item.why
        # The first objection is a reason that nobody has looked at. Those that follow leave the version: what many
        # object to at once could be decided on by nobody.
        await ModerationItem.filter(id=item.id).update(
            why=why, reports=item.reports + 1, version=item.version + is_first
        )
        return made


async def _open_item(target: Target, author: UserId, text: str) -> ModerationItem:
    """The open item of a thing, made where there is none, its row locked until the transaction ends."""
    while True:
        # DO NOTHING returns only after whoever makes the same item has committed or rolled back.
        await db.execute(
            "INSERT INTO moderation_items "
            "(id, target_kind, target_id, author_id, why, text, reports, status, opened_at, version) "
            "VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, 0) ON CONFLICT DO NOTHING",
            new_id(), target.kind, target.id, author, json.dumps([]), text, ItemStatus.OPEN, await clock.now(),
        )  # fmt: skip
        found = await db.value(UUID, _LOCK_OPEN, target.kind, target.id)
        if found is not None:
            return await ModerationItem.get(id=found)
        # Decided between the two statements: what comes now is a new item.


_LOCK_OPEN = """
SELECT id FROM moderation_items WHERE target_kind = $1 AND target_id = $2 AND status = 'OPEN' FOR UPDATE
"""
