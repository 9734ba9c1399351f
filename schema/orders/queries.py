"""My orders, and everybody's for staff."""

from datetime import datetime
from uuid import UUID

import strawberry

from app.core import ids
from app.core.ids import OrderId
from app.orders import queries, wording
from app.orders.models import Order as OrderRow
from app.orders.states import OrderStatus
from schema.connections import Connection, page
from schema.context import Info
from schema.inputs import read_cursor, read_id, read_page_size, read_text
from schema.orders.types import Carrier, Order, StaffOrder, open_order
from schema.orders.types.order import WORK_WITH_ORDERS

_LONGEST_NUMBER = 64


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
            key=_key,
            node=Order.of,
        )

    @strawberry.field
    async def order(self, info: Info, id: strawberry.ID) -> Order | None:  # noqa: A002 - the API's word
        """Open one of my orders."""
        order = read_id("order", id, "id")
        return await open_order(info, order) if order else None


@strawberry.type
class OrdersStaff:
    """Everybody's orders."""

    @strawberry.field(description="For MERCHANT and SUPPORT. The newest first.")
    async def orders(
        self,
        info: Info,
        first: int,
        after: str | None = None,
        status: OrderStatus | None = None,
        number: str | None = None,
    ) -> Connection[StaffOrder]:
        """List orders: those of a status, or those of a number (an order's id, its payment's at WeChat, a parcel's)."""
        info.context.must_have(*WORK_WITH_ORDERS)
        size = read_page_size(first)
        found = await queries.page_for_staff(
            status=status,
            among=await _numbered(read_text(number, "number", _LONGEST_NUMBER)) if number is not None else None,
            limit=size + 1,
            before=_place(after),
        )
        return page(found, first=size, after=after, key=_key, node=StaffOrder.of)

    @strawberry.field(description="For MERCHANT and SUPPORT.")
    async def order(self, info: Info, id: strawberry.ID) -> StaffOrder | None:  # noqa: A002 - the API's word
        """Open an order."""
        info.context.must_have(*WORK_WITH_ORDERS)
        order = read_id("order", id, "id")
        found = await queries.orders([OrderId(order)]) if order else {}
        return next((StaffOrder.of(each) for each in found.values()), None)

    @strawberry.field(description="For MERCHANT and SUPPORT. Who carries our parcels.")
    def carriers(self, info: Info) -> list[Carrier]:
        """List the carriers."""
        info.context.must_have(*WORK_WITH_ORDERS)
        return [Carrier(code=code, name=wording.carrier(code, info.context.locale)) for code in wording.CARRIERS]


async def _numbered(number: str) -> list[OrderId]:
    try:
        kind, order = ids.from_public(number)
    except ids.MalformedIdError:
        return await queries.numbered(number)
    return [OrderId(order)] if kind == "order" else []


def _key(order: OrderRow) -> tuple[str, str]:
    return order.created_at.isoformat(), str(order.id)


def _place(after: str | None) -> tuple[datetime, OrderId] | None:
    key = read_cursor(after, [datetime, UUID])
    return key and (key[0], OrderId(key[1]))
