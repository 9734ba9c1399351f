"""The port through which an order is paid again or cancelled by whoever sold it."""

from dataclasses import dataclass
from typing import Protocol

from app.core.ids import GroupId, OrderId, UserId
from app.payments.flows import Prepaid
from app.payments.models import Purpose


@dataclass(frozen=True, slots=True)
class Checkout:
    """An order that waits to be paid, and what the phone needs to pay it. No group for a purchase alone."""

    order: OrderId
    group: GroupId | None
    prepaid: Prepaid


class Seller(Protocol):
    """What a room answers for the orders that it sells."""

    async def pay(self, *, buyer: UserId, order: OrderId, key: str) -> Checkout:
        """Get ready to pay an unpaid order once more. Raises OrderNotPayable."""

    async def cancel(self, *, buyer: UserId, order: OrderId, key: str) -> None:
        """Close an unpaid order's payment and give back what it held. Raises OrderAlreadyPaid."""


_sellers: dict[Purpose, Seller] = {}


def register(purpose: Purpose, seller: Seller) -> None:
    """Say who sells what is paid for this purpose."""
    _sellers[purpose] = seller


def of(purpose: Purpose) -> Seller:
    """Who sells what is paid for this purpose."""
    return _sellers[purpose]
