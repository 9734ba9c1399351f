"""Placing orders and moving them on. All run in the transaction of whoever knows why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.core import clock, db
from app.core.ids import OrderId, ProductId, SkuId, UserId, new_id
from app.orders import rules
from app.orders.models import Order, OrderEvent, OrderLine
from app.orders.states import CloseReason, OrderNote, OrderStatus
from app.payments.models import Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLine:
    """Some pieces of one SKU, called and priced as they are now."""

    product: ProductId
    sku: SkuId
    title: str
    picture_path: str | None
    quantity: int
    unit_price_fen: int
    #: What discounts take off all pieces together, and the points that pay for them, a fen each.
    discount_fen: int = 0
    points: int = 0


async def place(
    *,
    user: UserId,
    lines: Sequence[NewLine],
    address: dict[str, Any] | None,
    pay_by: datetime,
    share_code: str | None,
    purpose: Purpose,
    shipping_fen: int = 0,
    points_used: int = 0,
    price_trace: Sequence[dict[str, Any]] = (),
) -> Order:
    """Place an unpaid order over these lines and this fee, in the running transaction. `purpose` names who sells it.

    `points_used` are all points, those of the lines and those that pay the fee; what they take off is not paid.
    """
    now = await clock.now()
    goods_fen = sum(line.quantity * line.unit_price_fen - line.discount_fen for line in lines)
    order = await Order.create(
        user_id=user,
        status=OrderStatus.UNPAID,
        amount_fen=goods_fen + shipping_fen - points_used,
        shipping_fen=shipping_fen,
        points_used=points_used,
        price_trace=list(price_trace) or None,
        pay_by=pay_by,
        address=address,
        share_code=share_code,
        purpose=purpose,
        created_at=now,
    )
    for line in lines:
        await OrderLine.create(
            order_id=order.id,
            product_id=line.product,
            sku_id=line.sku,
            title=line.title,
            picture_path=line.picture_path,
            quantity=line.quantity,
            unit_price_fen=line.unit_price_fen,
            discount_fen=line.discount_fen,
            points=line.points,
        )
    await OrderEvent.create(order_id=order.id, at=now, status=OrderStatus.UNPAID)
    return order


async def advance(order: OrderId, to: OrderStatus) -> bool:
    """Move an order on and note it in its history, in the running transaction.

    False, and nothing changed, where it is in no status from which it could: a repeat moves nothing.
    """
    return order in await advance_all([order], to)


async def advance_all(orders: Sequence[OrderId], to: OrderStatus) -> list[OrderId]:
    """Move orders on as `advance` does, in a few statements however many they are; those that moved."""
    now = await clock.now()
    paid_at = now if to in rules.PAID else None
    moved: list[OrderId] = await db.rows(OrderId, _ADVANCE, to, paid_at, list(orders), list(rules.may_follow(to)))
    if moved:
        await OrderEvent.bulk_create([OrderEvent(id=new_id(), order_id=each, at=now, status=to) for each in moved])
    return moved


#: Nothing is to be paid any more wherever an order goes; it was paid when it was first paid.
_ADVANCE = """
UPDATE orders SET status = $1, pay_by = NULL, paid_at = COALESCE(paid_at, $2), receive_by = NULL,
                  version = version + 1
 WHERE id = ANY($3::uuid[]) AND status = ANY($4::text[])
RETURNING id
"""


async def close(order: OrderId, reason: CloseReason) -> bool:
    """Close an unpaid order, in the running transaction; False where it is not unpaid any more."""
    closed = await advance(order, OrderStatus.CLOSED)
    if closed:
        await Order.filter(id=order).update(close_reason=reason)
    return closed


async def note(order: OrderId, what: OrderNote, **values: Any) -> None:
    """Write into an order's history what is no change of its status, in the running transaction."""
    row = await Order.get(id=order).only("id", "status")
    await OrderEvent.create(order_id=order, at=await clock.now(), status=row.status, note=what, values=values or None)
