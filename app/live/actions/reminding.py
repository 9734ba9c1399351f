"""Who wants to be told when a room starts."""

from app.core import db
from app.core.ids import LiveRoomId, UserId, new_id
from app.live.actions.change import lock
from app.live.errors import RoomEnded
from app.live.models import Reminder
from app.live.states import OVER


@db.retried
async def remind(*, user: UserId, room: LiveRoomId, wanted: bool) -> None:
    """Ask to be told when the room starts, or no longer. A repeat changes nothing. TargetNotFound, RoomEnded.

    In a room that has started there is nothing left to be told.
    """
    async with db.transaction():
        # The lock, for a start tells those who stand here: whoever asks meanwhile is told too, or sees it live.
        locked = await lock(room)
        if not wanted:
            await Reminder.filter(room_id=room, user_id=user).delete()
            return
        if locked.status in OVER:
            raise RoomEnded
        await db.execute(
            "INSERT INTO live_reminders (id, room_id, user_id, created_at) VALUES ($1, $2, $3, $now) "
            "ON CONFLICT (room_id, user_id) DO NOTHING",
            new_id(), room, user,
        )  # fmt: skip
