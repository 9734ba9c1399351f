"""Asking for money back, and answering."""

from typing import Annotated
from uuid import UUID

import strawberry

from app.accounts.models import Role
from app.after_sale import actions, queries
from app.after_sale.errors import AfterSaleNotFound, RefundQuantityInvalid
from app.after_sale.states import AfterSaleReason
from app.core.ids import AfterSaleId, OrderId
from app.orders.errors import OrderNotFound
from schema.after_sale.refusals import AfterSaleDecided, OrderNotRefundable
from schema.after_sale.types import AfterSale, StaffAfterSale
from schema.context import Info
from schema.inputs import bad_input, must_read_id, read_key, read_text
from schema.refusals import Refusal, refusing

_LONGEST_NOTE = 500
_LONGEST_ANSWER = 200
#: As many lines as any order can have.
_MOST_LINES = 100


@strawberry.input
class RefundLineInput:
    """Some pieces of one line of the order."""

    line_id: strawberry.ID
    quantity: int


@strawberry.input
class RequestRefundInput:
    """What is asked back, and why."""

    order_id: strawberry.ID
    reason: AfterSaleReason
    idempotency_key: str
    lines: list[RefundLineInput] | None = strawberry.field(
        default=None, description="Null for all that is left; before it is shipped nothing else is possible."
    )
    note: str | None = strawberry.field(default=None, description="In her own words; 500 characters at most.")


@strawberry.input
class WithdrawRefundRequestInput:
    """Which request."""

    after_sale_id: strawberry.ID


@strawberry.input
class ApproveRefundInput:
    """Which request, as it was seen."""

    after_sale_id: strawberry.ID
    expected_version: int


@strawberry.input
class RejectRefundInput:
    """Which request, as it was seen, and why not."""

    after_sale_id: strawberry.ID
    reason: str = strawberry.field(description="The buyer reads it; 200 characters at most.")
    expected_version: int


@strawberry.input
class RefundOrderInput:
    """What is given back without being asked, and why."""

    order_id: strawberry.ID
    reason: AfterSaleReason
    answer: str = strawberry.field(description="The buyer reads it; 200 characters at most.")
    expected_version: int = strawberry.field(description="The order's.")
    lines: list[RefundLineInput] | None = strawberry.field(
        default=None, description="Null for all that is left; before it is shipped nothing else is possible."
    )


RequestRefundResult = Annotated[AfterSale | OrderNotRefundable | Refusal, strawberry.union("RequestRefundResult")]
WithdrawRefundRequestResult = Annotated[
    AfterSale | AfterSaleDecided | Refusal, strawberry.union("WithdrawRefundRequestResult")
]
ApproveRefundResult = Annotated[StaffAfterSale | AfterSaleDecided | Refusal, strawberry.union("ApproveRefundResult")]
RefundOrderResult = Annotated[StaffAfterSale | OrderNotRefundable | Refusal, strawberry.union("RefundOrderResult")]
RejectRefundResult = Annotated[StaffAfterSale | AfterSaleDecided | Refusal, strawberry.union("RejectRefundResult")]


@strawberry.type
class AfterSaleMutation:
    """After-sale."""

    @strawberry.mutation(
        description="Asks for the money of an order, or of some of its pieces. While it waits for an answer the order "
        "is neither shipped nor settled. The same key never asks twice."
    )
    @refusing
    async def request_refund(
        self,
        info: Info,
        input: RequestRefundInput,  # noqa: A002 - the API's word
    ) -> RequestRefundResult | None:
        """Ask for a refund."""
        buyer = info.context.must_be_signed_in().user
        made = await actions.request(
            buyer=buyer,
            order=_order_id(input.order_id),
            pieces=_pieces(input.lines),
            reason=input.reason,
            note=read_text(input.note or "", "input.note", _LONGEST_NOTE),
            key=read_key(input.idempotency_key),
        )
        return AfterSale.of(await queries.after_sale(made))

    @strawberry.mutation(description="Takes my request back; the order goes on. A repeat gives the withdrawn request.")
    @refusing
    async def withdraw_refund_request(
        self,
        info: Info,
        input: WithdrawRefundRequestInput,  # noqa: A002 - the API's word
    ) -> WithdrawRefundRequestResult | None:
        """Withdraw a request."""
        buyer = info.context.must_be_signed_in().user
        request = _request_id(input.after_sale_id)
        await actions.withdraw(buyer=buyer, request=request)
        return AfterSale.of(await queries.after_sale(request))

    @strawberry.mutation(description="For SUPPORT. Grants a request; the money is on its way.")
    @refusing
    async def approve_refund(
        self,
        info: Info,
        input: ApproveRefundInput,  # noqa: A002 - the API's word
    ) -> ApproveRefundResult | None:
        """Grant a request."""
        by = info.context.must_have(Role.SUPPORT).user
        request = _request_id(input.after_sale_id)
        await actions.approve(by=by, request=request, expected_version=input.expected_version)
        return StaffAfterSale.of(await queries.after_sale(request))

    @strawberry.mutation(description="For SUPPORT. Declines a request; the buyer is told why, and may ask once more.")
    @refusing
    async def reject_refund(
        self,
        info: Info,
        input: RejectRefundInput,  # noqa: A002 - the API's word
    ) -> RejectRefundResult | None:
        """Decline a request."""
        by = info.context.must_have(Role.SUPPORT).user
        request = _request_id(input.after_sale_id)
        reason = read_text(input.reason, "input.reason", _LONGEST_ANSWER, shortest=1)
        await actions.reject(by=by, request=request, reason=reason, expected_version=input.expected_version)
        return StaffAfterSale.of(await queries.after_sale(request))

    @strawberry.mutation(
        description="For SUPPORT. Gives an order's money back, or that of some pieces, without being asked: what is "
        "out of stock, or was declined and is granted after all. A request that waits is answered instead."
    )
    @refusing
    async def refund_order(
        self,
        info: Info,
        input: RefundOrderInput,  # noqa: A002 - the API's word
    ) -> RefundOrderResult | None:
        """Refund an order."""
        by = info.context.must_have(Role.SUPPORT).user
        made = await actions.refund(
            by=by,
            order=_order_id(input.order_id),
            pieces=_pieces(input.lines),
            reason=input.reason,
            answer=read_text(input.answer, "input.answer", _LONGEST_ANSWER, shortest=1),
            expected_version=input.expected_version,
        )
        return StaffAfterSale.of(await queries.after_sale(made))


def _order_id(text: str) -> OrderId:
    return OrderId(must_read_id("order", text, "input.orderId", OrderNotFound))


def _request_id(text: str) -> AfterSaleId:
    return AfterSaleId(must_read_id("aftersale", text, "input.afterSaleId", AfterSaleNotFound))


def _pieces(lines: list[RefundLineInput] | None) -> dict[UUID, int] | None:
    if lines is None:
        return None
    if len(lines) > _MOST_LINES:
        bad_input("input.lines", "An order has {most} lines at most.", most=_MOST_LINES)
    pieces: dict[UUID, int] = {}
    for number, each in enumerate(lines):
        line = must_read_id("line", each.line_id, f"input.lines.{number}.lineId", RefundQuantityInvalid)
        pieces[line] = pieces.get(line, 0) + each.quantity
    return pieces
