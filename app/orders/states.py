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


class OrderNote(StrEnum):
    """What happens to an order besides reaching a status."""

    RECEIVED_BY_ITSELF = "RECEIVED_BY_ITSELF"
    TRACKING_CORRECTED = "TRACKING_CORRECTED"
    REFUND_REQUESTED = "REFUND_REQUESTED"
    REFUND_WITHDRAWN = "REFUND_WITHDRAWN"
    REFUND_REJECTED = "REFUND_REJECTED"
    #: A part of the money goes back; where all of it does, the order says REFUNDING.
    PART_REFUNDED = "PART_REFUNDED"


class UploadStatus(StrEnum):
    """Whether WeChat knows of a parcel. REFUSED: a person is at work on it. NOT_NEEDED: nothing was paid."""

    WAITING = "WAITING"
    DONE = "DONE"
    REFUSED = "REFUSED"
    NOT_NEEDED = "NOT_NEEDED"
