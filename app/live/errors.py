"""What live rooms refuse."""

from dataclasses import dataclass

from app.core.errors import DomainError


class RoomNotLive(DomainError):
    """The room is not live now."""


class RoomEnded(DomainError):
    """The room has ended."""


class RoomStarted(DomainError):
    """The room has already started."""


class AlreadyLive(DomainError):
    """You are live in another room."""


class PausedByStaff(DomainError):
    """The shop has paused this room; only the shop can let it go on."""


@dataclass(eq=False)
class SlowMode(DomainError):
    """Please wait a moment before you write again."""

    retry_after_ms: int
