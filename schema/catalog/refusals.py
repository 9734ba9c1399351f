"""Refusals of the catalogue that carry data."""

import strawberry

from app.catalog import errors
from schema.context import Context
from schema.refusals import UserError, register
from schema.scalars import Money, public_id


@strawberry.type(description="STOCK_TOO_SMALL")
class StockTooSmall(UserError):
    """There are not so many pieces."""

    stock: int = strawberry.field(description="Pieces that there are.")


@strawberry.type(description="SOLO_PRICE_TOO_LOW")
class SoloPriceTooLow(UserError):
    """Alone it must cost more than in a deal's groups."""

    deal_id: strawberry.ID = strawberry.field(description="The deal that asks the most for it.")
    group_price: Money = strawberry.field(description="Per piece in its groups.")


async def _stock_too_small(error: errors.StockTooSmall, message: str, _: Context) -> StockTooSmall:
    return StockTooSmall(code=error.code, message=message, stock=error.stock)


register(errors.StockTooSmall, StockTooSmall, _stock_too_small)


async def _solo_price_too_low(error: errors.SoloPriceTooLow, message: str, _: Context) -> SoloPriceTooLow:
    return SoloPriceTooLow(
        code=error.code,
        message=message,
        deal_id=public_id("deal", error.deal),
        group_price=Money.of(error.group_price_fen),
    )


register(errors.SoloPriceTooLow, SoloPriceTooLow, _solo_price_too_low)
