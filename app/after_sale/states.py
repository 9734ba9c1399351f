"""The states of a request. Pure: rules decide over them."""

from enum import StrEnum


class AfterSaleStatus(StrEnum):
    """APPROVED: the money is on its way. REFUNDED, REJECTED and WITHDRAWN are final."""

    REQUESTED = "REQUESTED"
    APPROVED = "APPROVED"
    REFUNDED = "REFUNDED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"


#: What was granted: its pieces are given back.
GRANTED = (AfterSaleStatus.APPROVED, AfterSaleStatus.REFUNDED)


class AfterSaleReason(StrEnum):
    """Why a buyer asks her money back."""

    CHANGED_MIND = "CHANGED_MIND"
    NOT_RECEIVED = "NOT_RECEIVED"
    DAMAGED = "DAMAGED"
    NOT_AS_DESCRIBED = "NOT_AS_DESCRIBED"
    WRONG_GOODS = "WRONG_GOODS"
    OTHER = "OTHER"
