"""Purchases count towards growth and bring points; refunds take both back. In the transaction of whoever tells."""

from app.core import clock, db
from app.core.ids import OrderId, UserId
from app.membership import queries
from app.membership.actions.moving import look_at
from app.membership.actions.points import earn_points, reverse_points
from app.membership.models import CountedPurchase
from app.membership.rules import perks
from app.membership.states import PointsReason


async def count_purchase(*, order: OrderId, buyer: UserId, amount_fen: int) -> None:
    """Count what was kept of an order once nothing of it goes back any more. A repeat changes nothing."""
    row = await _lock(order, buyer)
    if row.settled_at is not None:
        return
    # The tier before this purchase: it is what the buyer was promised.
    standing = await queries.standing(buyer)
    row.settled_fen = amount_fen
    row.settled_at = await clock.now()
    row.points_percent = int(standing.points_times * 100)
    row.points = _points_of(row)
    await row.save()
    await earn_points(buyer, row.points, PointsReason.PURCHASE, str(order))
    await look_at(buyer)


async def take_back(*, order: OrderId, buyer: UserId, refunded_fen: int, paid_fen: int) -> None:
    """Take back what a refund undoes of an order's growth and points. Told twice is taken twice.

    A refund before the settlement changes nothing, also where it is heard of later: what was settled is net of it.
    """
    row = await _lock(order, buyer)
    row.paid_fen = paid_fen
    row.refunded_fen += refunded_fen
    before, row.points = row.points, _points_of(row)
    await row.save()
    if before > row.points:
        await reverse_points(
            buyer, before - row.points, PointsReason.PURCHASE, f"{order}:{row.refunded_fen}", earned=str(order)
        )
    await look_at(buyer)


def _points_of(row: CountedPurchase) -> int:
    return perks.points_for(row.kept_fen, row.points_percent) if row.settled_at else 0


async def _lock(order: OrderId, buyer: UserId) -> CountedPurchase:
    await db.execute(
        "INSERT INTO counted_purchases (order_id, user_id, refunded_fen, points, points_percent) "
        "VALUES ($1, $2, 0, 0, 100) ON CONFLICT DO NOTHING",
        order, buyer,
    )  # fmt: skip
    await db.rows(str, "SELECT order_id FROM counted_purchases WHERE order_id = $1 FOR UPDATE", order)
    return await CountedPurchase.get(order_id=order)
