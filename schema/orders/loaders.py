"""Orders' parts, many at once."""

from app.after_sale import queries as after_sale
from app.after_sale.models import AfterSale
from app.core.ids import OrderId
from app.orders import queries
from app.orders.models import OrderLine, Shipment
from app.payments import queries as payments
from app.payments.models import Payment, Refund


async def load_lines(ids: list[OrderId]) -> list[list[OrderLine]]:
    """The lines of these orders."""
    found = await queries.lines_of(ids)
    return [found[each] for each in ids]


async def load_refunds(ids: list[OrderId]) -> list[list[Refund]]:
    """The refunds of these orders."""
    found = await payments.refunds_of(ids)
    return [[refund for refund in found if refund.order_id == each] for each in ids]


async def load_shipments(ids: list[OrderId]) -> list[Shipment | None]:
    """The parcels of these orders; None for what was not shipped."""
    found = await queries.shipments_of(ids)
    return [found.get(each) for each in ids]


async def load_payments(ids: list[OrderId]) -> list[Payment | None]:
    """The payments of these orders; None for what cost nothing."""
    found = await payments.payments_of(ids)
    return [found.get(each) for each in ids]


async def load_after_sales(ids: list[OrderId]) -> list[list[AfterSale]]:
    """The requests for a refund of these orders."""
    found = await after_sale.after_sales_of(ids)
    return [found[each] for each in ids]
