"""What is the buyer's own: her seat, what she may do, what she has to pay."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from app.core.ids import OrderId
from app.group_buying import models
from app.group_buying.flows import Checkout
from app.group_buying.states import IfSeatLost, SeatStatus
from app.orders import queries as orders
from app.wechat import pay
from schema.context import Info
from schema.group_buying.types.group import Group, open_group
from schema.refusals import UserError

if TYPE_CHECKING:
    from schema.orders.types import Order

strawberry.enum(SeatStatus)
strawberry.enum(IfSeatLost)

#: Her seat counts down only while it is held.
_COUNTING_DOWN = (SeatStatus.HELD, SeatStatus.RELEASING)


@strawberry.type
class MySeat:
    """My seat in a group."""

    row: strawberry.Private[models.Seat]
    status: SeatStatus
    is_leader: bool
    held_until: datetime | None = strawberry.field(description="The countdown's end; null once paid or released.")

    @strawberry.field
    async def order(self, info: Info) -> Annotated["Order", strawberry.lazy("schema.orders.types")]:
        """Tell the order that pays for it."""
        return await _order(info, self.row.order_id)

    @classmethod
    def of(cls, row: models.Seat, group: models.Group) -> "MySeat":
        """The API's form of somebody's own seat."""
        return cls(
            row=row,
            status=row.status,
            is_leader=row.user_id == group.leader_id,
            held_until=row.held_until if row.status in _COUNTING_DOWN else None,
        )


async def _order(info: Info, order: OrderId) -> "Order":
    from schema.orders.types import Order  # noqa: PLC0415 - orders have groups, seats have orders

    found = await orders.order_of(info.context.must_be_signed_in().user, order)
    return Order.of(found)


@strawberry.type
class Eligibility:
    """Whether I could join now."""

    can_join: bool
    refusal: UserError | None = strawberry.field(description="What joinGroup would answer; null where canJoin.")


@strawberry.type(description="The arguments of wx.requestPayment, word for word.")
class PaymentParameters:
    """What the phone needs to pay."""

    time_stamp: str
    nonce_str: str
    package: str
    sign_type: str
    pay_sign: str


@strawberry.type(description="The order is placed and the seat held.")
class CheckoutStarted:
    """An order that waits to be paid."""

    checkout: strawberry.Private[Checkout]
    payment: PaymentParameters | None = strawberry.field(
        description="For wx.requestPayment; null where nothing is to be paid, where it can no longer be paid, "
        "and where WeChat did not answer."
    )
    retry_after_ms: int | None = strawberry.field(
        description="Milliseconds until payOrder is worth a try; set only where WeChat did not answer."
    )

    @strawberry.field
    async def order(self, info: Info) -> Annotated["Order", strawberry.lazy("schema.orders.types")]:
        """Tell the order as it is now."""
        return await _order(info, self.checkout.order)

    @strawberry.field(description="Null for a purchase alone.")
    async def group(self, info: Info) -> Group | None:
        """Tell the group as it is now."""
        return await open_group(info, self.checkout.group) if self.checkout.group else None

    @classmethod
    def of(cls, checkout: Checkout) -> "CheckoutStarted":
        """The API's form of a checkout."""
        signed = checkout.prepaid.parameters
        return cls(
            checkout=checkout,
            payment=_signed(signed) if signed else None,
            retry_after_ms=checkout.prepaid.retry_after_ms,
        )


def _signed(parameters: pay.PaymentParameters) -> PaymentParameters:
    return PaymentParameters(
        time_stamp=parameters.timeStamp,
        nonce_str=parameters.nonceStr,
        package=parameters.package,
        sign_type=parameters.signType,
        pay_sign=parameters.paySign,
    )
