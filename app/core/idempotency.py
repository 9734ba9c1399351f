"""Idempotency keys: a phone repeats what it did not hear the answer to.

A key is scoped to (user, mutation) and kept for 7 days. The first success stores the ids of what it made; a
repeat with the same input gets those ids again and makes nothing. Refusals are not stored, because raising
one rolls the key back too.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from app.core import clock, db
from app.core.errors import IdempotencyKeyReused
from app.core.ids import UserId, new_id
from app.core.models import IdempotencyKey

KEPT = timedelta(days=7)


async def earlier_result(*, user: UserId, mutation: str, key: str, given: Mapping[str, Any]) -> dict[str, Any] | None:
    """What this key has made before; None if it is new, and then it is the caller's to fill.

    Call it first in the transaction. A second call with the same key waits here until the first has
    committed or rolled back. Raises IdempotencyKeyReused where the key was used with other input.
    """
    digest = _digest(given)
    # The unique index is what two calls at once queue behind; DO NOTHING returns only after the other's end.
    fresh = await db.execute(
        "INSERT INTO idempotency_keys (id, user_id, mutation, key, input_digest, result, created_at) "
        "VALUES ($1, $2, $3, $4, $5, '{}', $6) ON CONFLICT (user_id, mutation, key) DO NOTHING",
        new_id(), user, mutation, key, digest, await clock.now(),
    )  # fmt: skip
    if fresh:
        return None
    known = await IdempotencyKey.get(user_id=user, mutation=mutation, key=key)
    if known.input_digest != digest:
        raise IdempotencyKeyReused
    return known.result


async def keep_result(*, user: UserId, mutation: str, key: str, result: Mapping[str, UUID | str]) -> None:
    """Store the ids of what the key has made, in the same transaction that made it."""
    await IdempotencyKey.filter(user_id=user, mutation=mutation, key=key).update(
        result={name: str(each) for name, each in result.items()}
    )


async def remember(*, user: UserId, mutation: str, key: str, given: Mapping[str, Any]) -> None:
    """Remember a key for what may be repeated anyway: only other input under it is refused (IdempotencyKeyReused)."""
    async with db.transaction():
        await earlier_result(user=user, mutation=mutation, key=key, given=given)


async def forget_old() -> int:
    """Delete the keys that are older than they are kept; how many."""
    deadline = await clock.now() - KEPT
    return await db.execute("DELETE FROM idempotency_keys WHERE created_at < $1", deadline)


def _digest(given: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(given, sort_keys=True, default=str).encode()).hexdigest()
