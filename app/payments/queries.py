"""Reading payments and refunds."""

from collections.abc import Sequence

from tortoise.expressions import Q

from app.core.ids import OrderId, PaymentId
from app.payments.models import Payment, Refund, RefundStatus


async def payment_of(order: OrderId) -> Payment | None:
    """The payment of an order; None where nothing was to be paid."""
    return await Payment.get_or_none(order_id=order)


async def payments_of(orders: Sequence[OrderId]) -> dict[OrderId, Payment]:
    """The payments of these orders; one for which nothing was to be paid is left out."""
    return {each.order_id: each for each in await Payment.filter(order_id__in=orders)}


async def orders_numbered(number: str) -> list[OrderId]:
    """The orders whose payment has this number: ours, or WeChat's as it stands in the buyer's bill."""
    return [each.order_id for each in await Payment.filter(Q(out_trade_no=number) | Q(transaction_id=number))]


async def payment_by_id(payment: PaymentId) -> Payment:
    """A payment that is known to exist."""
    return await Payment.get(id=payment)


async def never_payable(orders: Sequence[OrderId]) -> set[OrderId]:
    """Those of these orders that WeChat was asked to charge for and never said how to pay."""
    found = await Payment.filter(order_id__in=orders, asked_at__isnull=False, prepay_id=None)
    return {payment.order_id for payment in found}


async def is_owed(order: OrderId) -> bool:
    """Whether money that was promised back for an order has yet to arrive."""
    return await Refund.filter(order_id=order).exclude(status=RefundStatus.SUCCEEDED).exists()


async def refunds_of(orders: Sequence[OrderId]) -> list[Refund]:
    """The refunds of these orders, the oldest first."""
    return await Refund.filter(order_id__in=orders).order_by("created_at", "id")
