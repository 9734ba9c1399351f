"""What happened in live rooms."""

from dataclasses import dataclass
from datetime import datetime

from app.core.ids import LiveRoomId, UserId
from app.core.outbox import Fact


@dataclass(frozen=True, slots=True)
class LiveStarted(Fact):
    """A room has started; once per room."""

    room: LiveRoomId
    host: UserId
    started_at: datetime


@dataclass(frozen=True, slots=True)
class LiveAudienceTold(Fact):
    """Everybody in a room's audience up to this person has been told that it started; the rest is next."""

    room: LiveRoomId
    up_to: UserId


@dataclass(frozen=True, slots=True)
class LiveWaitersTold(Fact):
    """Everybody who waited for a room up to this person has been told that it will not start; the rest is next."""

    room: LiveRoomId
    up_to: UserId


@dataclass(frozen=True, slots=True)
class LiveOver(Fact):
    """A room has ended, or will never start."""

    room: LiveRoomId
    host: UserId
    was_live: bool
