"""Putting things on the desk, and taking them off."""

import json
from typing import Any
from uuid import UUID

from app.audit_log import actions as audit_log
from app.core import clock, db
from app.core.errors import Stale
from app.core.ids import UserId, new_id
from app.core.targets import Target
from app.desk.errors import DeskItemNotFound, EndsByItself
from app.desk.models import DeskItem, Matter


async def put(*, matter: Matter, subject: str, detail: dict[str, Any]) -> bool:
    """Open an item, in the running transaction. One that is open already for the same subject stays as it is: False."""
    async with db.transaction():
        # Asked first, and guarded by the index against who asks at the same time.
        if await DeskItem.filter(matter=matter, subject=subject, resolved_at=None).exists():
            return False
        opened = await db.execute(
            "INSERT INTO desk_items (id, matter, subject, detail, opened_at) VALUES ($1, $2, $3, $4, $5) "
            "ON CONFLICT DO NOTHING",
            new_id(), matter, subject, json.dumps(detail), await clock.now(),
        )  # fmt: skip
        return bool(opened)


async def resolve(*, matter: Matter, subject: str) -> int:
    """Take what is open for this subject off the desk; how many there were (0 or 1)."""
    return await DeskItem.filter(matter=matter, subject=subject, resolved_at=None).update(resolved_at=await clock.now())


@db.retried
async def take_off(*, by: UserId, item: UUID, resolution: str, expected_version: int) -> None:
    """Take an item off the desk: a person has done what it took, and says what.

    DeskItemNotFound, Stale; EndsByItself for a refund that fails, which stays until the money has arrived, and for a
    picture, which stays until somebody has said whether it may be shown.
    """
    async with db.transaction():
        found = await DeskItem.get_or_none(id=item)
        if found is None:
            raise DeskItemNotFound
        if found.matter in {Matter.REFUND_FAILED, Matter.PICTURE_TO_REVIEW}:
            raise EndsByItself
        # Whoever was faster, a person or the thing itself, has taken it off.
        taken = await DeskItem.filter(id=item, resolved_at=None, version=expected_version).update(
            resolved_at=await clock.now(), resolution=resolution, version=expected_version + 1
        )
        if not taken:
            raise Stale
        detail = {"matter": found.matter, "subject": found.subject}
        await audit_log.note(by=by, verb="desk.resolve", target=Target("desk", item), detail=detail, reason=resolution)
