"""What happened to orders once they were paid."""

from dataclasses import dataclass

from app.core.ids import OrderId, UserId
from app.core.outbox import Fact


@dataclass(frozen=True, slots=True)
class OrderShipped(Fact):
    """The parcel is with the carrier."""

    order: OrderId
    buyer: UserId


@dataclass(frozen=True, slots=True)
class OrderReceived(Fact):
    """The buyer has it, as she or the days since shipping say; the after-sale window begins."""

    order: OrderId
    buyer: UserId


@dataclass(frozen=True, slots=True)
class OrderSettled(Fact):
    """The after-sale window has ended: what was kept of the money is earned, and nothing goes back any more."""

    order: OrderId
    buyer: UserId
    #: What was paid less what went back.
    amount_fen: int


@dataclass(frozen=True, slots=True)
class OrderRefunded(Fact):
    """Money for goods that were bought goes back: once for each promise, so that rewards are reversed in proportion.

    Never told of an order whose purchase did not come about, such as a seat in a failed group.
    """

    order: OrderId
    buyer: UserId
    #: Promised back by this one refund.
    refunded_fen: int
    #: What was paid for the whole order.
    paid_fen: int
    #: Whether, with this refund, everything has gone back.
    is_whole: bool
