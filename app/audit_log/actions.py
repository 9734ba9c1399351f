"""Writing the log."""

import json
from collections.abc import Mapping
from typing import Any

from app.core import clock, db
from app.core.ids import UserId, new_id
from app.core.targets import Target


async def note(
    *,
    by: UserId | None,
    verb: str,
    target: Target | None = None,
    detail: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> None:
    """Note what a member of staff does, in the transaction that does it; `by` is None for the command line.

    `verb` is the thing and what was done to it, such as `deal.pause`. `detail` is JSON: what changed, from what to
    what; ids and amounts, no passwords and no phones. `reason` is what she wrote, 500 characters at most.
    """
    if not db.in_transaction():
        raise RuntimeError("what staff do is noted in the transaction that does it")
    await db.execute(
        "INSERT INTO audit_log (id, by_id, verb, target_kind, target_id, detail, reason, noted_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        new_id(), by, verb, target and target.kind, target and target.id,
        json.dumps(dict(detail or {}), default=str, ensure_ascii=False), reason, await clock.now(),
    )  # fmt: skip
