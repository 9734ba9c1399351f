"""Whether money may be asked back, and for how many pieces."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.after_sale import errors
from app.core.errors import DomainError
from app.orders.states import OrderStatus

#: Who was declined may ask once more.
DECLINED_AT_MOST = 2

#: WeChat pays one payment back in so many parts.
MOST_REFUNDS = 50

#: How many pieces, by the line of the order.
Pieces = Mapping[UUID, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How the order stands of which money is asked back."""

    status: OrderStatus
    #: The end of the after-sale window; None before it is received.
    until: datetime | None
    #: Earlier requests that staff declined, and that they granted.
    declined: int
    granted: int


def refusal(terms: Terms, wanted: Pieces, left: Pieces, now: datetime) -> DomainError | None:
    """Why these pieces cannot be given back now, of those that are left; None where they can."""
    over = terms.until is not None and terms.until <= now
    if terms.status not in {OrderStatus.TO_SHIP, OrderStatus.SHIPPED, OrderStatus.RECEIVED} or over:
        return errors.OrderNotRefundable(terms.status)
    if terms.declined >= DECLINED_AT_MOST:
        return errors.AskedTwice()
    if not wanted or any(not 0 < count <= left.get(line, 0) for line, count in wanted.items()):
        return errors.RefundQuantityInvalid()
    whole = all(wanted.get(line, 0) == count for line, count in left.items())
    if terms.status is OrderStatus.TO_SHIP and not whole:
        return errors.WholeOrderOnly()
    if terms.granted >= MOST_REFUNDS - 1 and not whole:
        # The last part that WeChat takes must not leave anything behind.
        return errors.RefundQuantityInvalid()
    return None


def left_of(bought: Pieces, given_back: Pieces) -> dict[UUID, int]:
    """What is left of each line after what was given back; a line of which nothing is left is left out."""
    left = {line: count - given_back.get(line, 0) for line, count in bought.items()}
    return {line: count for line, count in left.items() if count}
