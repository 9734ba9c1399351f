"""What happened to members."""

from dataclasses import dataclass

from app.core.ids import UserId
from app.core.outbox import Fact


@dataclass(frozen=True, slots=True)
class TierChanged(Fact):
    """Somebody is in another tier than when we last looked: by growth, by time or by a new plan."""

    user: UserId
    rank_before: int
    rank: int
    #: As the tier was called then.
    name: str
