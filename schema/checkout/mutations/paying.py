"""Paying for an order, asking whether it was paid, and cancelling it while it is not; however it came about."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from app.checkout import flows
from app.core.ids import OrderId, UserId
from app.orders import queries as orders
from app.orders.errors import OrderNotFound
from app.payments import flows as payments
from schema.context import Info
from schema.group_buying.types import CheckoutStarted
from schema.inputs import must_read_id, read_key
from schema.orders.refusals import OrderNotPayable
from schema.refusals import Refusal, refusing

if TYPE_CHECKING:
    from schema.orders.types import Order


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


_Order = Annotated["Order", strawberry.lazy("schema.orders.types")]
PayOrderResult = Annotated[CheckoutStarted | OrderNotPayable | Refusal, strawberry.union("PayOrderResult")]
ConfirmPaymentResult = Annotated[_Order | Refusal, strawberry.union("ConfirmPaymentResult")]
CancelOrderResult = Annotated[_Order | Refusal, strawberry.union("CancelOrderResult")]


@strawberry.type
class PayingMutation:
    """Paying, and not paying after all."""

    @strawberry.mutation(
        description="Payment parameters of an unpaid order once more. "
        "A repeat signs the same payment again and never charges twice."
    )
    @refusing
    async def pay_order(self, info: Info, input: PayOrderInput) -> PayOrderResult | None:  # noqa: A002 - the API's word
        """Get ready to pay again."""
        buyer = info.context.must_be_signed_in().user
        started = await flows.pay_order(
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
        return await the_order(buyer, order)

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
        await flows.cancel_order(buyer=buyer, order=order, key=read_key(input.idempotency_key))
        return await the_order(buyer, order)


def _order_id(text: str) -> OrderId:
    return OrderId(must_read_id("order", text, "input.orderId", OrderNotFound))


async def the_order(buyer: UserId, order: OrderId) -> "Order":
    """Her order as it is. Raises OrderNotFound for another's."""
    from schema.orders.types import Order  # noqa: PLC0415 - orders have groups, these answers have orders

    return Order.of(await orders.order_of(buyer, order))
