"""The port through which a payment asks what it was for.

The room above that knows answers in the same transaction in which the money is booked, so a paid order without
its seat, or a seat without its money, cannot exist.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.core.ids import OrderId
from app.payments.models import Purpose, RefundReason


@dataclass(frozen=True, slots=True)
class Kept:
    """The money buys what it was paid for."""


@dataclass(frozen=True, slots=True)
class SentBack:
    """The money cannot buy it any more and goes back."""

    reason: RefundReason


class PaymentPurpose(Protocol):
    """What a room answers for the orders that it sells. All run in the caller's transaction; none may refuse."""

    async def paid(self, *, order: OrderId, at: datetime) -> Kept | SentBack:
        """The order's money has arrived, perhaps after it was closed."""

    async def refund_promised(self, *, order: OrderId, reason: RefundReason) -> None:
        """All of the order is on its way back; `reason` is that of the last part."""

    async def refunded(self, *, order: OrderId, reason: RefundReason) -> None:
        """All money has arrived at the buyer's; where pieces of the order are kept, that changes nothing."""

    async def refund_failed(self, *, order: OrderId, reason: RefundReason) -> None:
        """WeChat cannot pay it, or a part of it, back; a person is at work on it."""

    async def settled(self, *, order: OrderId) -> None:
        """The order's after-sale window has ended: nothing goes back any more."""


_purposes: dict[Purpose, PaymentPurpose] = {}


def register(purpose: Purpose, answers: PaymentPurpose) -> None:
    """Say who answers for a purpose."""
    _purposes[purpose] = answers


def of(purpose: Purpose) -> PaymentPurpose:
    """Who answers for a purpose."""
    return _purposes[purpose]
