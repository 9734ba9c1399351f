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


@dataclass(eq=False)
class OrderNotShippable(DomainError):
    """Only an order that waits to be shipped can be shipped, and only a parcel on its way be corrected."""

    status: OrderStatus


class CarrierUnknown(DomainError):
    """We do not ship with this carrier."""


class TrackingCorrected(DomainError):
    """The parcel's number has been corrected once already."""


@dataclass(eq=False)
class OrderNotReceivable(DomainError):
    """Only an order that was shipped can be received."""

    status: OrderStatus


class AfterSaleOpen(DomainError):
    """A request for a refund of this order waits for an answer."""
