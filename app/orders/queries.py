"""Reading orders."""

from collections.abc import Sequence
from datetime import datetime

from tortoise.expressions import Q

from app.core.ids import OrderId, ProductId, UserId
from app.orders.errors import OrderNotFound
from app.orders.models import Order, OrderEvent, OrderLine, Shipment
from app.orders.rules import BOUGHT, HAS_RECEIVED


async def order_of(user: UserId, order: OrderId) -> Order:
    """A buyer's own order. Raises OrderNotFound, also where it is somebody else's."""
    found = await Order.get_or_none(id=order, user_id=user)
    if found is None:
        raise OrderNotFound
    return found


async def order_by_id(order: OrderId) -> Order:
    """Anybody's order, for staff and for our own work. Raises OrderNotFound."""
    found = await Order.get_or_none(id=order)
    if found is None:
        raise OrderNotFound
    return found


async def orders(ids: Sequence[OrderId]) -> dict[OrderId, Order]:
    """These orders; one that does not exist is left out."""
    return {each.id: each for each in await Order.filter(id__in=ids)}


async def page(user: UserId, *, limit: int, before: tuple[datetime, OrderId] | None) -> list[Order]:
    """A buyer's orders, the newest first, from after the given place on."""
    found = Order.filter(user_id=user)
    if before is not None:
        at, order = before
        # Two orders of one moment are told apart by their ids.
        found = found.filter(Q(created_at__lt=at) | Q(created_at=at, id__lt=order))
    return await found.order_by("-created_at", "-id").limit(limit)


async def lines_of(ids: Sequence[OrderId]) -> dict[OrderId, list[OrderLine]]:
    """The lines of these orders."""
    found: dict[OrderId, list[OrderLine]] = {each: [] for each in ids}
    for line in await OrderLine.filter(order_id__in=ids).order_by("id"):
        found[line.order_id].append(line)
    return found


async def shipments_of(ids: Sequence[OrderId]) -> dict[OrderId, Shipment]:
    """The parcels of these orders; one that was not shipped is left out."""
    return {each.order_id: each for each in await Shipment.filter(order_id__in=ids)}


async def received(users: Sequence[UserId]) -> set[tuple[UserId, ProductId]]:
    """Which products these people have received, and not given back."""
    lines = OrderLine.filter(order__user_id__in=list(set(users)), order__status__in=list(HAS_RECEIVED))
    return {(user, product) for user, product in await lines.distinct().values_list("order__user_id", "product_id")}


async def history_of(order: OrderId) -> list[OrderEvent]:
    """What happened to an order, the oldest first."""
    return await OrderEvent.filter(order_id=order).order_by("at", "id")


async def has_bought(users: Sequence[UserId]) -> bool:
    """Whether any of these people has a paid order whose money has not been promised back."""
    return await Order.filter(user_id__in=users, status__in=BOUGHT).exists()
