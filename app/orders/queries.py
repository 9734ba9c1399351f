"""Reading orders."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.core import db
from app.core.ids import OrderId, ProductId, UserId
from app.orders.errors import OrderNotFound
from app.orders.models import Order, OrderEvent, OrderLine, Shipment
from app.orders.rules import BOUGHT, HAS_RECEIVED
from app.orders.states import OrderStatus
from app.payments import queries as payments


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
    return await db.newest_first(Order.filter(user_id=user), "created_at", limit=limit, before=before)


async def page_for_staff(
    *,
    status: OrderStatus | None = None,
    among: Sequence[OrderId] | None = None,
    limit: int,
    before: tuple[datetime, OrderId] | None,
) -> list[Order]:
    """Everybody's orders, or those of these ids, the newest first, from after the given place on."""
    found = Order.filter(status=status) if status else Order.all()
    if among is not None:
        found = found.filter(id__in=among)
    return await db.newest_first(found, "created_at", limit=limit, before=before)


async def numbered(number: str) -> list[OrderId]:
    """The orders that this number is of: its payment's at WeChat, ours or theirs, or its parcel's."""
    parcels = await Shipment.filter(tracking_number=number)
    return [*await payments.orders_numbered(number), *[each.order_id for each in parcels]]


async def lines_of(ids: Sequence[OrderId]) -> dict[OrderId, list[OrderLine]]:
    """The lines of these orders."""
    found: dict[OrderId, list[OrderLine]] = {each: [] for each in ids}
    for line in await OrderLine.filter(order_id__in=ids).order_by("id"):
        found[line.order_id].append(line)
    return found


async def line(line_id: UUID) -> OrderLine | None:
    """A line by its id; None where there is none."""
    return await OrderLine.get_or_none(id=line_id)


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


async def bought_between(since: datetime, until: datetime, *, limit: int, after: OrderId | None) -> list[Order]:
    """Orders paid within these moments whose money was not promised back, behind the given one by their ids."""
    found = Order.filter(status__in=BOUGHT, paid_at__gt=since, paid_at__lte=until)
    if after is not None:
        found = found.filter(id__gt=after)
    return await found.order_by("id").limit(limit)


async def count_bought_between(since: datetime, until: datetime) -> int:
    """How many orders `bought_between` gives altogether."""
    return await Order.filter(status__in=BOUGHT, paid_at__gt=since, paid_at__lte=until).count()
