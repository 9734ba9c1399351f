"""Placing the order over goods that were priced, whoever sells them, and closing it. In the running transaction."""

from datetime import datetime
from typing import Any

from app.accounts import queries as people
from app.accounts.errors import AddressNotFound
from app.checkout.queries import Priced
from app.core.ids import AddressId, OrderId, UserId
from app.membership.actions.points import return_points, spend_points
from app.membership.states import PointsReason
from app.orders import actions as orders
from app.orders import queries as order_queries
from app.orders.errors import AddressRequired
from app.orders.models import Order
from app.orders.states import CloseReason
from app.payments import actions as payments
from app.payments import ports
from app.payments.models import Purpose

#: As the tables keep them; what the phone shows while paying is shorter than WeChat would take.
_LONGEST_TITLE = 200
_LONGEST_DESCRIPTION = 40


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
    """Place the unpaid order over these goods at this price, and spend its points with it.

    Raises PointsNotEnough where points were taken back since it was priced.
    """
    (line,) = priced.price.lines
    product = priced.product
    order = await orders.place(
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
    if order.points_used:
        await spend_points(buyer, order.points_used, PointsReason.ORDER, str(order.id))
    return order


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


async def close(order: OrderId, reason: CloseReason) -> bool:
    """Close an unpaid order and give its points back; False where it is not unpaid any more."""
    closed = await orders.close(order, reason)
    if closed:
        await give_points_back(order)
    return closed


async def give_points_back(order: OrderId) -> None:
    """Give back all points of an order that did not come about; a repeat gives back nothing.

    Where goods come back, each request gives back its own part.
    """
    found = await order_queries.order_by_id(order)
    if found.points_used:
        await return_points(found.user_id, found.points_used, PointsReason.ORDER, f"{order}:undone", spent=str(order))
