"""What goods cost somebody now, and reading purchases alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.accounts import queries as accounts
from app.catalog import queries as catalog
from app.catalog.models import Product, Sku
from app.checkout.errors import AmountChanged
from app.checkout.models import SoloPurchase
from app.checkout.rules import LAPSES_WITHIN, MOST_PIECES, RELEASE_PATIENCE, BuyerFacts
from app.checkout.states import HELD_PURCHASES, PurchaseEnd
from app.core import clock
from app.core.ids import OrderId, SkuId, UserId
from app.pricing import queries as pricing
from app.pricing.rules import Line, Price, price
from app.pricing.states import PriceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """Some pieces of one SKU at the price of one piece before promotions, and at whose price that is."""

    sku: SkuId
    pieces: int
    unit_fen: int
    kind: PriceKind


@dataclass(frozen=True, slots=True)
class Priced:
    """Goods, and what they cost one buyer."""

    goods: Goods
    sku: Sku
    product: Product
    price: Price


async def priced_for(
    buyer: UserId,
    goods: Goods,
    *,
    points: int | None = None,
    coupons: Sequence[str] = (),
    expected_fen: int | None = None,
) -> Priced:
    """What these goods cost this buyer now, and why.

    `expected_fen` is what her page showed, all pieces together; None agrees to any. Raises AmountChanged where it
    would now cost more.
    """
    sku = (await catalog.skus([goods.sku]))[goods.sku]
    product = (await catalog.products([sku.product_id]))[sku.product_id]
    candidates = await pricing.candidates(buyer, coupons=coupons, points=points)
    line = Line(pieces=goods.pieces, unit_fen=goods.unit_fen, kind=goods.kind)
    result = price([line], candidates, shipping_fen=product.shipping_fen)
    if expected_fen is not None and result.amount_fen > expected_fen:
        raise AmountChanged(amount_fen=result.amount_fen)
    return Priced(goods, sku, product, result)


async def goods_alone(sku: SkuId, pieces: int) -> Goods | None:
    """These pieces as they can be bought alone now; None where they cannot."""
    found = (await catalog.skus([sku])).get(sku)
    if found is None or not 1 <= pieces <= min(MOST_PIECES, found.stock):
        return None
    return Goods(sku=sku, pieces=pieces, unit_fen=found.price_fen, kind=PriceKind.SOLO)


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
