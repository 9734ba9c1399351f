"""What membership asks up: what a tier's perks would have taken off an order. Pricing knows."""

from typing import Protocol

from app.membership.rules.plans import Tier
from app.membership.rules.replay import Bought


class Saving(Protocol):
    """What a tier's perks take off an order, in fen. Pure: a replay asks it for every order, under either plan."""

    def __call__(self, bought: Bought, tier: Tier) -> int:
        """Tell what this tier would have saved its buyer."""


_saving: list[Saving] = []


def register(saving: Saving) -> None:
    """Say who knows what perks take off."""
    _saving[:] = [saving]


def saving_fen(bought: Bought, tier: Tier) -> int:
    """What this tier's perks take off the order."""
    return _saving[0](bought, tier)
