"""What the clock starts in live rooms: showing what was said, telling totals, ending what nobody ended."""

from datetime import timedelta

from app.core import clock, db
from app.core.ids import LiveRoomId
from app.core.worker import Job, do_each
from app.live import rules
from app.live.actions import counting, running, talking

BATCH = 50
_FORGOTTEN_AT_ONCE = 5_000
#: Likes that were sent in a room's last moment are still told.
_AFTERGLOW = timedelta(minutes=1)
#: A repeat of a batch of likes comes within this time, or never.
_BATCHES_KEPT = timedelta(days=7)


async def show_danmaku() -> int:
    """Show what was said since the last time, room by room; how many rooms had something."""
    due: list[LiveRoomId] = await db.rows(LiveRoomId, _WITH_LINES, BATCH)
    return await do_each(due, talking.show_next)


async def tell_counts() -> int:
    """Tell rooms their likes and watchers where these have changed; how many rooms."""
    now = await clock.now()
    due: list[LiveRoomId] = await db.rows(LiveRoomId, _COUNTED, now - rules.COUNT_PAUSE, now - _AFTERGLOW, now, BATCH)
    return await do_each(due, counting.tell_counts)


async def end_forgotten() -> int:
    """End rooms whose stream was lost and did not come back, cancel those that never started; how many."""
    now = await clock.now()
    lost: list[LiveRoomId] = await db.rows(LiveRoomId, _LOST, now - rules.STREAM_PATIENCE, BATCH)
    absent: list[LiveRoomId] = await db.rows(LiveRoomId, _NEVER_STARTED, now - rules.START_PATIENCE, BATCH)
    return await do_each(lost, _end) + await do_each(absent, _cancel)


async def _end(room: LiveRoomId) -> None:
    await running.end(room, by=None)


async def _cancel(room: LiveRoomId) -> None:
    await running.cancel(room, by=None)


async def forget() -> int:
    """Delete what nobody asks for any more, of rooms that ended long ago and of dead processes; how many."""
    now = await clock.now()
    ended = [(_OLD_EVENTS, rules.EVENTS_KEPT), (_OLD_SPEAKERS, rules.EVENTS_KEPT), (_OLD_LINES, rules.DANMAKU_KEPT)]
    left = sum([await db.execute(statement, now - kept, _FORGOTTEN_AT_ONCE) for statement, kept in ended])
    batches = await db.execute("DELETE FROM live_like_batches WHERE created_at < $1", now - _BATCHES_KEPT)
    return left + batches + await db.execute("DELETE FROM live_watching WHERE expires_at < $1", now - _AFTERGLOW)


#: The last event stays: it is where the room's stream ends.
_OLD_EVENTS = """
DELETE FROM live_events WHERE id IN (
  SELECT e.id FROM live_events e JOIN live_rooms r ON r.id = e.room_id
   WHERE r.ended_at < $1 AND e.seq < r.head LIMIT $2)
"""

_OLD_SPEAKERS = """
DELETE FROM live_speakers WHERE id IN (
  SELECT s.id FROM live_speakers s JOIN live_rooms r ON r.id = s.room_id WHERE r.ended_at < $1 LIMIT $2)
"""

_OLD_LINES = """
DELETE FROM live_danmaku WHERE id IN (
  SELECT d.id FROM live_danmaku d JOIN live_rooms r ON r.id = d.room_id WHERE r.ended_at < $1 LIMIT $2)
"""

_WITH_LINES = "SELECT DISTINCT room_id FROM live_danmaku WHERE shown_in IS NULL AND status = 'SHOWN' LIMIT $1"

#: Rooms that were told other totals than there are now, and not a moment ago.
_COUNTED = """
SELECT r.id FROM live_rooms r
 WHERE (r.status IN ('LIVE', 'PAUSED') OR (r.status IN ('ENDED', 'REPLAY') AND r.ended_at > $2))
   AND (r.counted_at IS NULL OR r.counted_at <= $1)
   AND (r.like_total <> (SELECT COALESCE(SUM(c.total), 0) FROM live_like_counters c WHERE c.room_id = r.id)
        OR (r.status IN ('LIVE', 'PAUSED')
            AND r.watching <> (SELECT COALESCE(SUM(w.sockets), 0) FROM live_watching w
                                WHERE w.room_id = r.id AND w.expires_at > $3)))
 LIMIT $4
"""

_LOST = "SELECT id FROM live_rooms WHERE status = 'PAUSED' AND paused_by = 'STREAM_LOST' AND paused_at <= $1 LIMIT $2"

_NEVER_STARTED = "SELECT id FROM live_rooms WHERE status = 'SCHEDULED' AND starts_at <= $1 ORDER BY starts_at LIMIT $2"

JOBS = [
    Job("live.show_danmaku", show_danmaku, every_seconds=0.3),
    Job("live.tell_counts", tell_counts, every_seconds=1),
    Job("live.end_forgotten", end_forgotten, every_seconds=30),
    Job("live.forget", forget, every_seconds=3600),
]
