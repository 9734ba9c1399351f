"""Requests for a refund, for staff; a buyer finds hers at her orders."""

from datetime import datetime
from uuid import UUID

import strawberry

from app.after_sale import queries
from app.after_sale.errors import AfterSaleNotFound
from app.after_sale.states import AfterSaleStatus
from app.core.ids import AfterSaleId
from schema.after_sale.types import StaffAfterSale
from schema.connections import Connection, page
from schema.context import Info
from schema.inputs import read_cursor, read_id, read_page_size
from schema.orders.types.order import WORK_WITH_ORDERS


@strawberry.type
class AfterSaleStaff:
    """What buyers ask back."""

    @strawberry.field(description="For MERCHANT and SUPPORT. Who has waited longest first.")
    async def after_sales(
        self, info: Info, first: int, after: str | None = None, status: AfterSaleStatus | None = None
    ) -> Connection[StaffAfterSale]:
        """List requests for a refund, or those of a status."""
        info.context.must_have(*WORK_WITH_ORDERS)
        size = read_page_size(first)
        found = await queries.page(status=status, limit=size + 1, after=_place(after))
        return page(
            found,
            first=size,
            after=after,
            key=lambda each: (each.requested_at.isoformat(), str(each.id)),
            node=StaffAfterSale.of,
        )

    @strawberry.field(description="For MERCHANT and SUPPORT.")
    async def after_sale(self, info: Info, id: strawberry.ID) -> StaffAfterSale | None:  # noqa: A002 - the API's word
        """Open a request for a refund."""
        info.context.must_have(*WORK_WITH_ORDERS)
        request = read_id("aftersale", id, "id")
        if request is None:
            return None
        try:
            return StaffAfterSale.of(await queries.after_sale(AfterSaleId(request)))
        except AfterSaleNotFound:
            return None


def _place(after: str | None) -> tuple[datetime, AfterSaleId] | None:
    key = read_cursor(after, [datetime, UUID])
    return key and (key[0], AfterSaleId(key[1]))
