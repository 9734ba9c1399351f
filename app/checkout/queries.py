"""Reading purchases alone."""

from app.accounts import queries as accounts
from app.checkout.models import SoloPurchase
from app.checkout.rules import LAPSES_WITHIN, RELEASE_PATIENCE, BuyerFacts
from app.checkout.states import HELD_PURCHASES, PurchaseEnd
from app.core import clock
from app.core.ids import OrderId, UserId


async def purchase_of(order: OrderId) -> SoloPurchase:
    """The purchase that an order pays for, which is known to exist."""
    return await SoloPurchase.get(order_id=order)


async def buyer_facts(buyer: UserId) -> BuyerFacts:
    """What decides whether this buyer may buy alone; exact while her row is locked."""
    now = await clock.now()
    held = await SoloPurchase.filter(user_id=buyer, status__in=HELD_PURCHASES)
    lapsed = await SoloPurchase.filter(user_id=buyer, end=PurchaseEnd.LAPSED, releasing_since__gt=now - LAPSES_WITHIN)
    return BuyerFacts(
        is_staff=bool(await accounts.roles(buyer)),
        holds=[each.releasing_since + RELEASE_PATIENCE if each.releasing_since else each.held_until for each in held],
        lapses=[each.releasing_since for each in lapsed if each.releasing_since],
    )
