"""What pricing decides over: what a buyer has, and what an order was paid with."""

from collections.abc import Sequence
from dataclasses import replace

from app.core.ids import OrderId, UserId
from app.membership import queries as membership
from app.orders import queries as orders
from app.pricing.rules import Candidates, PaidLine, PaidOrder, Share, of_tier


async def candidates(buyer: UserId, *, coupons: Sequence[str] = (), points: int | None = None) -> Candidates:
    """Every promotion to look at for this buyer now: her perks in force, and what she names."""
    standing = await membership.standing(buyer)
    return replace(
        of_tier(standing.tier),
        coupons=coupons,
        points_wanted=points,
        points_balance=(await membership.points(buyer)).usable if points else 0,
    )


async def paid_order(order: OrderId) -> PaidOrder:
    """An order that is known to exist, as it was paid: what `rules.gives_back` takes."""
    found = await orders.order_by_id(order)
    lines = (await orders.lines_of([order]))[order]
    points_for_shipping = found.points_used - sum(line.points for line in lines)
    return PaidOrder(
        {line.id: PaidLine(line.quantity, Share(line.paid_fen, line.points)) for line in lines},
        Share(found.shipping_fen - points_for_shipping, points_for_shipping),
    )
