"""What happened to groups."""

from dataclasses import dataclass

from app.core.ids import GroupId, OrderId, SeatId, UserId
from app.core.outbox import Fact


@dataclass(frozen=True, slots=True)
class SeatTaken(Fact):
    """Somebody has paid for a seat."""

    group: GroupId
    seat: SeatId
    buyer: UserId
    version: int


@dataclass(frozen=True, slots=True)
class LeaderChanged(Fact):
    """The leader left, and the member who paid first leads."""

    group: GroupId
    leader: UserId
    version: int


@dataclass(frozen=True, slots=True)
class GroupCompleted(Fact):
    """Every seat is paid; the orders may ship. Exactly one per group."""

    group: GroupId
    members: tuple[UserId, ...]
    orders: tuple[OrderId, ...]
    version: int


@dataclass(frozen=True, slots=True)
class GroupFailing(Fact):
    """The group will not come about; its members' money is on its way back."""

    group: GroupId
    members: tuple[UserId, ...]
    reason: str
    version: int


@dataclass(frozen=True, slots=True)
class LatePaymentRefunded(Fact):
    """Money arrived after the hold had ended, and is on its way back."""

    order: OrderId
    buyer: UserId
    group: GroupId
    amount_fen: int
