"""Buying alone, and paying for whatever was ordered."""

import strawberry

from schema.checkout.mutations.buying import BuyNowMutation
from schema.checkout.mutations.paying import PayingMutation


@strawberry.type
class CheckoutMutation(BuyNowMutation, PayingMutation):
    """Buying alone, and paying."""
