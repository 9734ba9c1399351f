"""Refusals of requests that carry data."""

import strawberry

from app.after_sale import errors
from app.after_sale.states import AfterSaleStatus
from app.orders.states import OrderStatus
from schema.context import Context
from schema.refusals import UserError, register


@strawberry.type(description="ORDER_NOT_REFUNDABLE")
class OrderNotRefundable(UserError):
    """Its money cannot be asked back now."""

    status: OrderStatus


@strawberry.type(description="AFTER_SALE_DECIDED")
class AfterSaleDecided(UserError):
    """It does not wait for an answer any more."""

    status: AfterSaleStatus


async def _not_refundable(error: errors.OrderNotRefundable, message: str, _: Context) -> OrderNotRefundable:
    return OrderNotRefundable(code=error.code, message=message, status=error.status)


async def _decided(error: errors.AfterSaleDecided, message: str, _: Context) -> AfterSaleDecided:
    return AfterSaleDecided(code=error.code, message=message, status=error.status)


register(errors.OrderNotRefundable, OrderNotRefundable, _not_refundable)
register(errors.AfterSaleDecided, AfterSaleDecided, _decided)
