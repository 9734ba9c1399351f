"""What happened to accounts."""

from dataclasses import dataclass
from uuid import UUID

from app.core.ids import UserId
from app.core.outbox import Fact


@dataclass(frozen=True, slots=True)
class SignedIn(Fact):
    """Somebody has signed in; `visitor` is who her phone said it was before, unverified, or None."""

    user: UserId
    visitor: UUID | None = None
