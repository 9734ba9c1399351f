"""Putting things on the desk, and taking them off."""

import json
from typing import Any

from app.core import clock, db
from app.core.ids import new_id
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
