"""What becomes of touches and rewards. Pure: rules decide over them."""

from enum import StrEnum


class TouchVerdict(StrEnum):
    """Whether a touch brought an order, or why not."""

    #: The buyer said at checkout that she came by this link.
    NAMED = "NAMED"
    #: The last one that counts.
    LAST = "LAST"
    #: Another one is later, or was named.
    PASSED_OVER = "PASSED_OVER"
    #: Before the window.
    TOO_OLD = "TOO_OLD"
    #: Whoever shared it is the buyer herself, as far as can be told: the same unionid or phone.
    SELF = "SELF"
    #: The buyer has brought whoever shared it.
    MUTUAL = "MUTUAL"
    #: Whoever shared it is no longer there, or blocked.
    GONE = "GONE"


#: The touch that brought the order.
CHOSEN = frozenset({TouchVerdict.NAMED, TouchVerdict.LAST})


class RewardStatus(StrEnum):
    """How far a reward in points has come: it is frozen as soon as it is accrued, and paid out to nobody."""

    FROZEN = "FROZEN"
    AVAILABLE = "AVAILABLE"
    REVERSED = "REVERSED"


class RewardChange(StrEnum):
    """What happens to a reward, as its history says."""

    ACCRUED = "ACCRUED"
    FROZEN = "FROZEN"
    AVAILABLE = "AVAILABLE"
    PART_REVERSED = "PART_REVERSED"
    REVERSED = "REVERSED"
