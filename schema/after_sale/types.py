"""What the API says of requests for a refund: to who asked, and to staff."""

from datetime import datetime
from uuid import UUID

import strawberry
from strawberry.dataloader import DataLoader

from app.after_sale import models, queries
from app.after_sale.errors import AfterSaleNotFound
from app.after_sale.states import AfterSaleReason, AfterSaleStatus
from app.core.ids import AfterSaleId, OrderId
from app.orders import models as orders
from schema.after_sale.loaders import load_orders, load_pieces
from schema.context import Info
from schema.orders.loaders import load_lines
from schema.orders.types import Order, OrderLine, StaffOrder
from schema.orders.types.order import WORK_WITH_ORDERS
from schema.scalars import Money, Node, public_id

strawberry.enum(AfterSaleStatus)
strawberry.enum(AfterSaleReason)


@strawberry.type
class AfterSalePiece:
    """Some pieces of one line."""

    line: OrderLine
    quantity: int


@strawberry.type(description="Money that a buyer asks back.")
class AfterSale(Node):
    """A request for a refund."""

    row: strawberry.Private[models.AfterSale]
    status: AfterSaleStatus
    reason: AfterSaleReason
    note: str
    amount: Money = strawberry.field(description="What comes back if it is granted.")
    answer: str | None = strawberry.field(
        description="What staff wrote: why it was declined, or why they gave it back unasked."
    )
    requested_at: datetime
    decided_at: datetime | None

    @strawberry.field
    async def pieces(self, info: Info) -> list[AfterSalePiece]:
        """List what it names."""
        loader: DataLoader[AfterSaleId, dict[UUID, int]] = info.context.loader(load_pieces)
        lines: DataLoader[OrderId, list[orders.OrderLine]] = info.context.loader(load_lines)
        pieces = await loader.load(self.row.id)
        return [
            AfterSalePiece(line=OrderLine.of(line), quantity=pieces[line.id])
            for line in await lines.load(self.row.order_id)
            if line.id in pieces
        ]

    @strawberry.field
    async def order(self, info: Info) -> Order:
        """Tell the order."""
        return Order.of(await _order(info, self.row.order_id))

    @classmethod
    def of(cls, row: models.AfterSale) -> "AfterSale":
        """The API's form of a request."""
        return cls(
            id=public_id("aftersale", row.id),
            row=row,
            status=row.status,
            reason=row.reason,
            note=row.note,
            amount=Money.of(row.amount_fen),
            answer=row.answer,
            requested_at=row.requested_at,
            decided_at=row.decided_at,
        )


@strawberry.type(description="A request as staff see it: MERCHANT and SUPPORT.")
class StaffAfterSale:
    """A request as staff see it."""

    row: strawberry.Private[models.AfterSale]
    after_sale: AfterSale
    version: int = strawberry.field(description="What mutations take as expectedVersion.")

    @strawberry.field
    async def order(self, info: Info) -> StaffOrder:
        """Tell the order."""
        return StaffOrder.of(await _order(info, self.row.order_id))

    @classmethod
    def of(cls, row: models.AfterSale) -> "StaffAfterSale":
        """The API's form of a request for staff."""
        return cls(row=row, after_sale=AfterSale.of(row), version=row.version)


async def _order(info: Info, order: OrderId) -> orders.Order:
    loader: DataLoader[OrderId, orders.Order | None] = info.context.loader(load_orders)
    found = await loader.load(order)
    if found is None:
        raise LookupError(f"a request names order {order}, which is not there")
    return found


async def open_after_sale(info: Info, request: UUID) -> AfterSale | None:
    """A request by its id, for who asked and for staff who work with orders."""
    asker = info.context.who()
    if asker is None:
        return None
    try:
        found = await queries.after_sale(AfterSaleId(request))
    except AfterSaleNotFound:
        return None
    return AfterSale.of(found) if found.user_id == asker.user or info.context.has_any(*WORK_WITH_ORDERS) else None


#: Kind of public id to what opens it.
NODE_OPENERS = {"aftersale": open_after_sale}
