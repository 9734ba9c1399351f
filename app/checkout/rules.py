"""Who may buy alone, how many pieces, and how long they are held."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.checkout.errors import HoldLimit, Ineligible, NotEligible
from app.core.errors import DomainError
from app.orders.errors import QuantityInvalid

HOLD = timedelta(minutes=10)
MOST_PIECES = 999

#: So many unpaid purchases at once, and so many lapsed ones within a day until the buyer is paused: nobody can keep
#: the last pieces from the others for free.
UNPAID_PURCHASES = 5
LAPSES = 5
LAPSES_WITHIN = timedelta(days=1)
PAUSE = timedelta(minutes=30)

#: WeChat that gives no answer for so long does not keep pieces from the others.
RELEASE_PATIENCE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyerFacts:
    """What decides about one buyer."""

    is_staff: bool
    #: When each of her unpaid purchases is over at the latest.
    holds: Sequence[datetime] = ()
    #: When purchases of hers lapsed, within the last day.
    lapses: Sequence[datetime] = ()


def refusal_to_buy(buyer: BuyerFacts, quantity: int, now: datetime) -> DomainError | None:
    """Why she may not buy so many pieces alone now; None if she may."""
    if buyer.is_staff:
        return NotEligible(Ineligible.STAFF_OF_THE_MERCHANT)
    if not 1 <= quantity <= MOST_PIECES:
        return QuantityInvalid()
    if len(buyer.holds) >= UNPAID_PURCHASES:
        return HoldLimit(min(buyer.holds))
    if len(buyer.lapses) >= LAPSES and now < max(buyer.lapses) + PAUSE:
        return HoldLimit(max(buyer.lapses) + PAUSE)
    return None
