"""The states of live rooms, and what their streams tell."""

from enum import StrEnum


class LiveStatus(StrEnum):
    """Where a room stands. A cancelled one is ENDED and never started."""

    SCHEDULED = "SCHEDULED"
    LIVE = "LIVE"
    PAUSED = "PAUSED"
    ENDED = "ENDED"
    REPLAY = "REPLAY"


class PausedBy(StrEnum):
    """Why a room pauses: whoever paused it, or the vendor who lost its stream."""

    HOST = "HOST"
    STAFF = "STAFF"
    STREAM_LOST = "STREAM_LOST"


class Move(StrEnum):
    """What can be done to a room's state, and by whom."""

    START = "START"
    PAUSE = "PAUSE"
    RESUME = "RESUME"
    END = "END"
    CANCEL = "CANCEL"
    #: By staff: the host cannot undo it.
    STAFF_PAUSE = "STAFF_PAUSE"
    STAFF_RESUME = "STAFF_RESUME"
    #: By the video vendor.
    STREAM_LOST = "STREAM_LOST"
    STREAM_BACK = "STREAM_BACK"
    RECORDED = "RECORDED"


class LiveEventKind(StrEnum):
    """What a room's stream tells."""

    STARTED = "STARTED"
    PAUSED = "PAUSED"
    ENDED = "ENDED"
    DANMAKU = "DANMAKU"
    DANMAKU_REMOVED = "DANMAKU_REMOVED"
    LIKES = "LIKES"
    WATCHING = "WATCHING"
    EXPLAINED = "EXPLAINED"


class DanmakuStatus(StrEnum):
    """HELD waits for a person; REMOVED is kept for the trail and shown to nobody."""

    SHOWN = "SHOWN"
    HELD = "HELD"
    REMOVED = "REMOVED"


#: Where people can talk and like.
ON_AIR = frozenset({LiveStatus.LIVE, LiveStatus.PAUSED})
OVER = frozenset({LiveStatus.ENDED, LiveStatus.REPLAY})
