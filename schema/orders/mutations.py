"""Shipping and receiving."""

import re
from typing import Annotated

import strawberry

from app.accounts.models import Role
from app.core.ids import OrderId, UserId
from app.orders import actions, queries
from app.orders.actions import Parcel
from app.orders.errors import OrderNotFound
from schema.context import Info
from schema.inputs import bad_input, must_read_id, read_text
from schema.orders.refusals import OrderNotReceivable, OrderNotShippable
from schema.orders.types import Order, StaffOrder
from schema.refusals import Refusal, refusing

_LONGEST_CARRIER = 16
_LONGEST_TRACKING = 32
_TRACKING = re.compile(r"[A-Za-z0-9-]{4,32}")


@strawberry.input
class ShipOrderInput:
    """A parcel, and the order as it was seen."""

    order_id: strawberry.ID
    carrier: str = strawberry.field(description="From staff.carriers.")
    tracking_number: str = strawberry.field(description="Letters, digits and dashes.")
    expected_version: int


@strawberry.input
class UploadShippingAgainInput:
    """Which order's parcel."""

    order_id: strawberry.ID


@strawberry.input
class ConfirmReceiptInput:
    """Which order."""

    order_id: strawberry.ID


ShipOrderResult = Annotated[StaffOrder | OrderNotShippable | Refusal, strawberry.union("ShipOrderResult")]
CorrectShippingResult = Annotated[StaffOrder | OrderNotShippable | Refusal, strawberry.union("CorrectShippingResult")]
UploadShippingAgainResult = Annotated[
    StaffOrder | OrderNotShippable | Refusal, strawberry.union("UploadShippingAgainResult")
]
ConfirmReceiptResult = Annotated[Order | OrderNotReceivable | Refusal, strawberry.union("ConfirmReceiptResult")]


@strawberry.type
class OrdersMutation:
    """What happens to paid orders."""

    @strawberry.mutation(
        description="For MERCHANT. Notes that the parcel is with the carrier; the buyer is told, and WeChat."
    )
    @refusing
    async def ship_order(self, info: Info, input: ShipOrderInput) -> ShipOrderResult | None:  # noqa: A002 - the API's word
        """Ship an order."""
        by = info.context.must_have(Role.MERCHANT).user
        order = _order_id(input.order_id)
        await actions.ship(by=by, order=order, parcel=_parcel(input), expected_version=input.expected_version)
        return await _for_staff(order)

    @strawberry.mutation(description="For MERCHANT. Corrects carrier and number of a parcel on its way; once.")
    @refusing
    async def correct_shipping(
        self,
        info: Info,
        input: ShipOrderInput,  # noqa: A002 - the API's word
    ) -> CorrectShippingResult | None:
        """Correct a parcel's number."""
        by = info.context.must_have(Role.MERCHANT).user
        order = _order_id(input.order_id)
        await actions.correct(by=by, order=order, parcel=_parcel(input), expected_version=input.expected_version)
        return await _for_staff(order)

    @strawberry.mutation(description="For MERCHANT. Tells WeChat once more of a parcel that it did not take.")
    @refusing
    async def upload_shipping_again(
        self,
        info: Info,
        input: UploadShippingAgainInput,  # noqa: A002 - the API's word
    ) -> UploadShippingAgainResult | None:
        """Tell WeChat again."""
        by = info.context.must_have(Role.MERCHANT).user
        order = _order_id(input.order_id)
        await actions.upload_again(by=by, order=order)
        return await _for_staff(order)

    @strawberry.mutation(
        description="I have it: the after-sale window begins. Needs no key: a repeat gives the order as it is."
    )
    @refusing
    async def confirm_receipt(
        self,
        info: Info,
        input: ConfirmReceiptInput,  # noqa: A002 - the API's word
    ) -> ConfirmReceiptResult | None:
        """Say that the parcel has come."""
        buyer: UserId = info.context.must_be_signed_in().user
        order = _order_id(input.order_id)
        await actions.confirm_receipt(buyer=buyer, order=order)
        return Order.of(await queries.order_of(buyer, order))


def _order_id(text: str) -> OrderId:
    return OrderId(must_read_id("order", text, "input.orderId", OrderNotFound))


def _parcel(given: ShipOrderInput) -> Parcel:
    carrier = read_text(given.carrier, "input.carrier", _LONGEST_CARRIER, shortest=1)
    number = read_text(given.tracking_number, "input.trackingNumber", _LONGEST_TRACKING, shortest=4)
    if not _TRACKING.fullmatch(number):
        bad_input("input.trackingNumber", "A parcel's number has letters, digits and dashes.")
    return Parcel(carrier, number)


async def _for_staff(order: OrderId) -> StaffOrder:
    return StaffOrder.of(await queries.order_by_id(order))
