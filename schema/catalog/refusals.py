"""Refusals of the catalogue that carry data."""

import strawberry

from app.catalog import errors
from schema.context import Context
from schema.refusals import UserError, register


@strawberry.type(description="STOCK_TOO_SMALL")
class StockTooSmall(UserError):
    """There are not so many pieces."""

    stock: int = strawberry.field(description="Pieces that there are.")


async def _stock_too_small(error: errors.StockTooSmall, message: str, _: Context) -> StockTooSmall:
    return StockTooSmall(code=error.code, message=message, stock=error.stock)


register(errors.StockTooSmall, StockTooSmall, _stock_too_small)
