"""The states of an order. Pure: rules decide over them."""

from enum import StrEnum


class OrderStatus(StrEnum):
    """How far an order has come; `rules.TRANSITIONS` says what may follow what."""

    UNPAID = "UNPAID"
    PAID_FORMING = "PAID_FORMING"
    TO_SHIP = "TO_SHIP"
    SHIPPED = "SHIPPED"
    RECEIVED = "RECEIVED"
    SETTLED = "SETTLED"
    REFUNDING = "REFUNDING"
    REFUNDED = "REFUNDED"
    CLOSED = "CLOSED"


class CloseReason(StrEnum):
    """Why an order was never paid in time."""

    HOLD_ENDED = "HOLD_ENDED"
    CANCELLED = "CANCELLED"
