"""The states of a purchase alone. Pure: rules decide over them."""

from enum import StrEnum


class PurchaseStatus(StrEnum):
    """HELD and RELEASING claim pieces of stock that wait for their money; those of BOUGHT are hers."""

    HELD = "HELD"
    #: The payment is being queried and closed; the pieces still count.
    RELEASING = "RELEASING"
    RELEASED = "RELEASED"
    BOUGHT = "BOUGHT"
    #: All the money went back afterwards.
    RETURNED = "RETURNED"


#: A purchase that waits for its money.
HELD_PURCHASES = (PurchaseStatus.HELD, PurchaseStatus.RELEASING)


class PurchaseEnd(StrEnum):
    """Why a purchase was given up unpaid."""

    LAPSED = "LAPSED"
    CANCELLED = "CANCELLED"
