"""Changing a room's row, and telling the room: the lock, the version, the next number of its event stream."""

from typing import Any

from app.core import clock, db, streams
from app.core.errors import Stale, TargetNotFound
from app.core.ids import LiveRoomId
from app.core.targets import Target
from app.live import rules
from app.live.models import LiveEvent, LiveRoom
from app.live.states import LiveEventKind, Move

#: The kind of rooms' streams on the bus; a stream's head is the newest event's number.
STREAM = "live"
#: The kind of rooms' public ids.
KIND = "live"


async def lock(room: LiveRoomId, *, expected_version: int | None = None) -> LiveRoom:
    """A room, its row locked until the transaction ends. TargetNotFound; Stale where another version was expected."""
    await db.rows(str, "SELECT id FROM live_rooms WHERE id = $1 FOR NO KEY UPDATE", room)
    found = await LiveRoom.get_or_none(id=room)
    if found is None:
        raise TargetNotFound
    if expected_version is not None and found.version != expected_version:
        raise Stale
    return found


async def change(room: LiveRoom, **changes: Any) -> None:
    """Write what staff changed in a locked room, as its next version."""
    await write(room, version=room.version + 1, **changes)


async def write(room: LiveRoom, **changes: Any) -> None:
    """Write changes to a locked room's row."""
    room.update_from_dict(changes)
    await room.save(update_fields=list(changes))


async def move(room: LiveRoom, how: Move, **changes: Any) -> bool:
    """Bring a locked room where a move leads, with these changes beside; False where that changes nothing."""
    to = rules.moved(room.position, how)
    if to == room.position:
        return False
    await change(room, status=to.status, paused_by=to.paused_by, **changes)
    return True


async def tell(room: LiveRoom, kind: LiveEventKind, **payload: Any) -> int:
    """Add an event to a locked room's stream and wake whoever follows it after the commit; the event's number."""
    seq: int = room.head + 1
    await LiveEvent.create(room_id=room.id, seq=seq, kind=kind, payload=payload, created_at=await clock.now())
    await write(room, head=seq)
    streams.announce(STREAM, room.id, seq)
    return seq


def target(room: LiveRoomId) -> Target:
    """How others point at a room."""
    return Target(KIND, room)
