"""Opening, joining and leaving groups. Every mutation takes an idempotency key."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from app.core.ids import DealId, GroupCode, OfferId, is_code
from app.group_buying import errors, flows
from app.group_buying.actions.opening import Choice
from app.group_buying.states import IfSeatLost
from schema.checkout.mutations.paying import the_order
from schema.checkout.types import PurchaseInput, read_choice
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
)
from schema.group_buying.types import CheckoutStarted
from schema.inputs import must_read_id, read_key
from schema.refusals import Refusal, refusing

if TYPE_CHECKING:
    from schema.orders.types import Order


@strawberry.input
class OpenGroupInput(PurchaseInput):
    """What opens a group."""

    deal_id: strawberry.ID


@strawberry.input
class JoinGroupInput(PurchaseInput):
    """What joins a group."""

    group_code: str
    if_seat_lost: IfSeatLost | None = strawberry.field(
        default=IfSeatLost.REFUND, description="Only for money that arrives after the hold ended."
    )


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
LeaveGroupResult = Annotated[_Order | GroupEnded | Refusal, strawberry.union("LeaveGroupResult")]


@strawberry.type
class BuyingMutation:
    """Opening, joining and leaving groups."""

    @strawberry.mutation(
        description="Holds the leader's seat and places the unpaid order; the group is PENDING until it is paid. "
        "The same key never opens a second group."
    )
    @refusing
    async def open_group(self, info: Info, input: OpenGroupInput) -> OpenGroupResult | None:  # noqa: A002 - the API's word
        """Open a group."""
        buyer = info.context.must_be_signed_in().user
        deal = must_read_id("deal", input.deal_id, "input.dealId", errors.DealNotFound)
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
        return await the_order(member, order)


def _choice(given: OpenGroupInput | JoinGroupInput) -> Choice:
    sku = given.sku_id
    return Choice(
        offer=None if sku is None else OfferId(must_read_id("offer", sku, "input.skuId", errors.SkuNotInDeal)),
        if_seat_lost=getattr(given, "if_seat_lost", None) or IfSeatLost.REFUND,
        **read_choice(given),
    )


def _group_code(text: str) -> GroupCode:
    if not is_code(text, "G"):
        raise errors.GroupNotFound
    return GroupCode(text)
