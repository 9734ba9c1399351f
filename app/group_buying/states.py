"""The states of deals, groups and seats. Pure: rules decide over them."""

from enum import StrEnum


class DealStatus(StrEnum):
    """SCHEDULED and ENDED also follow from the deal's times; `rules.deal_status` has the last word."""

    DRAFT = "DRAFT"
    SCHEDULED = "SCHEDULED"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    ENDED = "ENDED"
    TAKEN_DOWN = "TAKEN_DOWN"


class DealMove(StrEnum):
    """What staff can do with a deal, beside editing it and taking it down."""

    SCHEDULE = "SCHEDULE"
    PAUSE = "PAUSE"
    RESUME = "RESUME"
    END = "END"


class Audience(StrEnum):
    """Who may open or join."""

    ANYONE = "ANYONE"
    NEWCOMERS = "NEWCOMERS"
    TIER = "TIER"


class GroupStatus(StrEnum):
    """PENDING: the leader has not paid. FAILING: refunds are on their way. The last three are final."""

    PENDING = "PENDING"
    FORMING = "FORMING"
    FAILING = "FAILING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class GroupFailure(StrEnum):
    """Why a group failed."""

    EXPIRED = "EXPIRED"
    TAKEN_DOWN = "TAKEN_DOWN"
    RISK = "RISK"
    LEADER_LEFT = "LEADER_LEFT"


class GroupChangeKind(StrEnum):
    """What changed last."""

    SNAPSHOT = "SNAPSHOT"
    SEAT_HELD = "SEAT_HELD"
    SEAT_TAKEN = "SEAT_TAKEN"
    SEAT_FREED = "SEAT_FREED"
    LEADER_CHANGED = "LEADER_CHANGED"
    COMPLETED = "COMPLETED"
    FAILING = "FAILING"
    REFUNDED = "REFUNDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class SeatStatus(StrEnum):
    """HELD and RELEASING count as held, TAKEN and SETTLED as taken, the others count no more."""

    HELD = "HELD"
    RELEASING = "RELEASING"
    RELEASED = "RELEASED"
    TAKEN = "TAKEN"
    SETTLED = "SETTLED"
    REFUNDING = "REFUNDING"
    REFUNDED = "REFUNDED"
    REFUND_FAILED = "REFUND_FAILED"


#: A seat that waits for its money.
HELD_SEATS = (SeatStatus.HELD, SeatStatus.RELEASING)

#: A seat that counts: one per user and group, which a partial unique index holds.
LIVE_SEATS = (*HELD_SEATS, SeatStatus.TAKEN, SeatStatus.SETTLED)


class SeatEnd(StrEnum):
    """Why a seat was given up. Those that the group's failure ended are its refunds to count."""

    #: The hold ran out, or she thought better of it: three of these within a day pause the buyer.
    LAPSED = "LAPSED"
    CANCELLED = "CANCELLED"
    LEFT = "LEFT"
    GROUP_FAILED = "GROUP_FAILED"
    #: All her money went back after the group was complete; it still was a seat of that group.
    RETURNED = "RETURNED"


class IfSeatLost(StrEnum):
    """What to do with money that arrives after the hold ended and the seat is gone."""

    REFUND = "REFUND"
    RESEAT = "RESEAT"
    OPEN_NEW = "OPEN_NEW"
