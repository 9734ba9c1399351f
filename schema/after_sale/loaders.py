"""Requests' parts, many at once."""

from uuid import UUID

from app.after_sale import queries
from app.core.ids import AfterSaleId, OrderId
from app.orders import queries as orders
from app.orders.models import Order


async def load_pieces(ids: list[AfterSaleId]) -> list[dict[UUID, int]]:
    """The pieces that these requests name."""
    found = await queries.pieces_of(ids)
    return [found[each] for each in ids]


async def load_orders(ids: list[OrderId]) -> list[Order | None]:
    """These orders; None for what there is not."""
    found = await orders.orders(ids)
    return [found.get(each) for each in ids]
