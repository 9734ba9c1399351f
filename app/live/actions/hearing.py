"""What the video vendor tells. It may come late, twice and out of order, so only what is newer changes anything."""

from app.core import clock, db
from app.core.errors import TargetNotFound
from app.core.ids import LiveRoomId
from app.live.actions.change import change, lock, move, tell, write
from app.live.models import LiveRoom
from app.live.states import LiveEventKind, LiveStatus, Move

#: The vendor's clock may be ahead of ours by so many seconds; what claims to be later would silence what follows.
_AHEAD_S = 60


@db.retried
async def stream_lost(room: LiveRoomId, *, session: str, told_at: int) -> None:
    """The stream broke off: a live room pauses. The end of an older push than the present one changes nothing."""
    async with db.transaction():
        locked = await _lock_for_news(room, told_at)
        if locked is None or (locked.stream_session and session and locked.stream_session != session):
            return
        await write(locked, stream_told_at=told_at)
        if await move(locked, Move.STREAM_LOST, paused_at=await clock.now()):
            await tell(locked, LiveEventKind.PAUSED)


@db.retried
async def stream_back(room: LiveRoomId, *, session: str, told_at: int) -> None:
    """The stream is there: a room that paused for its loss goes on.

    The vendor tells whole seconds, so a camera that comes back at once begins its push in the second in which the
    older one ended.
    """
    async with db.transaction():
        locked = await _lock_for_news(room, told_at, session=session)
        if locked is None:
            return
        await write(locked, stream_told_at=told_at, stream_session=session or None)
        if await move(locked, Move.STREAM_BACK, paused_at=None):
            await tell(locked, LiveEventKind.STARTED)


@db.retried
async def recorded(room: LiveRoomId, *, url: str) -> None:
    """There is a recording: an ended room can be seen again. Only the first one counts."""
    async with db.transaction():
        try:
            locked = await lock(room)
        except TargetNotFound:
            return
        if locked.replay_url or not url.startswith("https://") or locked.started_at is None:
            return
        await change(locked, replay_url=url)
        if locked.status is LiveStatus.ENDED:
            await move(locked, Move.RECORDED)


async def _lock_for_news(room: LiveRoomId, told_at: int, *, session: str = "") -> LiveRoom | None:
    """The room, locked, if it is there and this is newer than what the vendor told before.

    Of the same second only the begin of another push is newer.
    """
    try:
        locked = await lock(room)
    except TargetNotFound:
        return None
    now = (await clock.now()).timestamp()
    before = locked.stream_told_at
    is_other_push = bool(session) and session != locked.stream_session
    is_news = before is None or told_at > before or (told_at == before and is_other_push)
    return locked if is_news and told_at <= now + _AHEAD_S else None
