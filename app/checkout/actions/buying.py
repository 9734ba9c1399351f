"""Buying alone: pieces of stock are held, and the order is placed that will pay for them."""

from dataclasses import asdict, dataclass

from app.accounts import actions as accounts
from app.catalog import actions as stock
from app.catalog import queries as catalog
from app.catalog.errors import ProductNotFound
from app.catalog.models import Sku
from app.checkout import queries, rules
from app.checkout.actions.placing import address_of, ask_for_money, place
from app.checkout.errors import SkuRequired, SoldOut
from app.checkout.models import SoloPurchase
from app.checkout.queries import Goods
from app.checkout.states import PurchaseStatus
from app.core import clock, db, idempotency
from app.core.ids import AddressId, OrderId, ProductId, SkuId, UserId
from app.payments.models import Purpose
from app.pricing.states import PriceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class SoloChoice:
    """What the buyer chose. `expected_fen` is what her page showed, all pieces together; None agrees to any."""

    sku: SkuId | None
    quantity: int
    address: AddressId | None
    share_code: str | None = None
    expected_fen: int | None = None
    use_points: int | None = None


@db.retried
async def buy_now(*, buyer: UserId, product: ProductId, choice: SoloChoice, key: str) -> OrderId:
    """Hold pieces of a product for somebody who buys them alone, and place the order that will pay for them.

    They are held for `rules.HOLD`; afterwards `jobs.release_holds` gives them back. The same key gives the same order
    again. Raises ProductNotFound, NotEligible, QuantityInvalid, HoldLimit, SkuRequired, AmountChanged,
    AddressRequired, AddressNotFound, SoldOut.
    """
    given = {"product": product, **asdict(choice)}
    async with db.transaction():
        earlier = await idempotency.earlier_result(user=buyer, mutation="buyNow", key=key, given=given)
        if earlier:
            return OrderId(db.as_id(earlier["order"]))
        await accounts.lock(buyer)
        sku = await _chosen(product, choice.sku)
        now = await clock.now()
        if refusal := rules.refusal_to_buy(await queries.buyer_facts(buyer), choice.quantity, now):
            raise refusal
        goods = Goods(sku=sku.id, pieces=choice.quantity, unit_fen=sku.price_fen, kind=PriceKind.SOLO)
        priced = await queries.priced_for(buyer, goods, points=choice.use_points, expected_fen=choice.expected_fen)
        address = await address_of(buyer, choice.address)
        if not await stock.claim(sku=sku.id, pieces=choice.quantity):
            raise SoldOut
        held_until = now + rules.HOLD
        order = await place(
            buyer=buyer,
            priced=priced,
            address=address,
            pay_by=held_until,
            share_code=choice.share_code,
            purpose=Purpose.SOLO,
        )
        await SoloPurchase.create(
            order_id=order.id,
            user_id=buyer,
            product_id=product,
            sku_id=sku.id,
            quantity=choice.quantity,
            status=PurchaseStatus.HELD,
            held_until=held_until,
            release_due_at=held_until,
            created_at=now,
        )
        await ask_for_money(order, title=priced.product.title, pay_by=held_until)
        await idempotency.keep_result(user=buyer, mutation="buyNow", key=key, result={"order": order.id})
        return order.id


async def _chosen(product: ProductId, sku: SkuId | None) -> Sku:
    found = (await catalog.products([product])).get(product)
    if found is None or found.off_sale_at is not None:
        raise ProductNotFound
    on_sale = (await catalog.skus_of([product]))[product]
    chosen = [each for each in on_sale if sku in {None, each.id}]
    if len(chosen) != 1:
        raise SkuRequired
    return chosen[0]
