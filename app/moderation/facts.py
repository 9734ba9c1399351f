"""What people decided about what others wrote."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.core.ids import UserId
from app.core.outbox import Fact
from app.core.targets import Target
from app.moderation.states import AppealStatus, Decision


@dataclass(frozen=True, slots=True)
class ModerationDecided(Fact):
    """A person decided on a thing in the queue; the room that owns it knows already."""

    item: UUID
    target: Target
    author: UserId
    decision: Decision
    #: What the author is told.
    reason: str


@dataclass(frozen=True, slots=True)
class AppealDecided(Fact):
    """Another person decided on the author's appeal."""

    item: UUID
    target: Target
    author: UserId
    status: AppealStatus
    reason: str


@dataclass(frozen=True, slots=True)
class PersonMuted(Fact):
    """Somebody may not write for a while, or for good."""

    user: UserId
    community: UUID | None
    #: What she is told.
    reason: str
    #: None is for good.
    until: datetime | None = None
