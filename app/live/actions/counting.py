"""Likes and watchers: each counted where it happens, and told to the room as a total now and then."""

from uuid import UUID

from app.core import clock, db
from app.core.errors import IdempotencyKeyReused, TargetNotFound
from app.core.ids import LiveRoomId, UserId, new_id
from app.live import queries, rules
from app.live.actions.change import lock, tell, write
from app.live.errors import RoomNotLive
from app.live.models import LikeBatch
from app.live.states import ON_AIR, LiveEventKind

#: Rows that a room's likes are spread over.
PARTS = 16


@db.retried
async def like(*, user: UserId, room: LiveRoomId, taps: int, batch_id: str) -> int:
    """Count taps once per batch id; the room's total. TargetNotFound, RoomNotLive, IdempotencyKeyReused."""
    async with db.transaction():
        if not await _is_first(user, room, taps, batch_id):
            return await queries.likes(room)
        found = await queries.room(room)
        if found is None:
            raise TargetNotFound
        if found.status not in ON_AIR:
            raise RoomNotLive
        await db.execute(_COUNT, new_id(), room, user.int % PARTS, taps)
        return await queries.likes(room)


async def _is_first(user: UserId, room: LiveRoomId, taps: int, batch_id: str) -> bool:
    # A repeat waits at the unique index until the first has committed, and then finds it.
    written = await db.value(
        UUID,
        "INSERT INTO live_like_batches (id, room_id, user_id, batch_id, taps, created_at) "
        "VALUES ($1, $2, $3, $4, $5, $now) ON CONFLICT (room_id, user_id, batch_id) DO NOTHING RETURNING id",
        new_id(), room, user, batch_id, taps,
    )  # fmt: skip
    if written is not None:
        return True
    if (await LikeBatch.get(room_id=room, user_id=user, batch_id=batch_id)).taps != taps:
        raise IdempotencyKeyReused
    return False


_COUNT = """
INSERT INTO live_like_counters (id, room_id, part, total) VALUES ($1, $2, $3, $4)
ON CONFLICT (room_id, part) DO UPDATE SET total = live_like_counters.total + $4
"""


@db.retried
async def tell_counts(room: LiveRoomId) -> bool:
    """Tell a room its likes and its watchers where they have changed; whether there was anything to tell."""
    async with db.transaction():
        locked = await lock(room)
        now = await clock.now()
        if locked.counted_at is not None and now < locked.counted_at + rules.COUNT_PAUSE:
            return False
        likes = await queries.likes(room)
        watching = await queries.sockets(room) if locked.status in ON_AIR else locked.watching
        changed = (likes, watching) != (locked.like_total, locked.watching)
        if likes != locked.like_total:
            await tell(locked, LiveEventKind.LIKES, total=likes)
        if watching != locked.watching:
            await tell(locked, LiveEventKind.WATCHING, watching=watching)
        await write(locked, like_total=likes, watching=watching, counted_at=now)
        return changed
