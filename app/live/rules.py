"""What is decided about live rooms, over values."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from app.core.errors import DomainError
from app.live.errors import PausedByStaff, RoomEnded, RoomNotLive, RoomStarted
from app.live.states import ON_AIR, LiveStatus, Move, PausedBy

#: Characters of a danmaku.
LONGEST_DANMAKU = 100
#: Taps in one batch: more than a thumb makes between two calls.
MOST_LIKES = 200
#: Products on one room's shelf.
MOST_PRODUCTS = 100
#: A host may ask people to wait so long between two lines.
SLOWEST_MODE = timedelta(minutes=5)
#: Without slow mode: so many lines at once, and one more each time this has passed.
LINES_AT_ONCE = 5
PACE = timedelta(seconds=2)

#: A lost stream that does not come back in this time was the end.
STREAM_PATIENCE = timedelta(minutes=30)
#: A room that has not started so long after it should have is cancelled.
START_PATIENCE = timedelta(hours=24)
#: Watching counts and total likes are told at most so often.
COUNT_PAUSE = timedelta(seconds=3)
#: After a room's end: nobody comes back to its stream any more.
EVENTS_KEPT = timedelta(days=30)
#: Longer than what is said in public has to be kept; a replay shows its lines for so long.
DANMAKU_KEPT = timedelta(days=180)
#: Events that somebody who comes back is told one by one; what lies further back is counted as missed.
MOST_BEHIND = 500
#: A signed address of the vendor's holds so long after its room's start.
ADDRESS_LIFE = timedelta(hours=12)


class Position(NamedTuple):
    """Where a room stands, and while it pauses, why."""

    status: LiveStatus
    paused_by: PausedBy | None = None


SCHEDULED = Position(LiveStatus.SCHEDULED)
LIVE = Position(LiveStatus.LIVE)
BY_HOST = Position(LiveStatus.PAUSED, PausedBy.HOST)
BY_STAFF = Position(LiveStatus.PAUSED, PausedBy.STAFF)
STREAM_LOST = Position(LiveStatus.PAUSED, PausedBy.STREAM_LOST)
ENDED = Position(LiveStatus.ENDED)
REPLAY = Position(LiveStatus.REPLAY)

_Outcome = Position | type[DomainError]

#: What a move that changes nothing gives: it is a repeat, or news that comes late, and no refusal.
_STAYS: Mapping[Position, _Outcome] = {
    each: each for each in (SCHEDULED, LIVE, BY_HOST, BY_STAFF, STREAM_LOST, ENDED, REPLAY)
}
#: What only a room on the air does.
_ON_THE_AIR: Mapping[Position, _Outcome] = {
    **_STAYS, SCHEDULED: RoomNotLive, ENDED: RoomNotLive, REPLAY: RoomNotLive,
}  # fmt: skip
#: Every move: when it may be made, and where from it leads elsewhere.
_MOVES: Mapping[Move, Mapping[Position, _Outcome]] = {
    Move.START: {**_STAYS, SCHEDULED: LIVE, ENDED: RoomEnded, REPLAY: RoomEnded},
    Move.PAUSE: {**_ON_THE_AIR, LIVE: BY_HOST, STREAM_LOST: BY_HOST},
    Move.RESUME: {**_ON_THE_AIR, BY_HOST: LIVE, BY_STAFF: PausedByStaff, STREAM_LOST: LIVE},
    Move.END: {**_STAYS, SCHEDULED: RoomNotLive, LIVE: ENDED, BY_HOST: ENDED, BY_STAFF: ENDED, STREAM_LOST: ENDED},
    Move.CANCEL: {
        SCHEDULED: ENDED, LIVE: RoomStarted, BY_HOST: RoomStarted, BY_STAFF: RoomStarted, STREAM_LOST: RoomStarted,
        ENDED: RoomEnded, REPLAY: RoomEnded,
    },
    Move.STAFF_PAUSE: {**_ON_THE_AIR, LIVE: BY_STAFF, BY_HOST: BY_STAFF, STREAM_LOST: BY_STAFF},
    Move.STAFF_RESUME: {**_ON_THE_AIR, BY_HOST: LIVE, BY_STAFF: LIVE, STREAM_LOST: LIVE},
    Move.STREAM_LOST: {**_STAYS, LIVE: STREAM_LOST},
    Move.STREAM_BACK: {**_STAYS, STREAM_LOST: LIVE},
    Move.RECORDED: {**_STAYS, ENDED: REPLAY},
}  # fmt: skip


def moved(at: Position, move: Move) -> Position:
    """Where a room stands after a move, the same position where nothing changes. Raises what refuses the move."""
    outcome = _MOVES[move][at]
    if isinstance(outcome, Position):
        return outcome
    raise outcome


def must_not_have_started(at: Position) -> None:
    """Refuse where it is too late to change when a room starts: RoomStarted, RoomEnded."""
    moved(at, Move.CANCEL)


def may_talk(at: Position) -> bool:
    """Whether people may write in a room: while it is on the air, unless staff have paused it."""
    return at.status in ON_AIR and at != BY_STAFF


class Turn(NamedTuple):
    """Whether somebody may write now: then what her pace is counted from afterwards, else how long she waits."""

    #: When she will have written out all that she may write at once; what the next turn is decided from.
    until: datetime
    wait: timedelta | None


def turn_to_speak(until: datetime | None, last: datetime | None, slow_mode: timedelta, now: datetime) -> Turn:
    """May she write a line now? `until` and `last` are as her last turn left them; None before her first.

    A bucket that leaks a line every `PACE`: five lines at once and then one every two seconds. Slow mode asks for its
    own pause between any two lines on top.
    """
    if last is not None and last + slow_mode > now:
        return Turn(until or now, last + slow_mode - now)
    start = max(until or now, now)
    earliest = start - PACE * (LINES_AT_ONCE - 1)
    if earliest > now:
        return Turn(start, earliest - now)
    return Turn(start + PACE, None)


def offset_ms(started_at: datetime, now: datetime) -> int:
    """Where in the broadcast something is, in milliseconds."""
    return max(0, int((now - started_at) / timedelta(milliseconds=1)))
