"""What the API says of orders, to their owners."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry
from strawberry.dataloader import DataLoader

from app.accounts import rules as account_rules
from app.accounts.models import Role
from app.after_sale import models as after_sale
from app.core.ids import GroupId, OrderId
from app.group_buying import models as group_buying
from app.group_buying.states import IfSeatLost
from app.orders import models, queries, wording
from app.orders.errors import OrderNotFound
from app.orders.states import CloseReason, OrderStatus
from app.payments import models as payments
from app.payments.models import RefundReason, RefundStatus
from app.pricing.rules import Step
from schema.checkout.types.prices import PriceStep
from schema.context import Info
from schema.group_buying.loaders import load_groups, load_seats_of_orders
from schema.group_buying.types import Group
from schema.orders.loaders import load_after_sales, load_lines, load_refunds, load_shipments
from schema.pictures import media_url
from schema.scalars import HistoryEntry, Money, Node, public_id

if TYPE_CHECKING:
    from schema.after_sale.types import AfterSale

strawberry.enum(OrderStatus)
strawberry.enum(CloseReason)
strawberry.enum(RefundStatus)
strawberry.enum(RefundReason)

#: Staff who see orders that are not their own.
WORK_WITH_ORDERS = (Role.MERCHANT, Role.SUPPORT)

_AfterSale = Annotated["AfterSale", strawberry.lazy("schema.after_sale.types")]


@strawberry.type
class OrderLine(Node):
    """Some pieces of one SKU. Its id is what requestRefund takes as lineId."""

    title: str
    quantity: int
    image_url: str | None

    @classmethod
    def of(cls, row: models.OrderLine) -> "OrderLine":
        """The API's form of a line."""
        return cls(
            id=public_id("line", row.id),
            title=row.title,
            quantity=row.quantity,
            image_url=media_url(row.picture_path),
        )


@strawberry.type
class ShippingAddress:
    """Where it goes, as it was when the order was placed."""

    recipient: str
    phone_masked: str
    region: str
    detail: str


@strawberry.type
class Shipping:
    """The parcel."""

    carrier: str = strawberry.field(description="For people, in the caller's language.")
    tracking_number: str
    shipped_at: datetime


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
    receive_by: datetime | None = strawberry.field(
        description="When it counts as received by itself; null unless SHIPPED."
    )
    after_sale_until: datetime | None = strawberry.field(
        description="Until when money can be asked back; null before it is received."
    )
    address: ShippingAddress | None = strawberry.field(
        description="As it was when the order was placed; null where nothing is shipped."
    )

    @strawberry.field
    async def items(self, info: Info) -> list[OrderLine]:
        """List what was bought."""
        loader: DataLoader[OrderId, list[models.OrderLine]] = info.context.loader(load_lines)
        return [OrderLine.of(line) for line in await loader.load(self.row.id)]

    @strawberry.field(description="Why it costs that: every promotion that was looked at when it was placed.")
    def price_trace(self, info: Info) -> list[PriceStep]:
        """Explain the amount."""
        return [PriceStep.of(Step.from_json(each), info.context.locale) for each in self.row.price_trace or []]

    @strawberry.field(description="Null before it is shipped.")
    async def shipping(self, info: Info) -> Shipping | None:
        """Tell the parcel."""
        loader: DataLoader[OrderId, models.Shipment | None] = info.context.loader(load_shipments)
        found = await loader.load(self.row.id)
        if found is None:
            return None
        return Shipping(
            carrier=wording.carrier(found.carrier, info.context.locale),
            tracking_number=found.tracking_number,
            shipped_at=found.shipped_at,
        )

    @strawberry.field(description="What was asked back of it, the oldest first.")
    async def after_sales(self, info: Info) -> list[_AfterSale]:
        """List the requests for a refund."""
        from schema.after_sale.types import AfterSale  # noqa: PLC0415 - orders have requests, requests have an order

        loader: DataLoader[OrderId, list[after_sale.AfterSale]] = info.context.loader(load_after_sales)
        return [AfterSale.of(each) for each in await loader.load(self.row.id)]

    @strawberry.field(description="The oldest first.")
    async def timeline(self, info: Info) -> list[HistoryEntry]:
        """Tell its history."""
        return [
            HistoryEntry(
                at=event.at, what=wording.happened(event.status, event.note, event.values, info.context.locale)
            )
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
            receive_by=row.receive_by,
            after_sale_until=row.after_sale_until,
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


async def open_node(info: Info, order: UUID) -> Order | None:
    """An order by its id, for its owner, and for staff who work with orders."""
    if info.context.has_any(*WORK_WITH_ORDERS):
        found = (await queries.orders([OrderId(order)])).get(OrderId(order))
        return Order.of(found) if found else None
    return await open_order(info, order)


async def open_order(info: Info, order: UUID) -> Order | None:
    """An order by its id, for its owner."""
    asker = info.context.who()
    if asker is None:
        return None
    try:
        return Order.of(await queries.order_of(asker.user, OrderId(order)))
    except OrderNotFound:
        return None


async def open_line(info: Info, line: UUID) -> OrderLine | None:
    """A line by its id, for whoever may open its order."""
    found = await queries.line(line)
    return OrderLine.of(found) if found and await open_node(info, found.order_id) else None


#: Kind of public id to what opens it.
NODE_OPENERS = {"order": open_node, "line": open_line}
