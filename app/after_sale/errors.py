"""What the shop says no to about refunds."""

from dataclasses import dataclass

from app.after_sale.states import AfterSaleStatus
from app.core.errors import DomainError
from app.orders.states import OrderStatus


@dataclass(eq=False)
class OrderNotRefundable(DomainError):
    """This order's money cannot be asked back now."""

    status: OrderStatus


class WholeOrderOnly(DomainError):
    """Before it is shipped only the whole order is refunded."""


class RefundQuantityInvalid(DomainError):
    """This many pieces of the order cannot be given back."""


class AskedTwice(DomainError):
    """It was declined twice; please write to our service."""


class AfterSaleNotFound(DomainError):
    """There is no such request for a refund."""


@dataclass(eq=False)
class AfterSaleDecided(DomainError):
    """This request for a refund has been answered, or was withdrawn."""

    status: AfterSaleStatus
