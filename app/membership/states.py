"""Perks, plans, simulations and points: their kinds and states. Pure: rules decide over them."""

from enum import StrEnum


class PerkKind(StrEnum):
    """What a tier may give. `rules.perks` says which of them have a value, and which."""

    DISCOUNT = "DISCOUNT"
    FREE_SHIPPING = "FREE_SHIPPING"
    POINTS_MULTIPLIER = "POINTS_MULTIPLIER"
    BIRTHDAY_COUPON = "BIRTHDAY_COUPON"
    EARLY_ACCESS = "EARLY_ACCESS"
    MEMBERS_ONLY_GROUPS = "MEMBERS_ONLY_GROUPS"
    RETURN_SHIPPING = "RETURN_SHIPPING"


class PerkPlanStatus(StrEnum):
    """Not kept anywhere: follows from what was done with the plan, and from the clock."""

    DRAFT = "DRAFT"
    SIMULATED = "SIMULATED"
    SCHEDULED = "SCHEDULED"
    ACTIVE = "ACTIVE"
    SUPERSEDED = "SUPERSEDED"


class SimulationStatus(StrEnum):
    """The last three are final."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    DONE = "DONE"
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"


#: Nothing changes in a simulation after these.
FINAL = frozenset({SimulationStatus.DONE, SimulationStatus.CANCELLED, SimulationStatus.FAILED})


class PointsChange(StrEnum):
    """What moved points: EARNED and RETURNED add, SPENT and REVERSED take away."""

    EARNED = "EARNED"
    REVERSED = "REVERSED"
    SPENT = "SPENT"
    RETURNED = "RETURNED"


class PointsReason(StrEnum):
    """Why points moved; with the reference (an order, a reward) it makes a move happen once."""

    PURCHASE = "PURCHASE"
    ORDER = "ORDER"
    REFERRAL = "REFERRAL"
    STORY = "STORY"
    LIVE = "LIVE"
    STAFF = "STAFF"
