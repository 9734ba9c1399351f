"""My orders."""

from datetime import datetime
from uuid import UUID

import strawberry

from app.core.ids import OrderId
from app.orders import queries
from schema.connections import Connection, page
from schema.context import Info
from schema.inputs import read_cursor, read_id, read_page_size
from schema.orders.types import Order, open_order


@strawberry.type
class OrdersViewer:
    """What I bought."""

    @strawberry.field(description="The newest first.")
    async def orders(self, info: Info, first: int, after: str | None = None) -> Connection[Order]:
        """List my orders."""
        size = read_page_size(first)
        user = info.context.must_be_signed_in().user
        found = await queries.page(user, limit=size + 1, before=_place(after))
        return page(
            found,
            first=size,
            after=after,
            key=lambda order: (order.created_at.isoformat(), str(order.id)),
            node=Order.of,
        )

    @strawberry.field
    async def order(self, info: Info, id: strawberry.ID) -> Order | None:  # noqa: A002 - the API's word
        """Open one of my orders."""
        order = read_id("order", id, "id")
        return await open_order(info, order) if order else None


def _place(after: str | None) -> tuple[datetime, OrderId] | None:
    key = read_cursor(after, [datetime, UUID])
    return key and (key[0], OrderId(key[1]))
