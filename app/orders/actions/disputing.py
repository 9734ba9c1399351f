"""A request for money back holds an order up. All run in the transaction of whoever answers the request."""

from app.core import db
from app.core.ids import OrderId
from app.orders.models import Order
from app.orders.queries import order_by_id


async def begin_dispute(order: OrderId) -> Order | None:
    """Hold an order up: it is neither shipped nor settled, nor received by itself, until the request is answered.

    The order as it then is, its row locked; None where it is held up already.
    """
    held_up = await db.execute(_BEGIN, order)
    return await order_by_id(order) if held_up else None


async def end_dispute(order: OrderId) -> None:
    """Let an order go on."""
    await db.execute(_END, order)


_BEGIN = "UPDATE orders SET disputed = TRUE, version = version + 1 WHERE id = $1 AND NOT disputed"
_END = "UPDATE orders SET disputed = FALSE, version = version + 1 WHERE id = $1 AND disputed"
