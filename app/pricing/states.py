"""Promotions and what becomes of them. Pure: rules decide over them."""

from enum import StrEnum


class PriceKind(StrEnum):
    """At which price pieces are bought."""

    SOLO = "SOLO"
    GROUP = "GROUP"


class Promotion(StrEnum):
    """What may take something off."""

    MEMBER_DISCOUNT = "MEMBER_DISCOUNT"
    FREE_SHIPPING = "FREE_SHIPPING"
    COUPON = "COUPON"
    POINTS = "POINTS"


class PriceOutcome(StrEnum):
    """What became of a promotion."""

    APPLIED = "APPLIED"
    REJECTED = "REJECTED"
    SUPERSEDED = "SUPERSEDED"


class Why(StrEnum):
    """Why a promotion was applied or not; `wording.REASONS` says it to people."""

    DISCOUNTED = "DISCOUNTED"
    FREE_FOR_MEMBERS = "FREE_FOR_MEMBERS"
    POINTS_TAKEN = "POINTS_TAKEN"
    GROUP_PRICE = "GROUP_PRICE"
    TAKES_NOTHING_OFF = "TAKES_NOTHING_OFF"
    ANOTHER_IS_BETTER = "ANOTHER_IS_BETTER"
    NO_SHIPPING_FEE = "NO_SHIPPING_FEE"
    UNKNOWN_COUPON = "UNKNOWN_COUPON"
    NO_POINTS = "NO_POINTS"
    NOTHING_LEFT_TO_PAY = "NOTHING_LEFT_TO_PAY"
