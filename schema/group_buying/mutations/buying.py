"""The money path: opening, joining, paying, leaving. Every mutation but confirmPayment takes an idempotency key."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from app.accounts.errors import AddressNotFound
from app.checkout import flows as checkout
from app.core.errors import TargetNotFound
from app.core.ids import AddressId, DealId, GroupCode, OfferId, OrderId, UserId, is_code
from app.group_buying import errors, flows
from app.group_buying.actions.opening import Choice
from app.group_buying.states import IfSeatLost
from app.orders import queries as orders
from app.orders.errors import OrderNotFound
from app.payments import flows as payments
from schema.context import Info
from schema.group_buying.refusals import (
    AlreadyInGroup,
    AlreadyLeading,
    AmountChanged,
    DealNotRunning,
    GroupEnded,
    GroupFull,
    HoldLimit,
    LimitReached,
    NotEligible,
    OrderNotPayable,
)
from schema.group_buying.types import CheckoutStarted
from schema.inputs import read_id, read_key, read_pieces, read_points, read_share_code
from schema.refusals import Refusal, refusing
from schema.scalars import Fen

if TYPE_CHECKING:
    from schema.orders.types import Order


@strawberry.input
class OpenGroupInput:
    """What opens a group."""

    deal_id: strawberry.ID
    idempotency_key: str
    sku_id: strawberry.ID | None = strawberry.field(
        default=None, description="Null only where the product has one SKU."
    )
    quantity: int | None = 1
    address_id: strawberry.ID | None = strawberry.field(default=None, description="Goods that are shipped need one.")
    share_code: str | None = strawberry.field(default=None, description="By which recorded touch she came; makes none.")
    expected_amount_fen: Fen | None = strawberry.field(
        default=None,
        description="What the page showed, all pieces together, in fen; AMOUNT_CHANGED where it would now cost more. "
        "Null agrees to any.",
    )
    coupon_ids: list[strawberry.ID] | None = None
    use_points: int | None = None


@strawberry.input
class JoinGroupInput:
    """What joins a group."""

    group_code: str
    idempotency_key: str
    sku_id: strawberry.ID | None = strawberry.field(
        default=None, description="Null only where the product has one SKU."
    )
    quantity: int | None = 1
    address_id: strawberry.ID | None = strawberry.field(default=None, description="Goods that are shipped need one.")
    share_code: str | None = strawberry.field(default=None, description="By which recorded touch she came; makes none.")
    expected_amount_fen: Fen | None = strawberry.field(
        default=None,
        description="What the page showed, all pieces together, in fen; AMOUNT_CHANGED where it would now cost more. "
        "Null agrees to any.",
    )
    coupon_ids: list[strawberry.ID] | None = None
    use_points: int | None = None
    if_seat_lost: IfSeatLost | None = strawberry.field(
        default=IfSeatLost.REFUND, description="Only for money that arrives after the hold ended."
    )


@strawberry.input
class PayOrderInput:
    """Which order to pay."""

    order_id: strawberry.ID
    idempotency_key: str


@strawberry.input
class ConfirmPaymentInput:
    """Which order was paid, as the phone says."""

    order_id: strawberry.ID


@strawberry.input
class CancelOrderInput:
    """Which order to cancel."""

    order_id: strawberry.ID
    idempotency_key: str


@strawberry.input
class LeaveGroupInput:
    """Which group to leave."""

    group_code: str
    idempotency_key: str


_Order = Annotated["Order", strawberry.lazy("schema.orders.types")]
OpenGroupResult = Annotated[
    CheckoutStarted
    | DealNotRunning
    | AlreadyLeading
    | HoldLimit
    | LimitReached
    | NotEligible
    | AmountChanged
    | Refusal,
    strawberry.union("OpenGroupResult"),
]
JoinGroupResult = Annotated[
    CheckoutStarted
    | GroupFull
    | GroupEnded
    | AlreadyInGroup
    | HoldLimit
    | LimitReached
    | NotEligible
    | AmountChanged
    | Refusal,
    strawberry.union("JoinGroupResult"),
]
PayOrderResult = Annotated[CheckoutStarted | OrderNotPayable | Refusal, strawberry.union("PayOrderResult")]
ConfirmPaymentResult = Annotated[_Order | Refusal, strawberry.union("ConfirmPaymentResult")]
CancelOrderResult = Annotated[_Order | Refusal, strawberry.union("CancelOrderResult")]
LeaveGroupResult = Annotated[_Order | GroupEnded | Refusal, strawberry.union("LeaveGroupResult")]


@strawberry.type
class BuyingMutation:
    """The money path."""

    @strawberry.mutation(
        description="Holds the leader's seat and places the unpaid order; the group is PENDING until it is paid. "
        "The same key never opens a second group."
    )
    @refusing
    async def open_group(self, info: Info, input: OpenGroupInput) -> OpenGroupResult | None:  # noqa: A002 - the API's word
        """Open a group."""
        buyer = info.context.must_be_signed_in().user
        deal = read_id("deal", input.deal_id, "input.dealId")
        if deal is None:
            raise errors.DealNotFound
        started = await flows.open_group(
            buyer=buyer, deal=DealId(deal), choice=_choice(input), key=read_key(input.idempotency_key)
        )
        return CheckoutStarted.of(started)

    @strawberry.mutation(
        description="Holds a seat until order.payBy and places the unpaid order. "
        "The same key gives the same seat again, never a second one."
    )
    @refusing
    async def join_group(self, info: Info, input: JoinGroupInput) -> JoinGroupResult | None:  # noqa: A002 - the API's word
        """Join a group."""
        buyer = info.context.must_be_signed_in().user
        started = await flows.join(
            buyer=buyer, group=_group_code(input.group_code), choice=_choice(input), key=read_key(input.idempotency_key)
        )
        return CheckoutStarted.of(started)

    @strawberry.mutation(
        description="Payment parameters of an unpaid order once more. "
        "A repeat signs the same payment again and never charges twice."
    )
    @refusing
    async def pay_order(self, info: Info, input: PayOrderInput) -> PayOrderResult | None:  # noqa: A002 - the API's word
        """Get ready to pay again."""
        buyer = info.context.must_be_signed_in().user
        started = await checkout.pay_order(
            buyer=buyer, order=_order_id(input.order_id), key=read_key(input.idempotency_key)
        )
        return CheckoutStarted.of(started)

    @strawberry.mutation(
        description="Asks WeChat Pay and gives the order as it then is. "
        "Needs no key: any number of calls change nothing that the payment had not changed."
    )
    @refusing
    async def confirm_payment(
        self,
        info: Info,
        input: ConfirmPaymentInput,  # noqa: A002 - the API's word
    ) -> ConfirmPaymentResult | None:
        """Ask whether an order was paid."""
        buyer = info.context.must_be_signed_in().user
        order = _order_id(input.order_id)
        await orders.order_of(buyer, order)
        await payments.confirm(order)
        return await _as_it_is(buyer, order)

    @strawberry.mutation(
        description="Closes the payment and gives the seat back; unpaid orders only. A repeat gives the closed order."
    )
    @refusing
    async def cancel_order(
        self,
        info: Info,
        input: CancelOrderInput,  # noqa: A002 - the API's word
    ) -> CancelOrderResult | None:
        """Cancel an unpaid order."""
        buyer = info.context.must_be_signed_in().user
        order = _order_id(input.order_id)
        await checkout.cancel_order(buyer=buyer, order=order, key=read_key(input.idempotency_key))
        return await _as_it_is(buyer, order)

    @strawberry.mutation(
        description="Gives the seat back; paid money is refunded in full. "
        "A repeat gives the same order and starts no second refund."
    )
    @refusing
    async def leave_group(
        self,
        info: Info,
        input: LeaveGroupInput,  # noqa: A002 - the API's word
    ) -> LeaveGroupResult | None:
        """Leave a group."""
        member = info.context.must_be_signed_in().user
        order = await flows.leave(
            member=member, group=_group_code(input.group_code), key=read_key(input.idempotency_key)
        )
        return await _as_it_is(member, order)


def _choice(given: OpenGroupInput | JoinGroupInput) -> Choice:
    if given.coupon_ids:
        # Nobody has a coupon yet, so none of these is hers.
        raise TargetNotFound
    offer = read_id("offer", given.sku_id, "input.skuId") if given.sku_id is not None else None
    if given.sku_id is not None and offer is None:
        raise errors.SkuNotInDeal
    address = read_id("address", given.address_id, "input.addressId") if given.address_id is not None else None
    if given.address_id is not None and address is None:
        raise AddressNotFound
    return Choice(
        offer=OfferId(offer) if offer else None,
        quantity=read_pieces(given.quantity),
        address=AddressId(address) if address else None,
        share_code=read_share_code(given.share_code),
        expected_fen=given.expected_amount_fen,
        use_points=read_points(given.use_points),
        if_seat_lost=getattr(given, "if_seat_lost", None) or IfSeatLost.REFUND,
    )


def _group_code(text: str) -> GroupCode:
    if not is_code(text, "G"):
        raise errors.GroupNotFound
    return GroupCode(text)


def _order_id(text: str) -> OrderId:
    order = read_id("order", text, "input.orderId")
    if order is None:
        raise OrderNotFound
    return OrderId(order)


async def _as_it_is(buyer: UserId, order: OrderId) -> "Order":
    from schema.orders.types import Order  # noqa: PLC0415 - orders have groups, these answers have orders

    return Order.of(await orders.order_of(buyer, order))
