"""Money for a purchase alone: what it buys, and what becomes of it when it is given back.

`SoloSale` answers the port of payments, so all of this happens in the transaction that books the money.
"""

from datetime import datetime

from app.catalog import actions as stock
from app.checkout.facts import SoloPaid
from app.checkout.models import SoloPurchase
from app.checkout.states import HELD_PURCHASES, PurchaseStatus
from app.core import clock, db, idempotency
from app.core.ids import OrderId, UserId
from app.core.outbox import record
from app.orders import actions as orders
from app.orders import queries as order_queries
from app.orders.errors import OrderNotPayable
from app.orders.states import OrderStatus
from app.payments.models import RefundReason
from app.payments.ports import Kept, SentBack
from app.payments.rules import may_still_pay


async def lock(order: OrderId) -> SoloPurchase:
    """A purchase that is known to exist, its row locked until the transaction ends."""
    await db.rows(str, "SELECT order_id FROM solo_purchases WHERE order_id = $1 FOR UPDATE", order)
    return await SoloPurchase.get(order_id=order)


@db.retried
async def begin_to_pay(*, buyer: UserId, order: OrderId, key: str) -> None:
    """See that an unpaid purchase can still be paid, and remember the key.

    Raises OrderNotFound, and OrderNotPayable where it is not unpaid, it is given up, or its last minute has begun.
    """
    async with db.transaction():
        await idempotency.remember(user=buyer, mutation="payOrder", key=key, given={"order": order})
        found = await order_queries.order_of(buyer, order)
        purchase = await SoloPurchase.get(order_id=order)
        held = found.status is OrderStatus.UNPAID and purchase.status is PurchaseStatus.HELD
        if not held or found.pay_by is None or not may_still_pay(found.pay_by, await clock.now()):
            raise OrderNotPayable(found.status)


class SoloSale:
    """What payments asks about the money for a purchase alone."""

    async def paid(self, *, order: OrderId, at: datetime) -> Kept | SentBack:
        """The pieces are hers; where they were given back, so is the money."""
        del at
        purchase = await lock(order)
        if purchase.status not in HELD_PURCHASES:
            return SentBack(RefundReason.OVERFLOW)
        await SoloPurchase.filter(order_id=order).update(
            status=PurchaseStatus.BOUGHT, release_due_at=None, releasing_since=None, end=None
        )
        await orders.advance(order, OrderStatus.TO_SHIP)
        await stock.count_sale(product=purchase.product_id, pieces=purchase.quantity)
        await record(SoloPaid(order, purchase.user_id))
        return Kept()

    async def refund_promised(self, *, order: OrderId, reason: RefundReason) -> None:
        """All of the money is on its way back; pieces that never left the shop can be sold again."""
        await orders.advance(order, OrderStatus.REFUNDING)
        if reason is RefundReason.OVERFLOW:
            return
        purchase = await lock(order)
        returned = await SoloPurchase.filter(order_id=order, status=PurchaseStatus.BOUGHT).update(
            status=PurchaseStatus.RETURNED
        )
        if not returned:
            return
        if not await order_queries.shipments_of([order]):
            await stock.give_back(sku=purchase.sku_id, pieces=purchase.quantity)
        await stock.count_sale(product=purchase.product_id, pieces=-purchase.quantity)

    async def refunded(self, *, order: OrderId, reason: RefundReason) -> None:
        """The money has arrived."""
        del reason
        await orders.advance(order, OrderStatus.REFUNDED)

    async def refund_failed(self, *, order: OrderId, reason: RefundReason) -> None:
        """The desk has it; nothing changes for the purchase."""

    async def settled(self, *, order: OrderId) -> None:
        """Nothing changes for the purchase."""
