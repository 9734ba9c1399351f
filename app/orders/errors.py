"""What the shop says no to about orders."""

from dataclasses import dataclass

from app.core.errors import DomainError
from app.orders.states import OrderStatus


class OrderNotFound(DomainError):
    """There is no such order."""


@dataclass(eq=False)
class OrderNotPayable(DomainError):
    """This order can no longer be paid."""

    status: OrderStatus


class OrderAlreadyPaid(DomainError):
    """This order is already paid."""


class AddressRequired(DomainError):
    """Goods that are shipped need an address."""


class NoDelivery(DomainError):
    """This is not delivered to that region."""


class QuantityInvalid(DomainError):
    """This many pieces cannot be bought at once."""
