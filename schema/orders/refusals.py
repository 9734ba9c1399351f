"""Refusals of orders that carry data."""

import strawberry

from app.orders import errors
from app.orders.states import OrderStatus
from schema.context import Context
from schema.refusals import UserError, register


@strawberry.type(description="ORDER_NOT_PAYABLE")
class OrderNotPayable(UserError):
    """The order can no longer be paid."""

    status: OrderStatus


@strawberry.type(description="ORDER_NOT_SHIPPABLE")
class OrderNotShippable(UserError):
    """It does not wait to be shipped."""

    status: OrderStatus


@strawberry.type(description="ORDER_NOT_RECEIVABLE")
class OrderNotReceivable(UserError):
    """It was not shipped, or its money is on its way back."""

    status: OrderStatus


async def _not_payable(error: errors.OrderNotPayable, message: str, _: Context) -> OrderNotPayable:
    return OrderNotPayable(code=error.code, message=message, status=error.status)


async def _not_shippable(error: errors.OrderNotShippable, message: str, _: Context) -> OrderNotShippable:
    return OrderNotShippable(code=error.code, message=message, status=error.status)


async def _not_receivable(error: errors.OrderNotReceivable, message: str, _: Context) -> OrderNotReceivable:
    return OrderNotReceivable(code=error.code, message=message, status=error.status)


register(errors.OrderNotPayable, OrderNotPayable, _not_payable)
register(errors.OrderNotShippable, OrderNotShippable, _not_shippable)
register(errors.OrderNotReceivable, OrderNotReceivable, _not_receivable)
