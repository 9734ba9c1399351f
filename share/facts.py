"""What happened to rewards."""

from dataclasses import dataclass

from app.core.ids import RewardId, UserId
from app.core.outbox import Fact


@dataclass(frozen=True, slots=True)
class RewardAvailable(Fact):
    """Somebody can use what she got for bringing a friend."""

    reward: RewardId
    user: UserId
    points: int
