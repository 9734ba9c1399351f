"""Pricing goods for a buyer and placing the order over them, whoever sells them. All in the running transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.accounts import queries as people
from app.accounts.errors import AddressNotFound
from app.catalog import queries as catalog
from app.catalog.models import Product, Sku
from app.checkout.errors import AmountChanged
from app.core.ids import AddressId, SkuId, UserId
from app.orders import actions as orders
from app.orders.errors import AddressRequired
from app.orders.models import Order
from app.payments import actions as payments
from app.payments import ports
from app.payments.models import Purpose
from app.pricing import queries as pricing
from app.pricing.rules import Line, Price, price
from app.pricing.states import PriceKind

#: As the tables keep them; what the phone shows while paying is shorter than WeChat would take.
_LONGEST_TITLE = 200
_LONGEST_DESCRIPTION = 40


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


async def address_of(buyer: UserId, address: AddressId | None) -> dict[str, Any]:
    """Where it goes, as an order keeps it. Raises AddressRequired, AddressNotFound."""
    if address is None:
        raise AddressRequired
    found = await people.address(user=buyer, address=address)
    if found is None:
        raise AddressNotFound
    region = {"province": found.province, "city": found.city, "district": found.district}
    return {"recipient": found.recipient, "phone": found.phone, **region, "detail": found.detail}


async def place(
    *,
    buyer: UserId,
    priced: Priced,
    address: dict[str, Any],
    pay_by: datetime,
    share_code: str | None,
    purpose: Purpose,
) -> Order:
    """Place the unpaid order over these goods at this price, and spend its points with it."""
    (line,) = priced.price.lines
    product = priced.product
    return await orders.place(
        user=buyer,
        lines=[
            orders.NewLine(
                product=product.id,
                sku=priced.sku.id,
                title=" ".join([product.title, *priced.sku.option_values])[:_LONGEST_TITLE],
                picture_path=product.pictures[0]["path"] if product.pictures else None,
                quantity=priced.goods.pieces,
                unit_price_fen=priced.goods.unit_fen,
                discount_fen=line.discount_fen,
                points=line.points,
            )
        ],
        address=address,
        pay_by=pay_by,
        share_code=share_code,
        purpose=purpose,
        shipping_fen=priced.price.shipping_fen,
        points_used=priced.price.points,
        price_trace=[step.as_json() for step in priced.price.trace],
    )


async def ask_for_money(order: Order, *, title: str, pay_by: datetime) -> None:
    """Ask for what an order costs; one of 0 fen is paid at once. The last thing that is done to place it."""
    if order.amount_fen == 0:
        await ports.of(order.purpose).paid(order=order.id, at=order.created_at)
        return
    await payments.ask_for(
        order=order.id,
        user=order.user_id,
        purpose=order.purpose,
        amount_fen=order.amount_fen,
        description=title[:_LONGEST_DESCRIPTION],
        expires_at=pay_by,
    )
