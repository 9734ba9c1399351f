"""What happened to requests for a refund. That money goes back is `orders.facts.OrderRefunded`."""

from dataclasses import dataclass

from app.core.ids import AfterSaleId, OrderId, UserId
from app.core.outbox import Fact


@dataclass(frozen=True, slots=True)
class RefundRequested(Fact):
    """A buyer asks her money back."""

    after_sale: AfterSaleId
    order: OrderId
    buyer: UserId
    amount_fen: int


@dataclass(frozen=True, slots=True)
class RefundRejected(Fact):
    """Staff have said no; she may ask once more."""

    after_sale: AfterSaleId
    order: OrderId
    buyer: UserId
    #: In staff's words.
    reason: str
