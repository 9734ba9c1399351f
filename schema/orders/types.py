"""What the API says of orders, to their owners."""

from datetime import datetime
from uuid import UUID

import strawberry
from strawberry.dataloader import DataLoader

from app.accounts import rules as account_rules
from app.core.ids import GroupId, OrderId
from app.core.words import say
from app.group_buying import models as group_buying
from app.group_buying.states import IfSeatLost
from app.orders import models, queries, wording
from app.orders.errors import OrderNotFound
from app.orders.states import CloseReason, OrderStatus
from app.payments import models as payments
from app.payments.models import RefundReason, RefundStatus
from schema.context import Info
from schema.group_buying.loaders import load_groups, load_seats_of_orders
from schema.group_buying.types import Group
from schema.orders.loaders import load_lines, load_refunds
from schema.pictures import media_url
from schema.scalars import HistoryEntry, Money, Node, public_id

strawberry.enum(OrderStatus)
strawberry.enum(CloseReason)
strawberry.enum(RefundStatus)
strawberry.enum(RefundReason)


@strawberry.type
class OrderLine:
    """Some pieces of one SKU."""

    title: str
    quantity: int
    image_url: str | None


@strawberry.type
class ShippingAddress:
    """Where it goes, as it was when the order was placed."""

    recipient: str
    phone_masked: str
    region: str
    detail: str


@strawberry.type
class Refund:
    """Money on its way back."""

    status: RefundStatus
    amount: Money
    reason: RefundReason


@strawberry.type
class Overflow:
    """What became of money that arrived after the hold ended."""

    outcome: IfSeatLost = strawberry.field(
        description="What was done: what the buyer chose, or REFUND where that could not be."
    )
    from_group: Group
    to_group: Group | None = strawberry.field(description="Null where the money went back.")


@strawberry.type
class Order(Node):
    """One purchase."""

    row: strawberry.Private[models.Order]
    status: OrderStatus
    close_reason: CloseReason | None = strawberry.field(description="Null unless CLOSED.")
    amount: Money = strawberry.field(description="What is to be paid or was paid, all lines together.")
    pay_by: datetime | None = strawberry.field(
        description="The end of the hold, and of the payment at WeChat; null where nothing is to be paid any more."
    )
    created_at: datetime
    address: ShippingAddress | None = strawberry.field(
        description="As it was when the order was placed; null where nothing is shipped."
    )

    @strawberry.field
    async def items(self, info: Info) -> list[OrderLine]:
        """List what was bought."""
        loader: DataLoader[OrderId, list[models.OrderLine]] = info.context.loader(load_lines)
        return [
            OrderLine(title=line.title, quantity=line.quantity, image_url=media_url(line.picture_path))
            for line in await loader.load(self.row.id)
        ]

    @strawberry.field(description="The oldest first.")
    async def timeline(self, info: Info) -> list[HistoryEntry]:
        """Tell its history."""
        return [
            HistoryEntry(at=event.at, what=say(info.context.locale, wording.WHAT_HAPPENED[event.status]))
            for event in await queries.history_of(self.row.id)
        ]

    @strawberry.field
    async def refunds(self, info: Info) -> list[Refund]:
        """List what went or goes back."""
        loader: DataLoader[OrderId, list[payments.Refund]] = info.context.loader(load_refunds)
        return [
            Refund(status=each.status, amount=Money.of(each.amount_fen), reason=each.reason)
            for each in await loader.load(self.row.id)
        ]

    @strawberry.field(
        description="What became of money that arrived after the hold ended; null where that did not happen."
    )
    async def overflow(self, info: Info) -> Overflow | None:
        """Tell what became of late money."""
        seat = await self._seat(info)
        if seat is None or seat.overflow is None:
            return None
        return Overflow(outcome=seat.overflow, from_group=await _group(info, seat), to_group=None)

    @strawberry.field(description="Null for a purchase alone.")
    async def group(self, info: Info) -> Group | None:
        """Tell the group that it has a seat in."""
        seat = await self._seat(info)
        return await _group(info, seat) if seat else None

    async def _seat(self, info: Info) -> group_buying.Seat | None:
        loader: DataLoader[OrderId, group_buying.Seat | None] = info.context.loader(load_seats_of_orders)
        return await loader.load(self.row.id)

    @classmethod
    def of(cls, row: models.Order) -> "Order":
        """The API's form of an order."""
        return cls(
            id=public_id("order", row.id),
            row=row,
            status=row.status,
            # An order whose late money goes back was closed, and is not any more.
            close_reason=row.close_reason if row.status is OrderStatus.CLOSED else None,
            amount=Money.of(row.amount_fen),
            pay_by=row.pay_by,
            created_at=row.created_at,
            address=_address(row),
        )


async def _group(info: Info, seat: group_buying.Seat) -> Group:
    loader: DataLoader[GroupId, group_buying.Group | None] = info.context.loader(load_groups)
    row = await loader.load(seat.group_id)
    if row is None:
        raise LookupError(f"seat {seat.id} is in no group")
    return Group.of(row)


def _address(row: models.Order) -> ShippingAddress | None:
    if row.address is None:
        return None
    kept = row.address
    return ShippingAddress(
        recipient=kept["recipient"],
        phone_masked=account_rules.mask_phone(kept["phone"]),
        region=account_rules.region(kept["province"], kept["city"], kept["district"]),
        detail=kept["detail"],
    )


async def open_order(info: Info, order: UUID) -> Order | None:
    """An order by its id, for its owner."""
    asker = info.context.who()
    if asker is None:
        return None
    try:
        return Order.of(await queries.order_of(asker.user, OrderId(order)))
    except OrderNotFound:
        return None


#: Kind of public id to what opens it.
NODE_OPENERS = {"order": open_order}
