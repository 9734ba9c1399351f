"""Why a promotion was applied or not, in English; `zh_CN.po` has the Chinese."""

from app.pricing.states import Why

REASONS: dict[Why, str] = {
    Why.DISCOUNTED: "{name} pays {percent}%",
    Why.FREE_FOR_MEMBERS: "{name} pays no shipping",
    Why.POINTS_TAKEN: "{points} points used",
    Why.GROUP_PRICE: "The group price is not discounted further",
    Why.TAKES_NOTHING_OFF: "It would take nothing off",
    Why.ANOTHER_IS_BETTER: "{by} takes off more",
    Why.NO_SHIPPING_FEE: "Shipping costs nothing here",
    Why.UNKNOWN_COUPON: "This coupon is not yours or cannot be used",
    Why.NO_POINTS: "You have no points to use",
    Why.NOTHING_LEFT_TO_PAY: "Nothing is left to pay",
}
