"""Giving held pieces back: the hold ran out, or the buyer thought better of it."""

from app.catalog import actions as stock
from app.checkout.actions import placing
from app.checkout.actions.paying import lock
from app.checkout.models import SoloPurchase
from app.checkout.states import PurchaseEnd, PurchaseStatus
from app.core import clock, db, idempotency
from app.core.ids import OrderId, UserId
from app.orders import queries as order_queries
from app.orders.errors import OrderAlreadyPaid
from app.orders.states import CloseReason, OrderStatus


@db.retried
async def begin_to_cancel(*, buyer: UserId, order: OrderId, key: str) -> bool:
    """Begin to release the pieces of an unpaid purchase; False where it is closed already.

    Raises OrderNotFound, OrderAlreadyPaid. While they are being released they still count.
    """
    async with db.transaction():
        await idempotency.remember(user=buyer, mutation="cancelOrder", key=key, given={"order": order})
        found = await order_queries.order_of(buyer, order)
        if found.status is OrderStatus.CLOSED:
            return False
        if found.status is not OrderStatus.UNPAID:
            raise OrderAlreadyPaid
        # Should it be paid at this moment, it is held no more, and `flows.release` finds out.
        now = await clock.now()
        await SoloPurchase.filter(order_id=order, status=PurchaseStatus.HELD).update(
            status=PurchaseStatus.RELEASING, end=PurchaseEnd.CANCELLED, releasing_since=now, release_due_at=now
        )
        return True


@db.retried
async def free(order: OrderId) -> bool:
    """Give pieces back whose payment is closed or past waiting for; False where they were paid or freed before.

    The order is closed, and they are for sale again.
    """
    async with db.transaction():
        purchase = await lock(order)
        freed = await SoloPurchase.filter(order_id=order, status=PurchaseStatus.RELEASING).update(
            status=PurchaseStatus.RELEASED, release_due_at=None
        )
        if not freed:
            return False
        cancelled = purchase.end is PurchaseEnd.CANCELLED
        await placing.close(order, CloseReason.CANCELLED if cancelled else CloseReason.HOLD_ENDED)
        await stock.give_back(sku=purchase.sku_id, pieces=purchase.quantity)
        return True
