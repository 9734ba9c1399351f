"""Orders' parts, many at once."""

from app.core.ids import OrderId
from app.orders import queries
from app.orders.models import OrderLine
from app.payments import queries as payments
from app.payments.models import Refund


async def load_lines(ids: list[OrderId]) -> list[list[OrderLine]]:
    """The lines of these orders."""
    found = await queries.lines_of(ids)
    return [found[each] for each in ids]


async def load_refunds(ids: list[OrderId]) -> list[list[Refund]]:
    """The refunds of these orders."""
    found = await payments.refunds_of(ids)
    return [[refund for refund in found if refund.order_id == each] for each in ids]
