"""What happened to purchases alone."""

from dataclasses import dataclass

from app.core.ids import OrderId, UserId
from app.core.outbox import Fact


@dataclass(frozen=True, slots=True)
class SoloPaid(Fact):
    """Somebody has paid for what she buys alone."""

    order: OrderId
    buyer: UserId
