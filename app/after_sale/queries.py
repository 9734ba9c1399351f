"""Reading requests for a refund."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.after_sale.errors import AfterSaleNotFound
from app.after_sale.models import AfterSale, AfterSalePiece
from app.after_sale.states import GRANTED, AfterSaleStatus
from app.core import db
from app.core.ids import AfterSaleId, OrderId, UserId


async def after_sale(request: AfterSaleId) -> AfterSale:
    """A request, for staff and for our own work. Raises AfterSaleNotFound."""
    found = await AfterSale.get_or_none(id=request)
    if found is None:
        raise AfterSaleNotFound
    return found


async def after_sale_of(user: UserId, request: AfterSaleId) -> AfterSale:
    """A buyer's own request. Raises AfterSaleNotFound, also where it is somebody else's."""
    found = await AfterSale.get_or_none(id=request, user_id=user)
    if found is None:
        raise AfterSaleNotFound
    return found


async def after_sales_of(ids: Sequence[OrderId]) -> dict[OrderId, list[AfterSale]]:
    """The requests of these orders, the oldest first."""
    found: dict[OrderId, list[AfterSale]] = {each: [] for each in ids}
    for each in await AfterSale.filter(order_id__in=ids).order_by("requested_at", "id"):
        found[each.order_id].append(each)
    return found


async def pieces_of(ids: Sequence[AfterSaleId]) -> dict[AfterSaleId, dict[UUID, int]]:
    """The pieces that these requests name, by line."""
    found: dict[AfterSaleId, dict[UUID, int]] = {each: {} for each in ids}
    for each in await AfterSalePiece.filter(after_sale_id__in=ids).order_by("id"):
        found[each.after_sale_id][each.line_id] = each.quantity
    return found


async def given_back(order: OrderId) -> dict[UUID, int]:
    """The pieces of an order that were granted, by line."""
    granted = await AfterSale.filter(order_id=order, status__in=GRANTED)
    found: dict[UUID, int] = {}
    for pieces in (await pieces_of([each.id for each in granted])).values():
        for line, count in pieces.items():
            found[line] = found.get(line, 0) + count
    return found


async def page(
    *, status: AfterSaleStatus | None, limit: int, after: tuple[datetime, AfterSaleId] | None
) -> list[AfterSale]:
    """Requests, the oldest first, from after the given place on: who has waited longest is answered first."""
    found = AfterSale.filter(status=status) if status else AfterSale.all()
    return await db.oldest_first(found, "requested_at", limit=limit, after=after)
