"""What happened to money."""

from dataclasses import dataclass

from app.core.ids import OrderId, RefundId, UserId
from app.core.outbox import Fact


@dataclass(frozen=True, slots=True)
class RefundSucceeded(Fact):
    """The money has arrived at the buyer's."""

    refund: RefundId
    order: OrderId
    buyer: UserId
    amount_fen: int
    reason: str


@dataclass(frozen=True, slots=True)
class RefundFailed(Fact):
    """WeChat cannot pay it back; it lies on the desk."""

    refund: RefundId
    order: OrderId
    buyer: UserId
    amount_fen: int
