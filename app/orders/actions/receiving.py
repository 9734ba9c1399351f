"""The buyer has her parcel, or the days for it are over; then the after-sale window ends, and the order is settled."""

from datetime import datetime

from app.core import clock, db
from app.core.ids import OrderId, UserId
from app.core.outbox import record
from app.ledger import actions as ledger
from app.ledger.models import Account, Reason
from app.orders import errors, rules
from app.orders.actions.placing import advance, note
from app.orders.facts import OrderReceived, OrderSettled
from app.orders.models import Order
from app.orders.queries import order_by_id, order_of
from app.orders.states import OrderNote, OrderStatus
from app.payments import actions as payments
from app.payments import ports


@db.retried
async def confirm_receipt(*, buyer: UserId, order: OrderId) -> None:
    """Note that the buyer has her parcel: the after-sale window begins. A repeat changes nothing.

    Raises OrderNotFound, and OrderNotReceivable where it was never shipped, or its money is on its way back.
    """
    async with db.transaction():
        await _lock(order)
        found = await order_of(buyer, order)
        if found.status in {OrderStatus.RECEIVED, OrderStatus.SETTLED}:
            return
        if found.status is not OrderStatus.SHIPPED:
            raise errors.OrderNotReceivable(found.status)
        await _receive(found, await clock.now())


@db.retried
async def receive_by_itself(order: OrderId) -> bool:
    """Note an order as received whose days for it are over; False where that is not so (any more)."""
    async with db.transaction():
        await _lock(order)
        found, now = await order_by_id(order), await clock.now()
        if found.receive_by is None or found.receive_by > now or found.disputed:
            return False
        await _receive(found, now)
        await note(order, OrderNote.RECEIVED_BY_ITSELF)
        return True


async def _receive(order: Order, now: datetime) -> None:
    await advance(order.id, OrderStatus.RECEIVED)
    await Order.filter(id=order.id).update(after_sale_until=now + rules.AFTER_SALE_WINDOW)
    await record(OrderReceived(order.id, order.user_id))


@db.retried
async def settle(order: OrderId) -> bool:
    """Settle a received order whose after-sale window has ended: what was kept of its money is earned.

    False where that is not so (any more), or a request for its money waits for an answer.
    """
    async with db.transaction():
        # The payment first, as everywhere: what goes back of it is decided under its lock.
        payment = await payments.lock(order)
        await _lock(order)
        found = await order_by_id(order)
        over = found.after_sale_until is not None and found.after_sale_until <= await clock.now()
        if found.status is not OrderStatus.RECEIVED or not over or found.disputed:
            return False
        await advance(order, OrderStatus.SETTLED)
        earned = payment.amount_fen - payment.refunded_fen if payment else 0
        if earned:
            await ledger.post(
                source=Account.SALES,
                target=Account.BUYERS,
                amount_fen=earned,
                reason=Reason.SETTLEMENT,
                reference=str(order),
            )
        await ports.of(found.purpose).settled(order=order)
        await record(OrderSettled(order, found.user_id, earned))
        return True


async def _lock(order: OrderId) -> None:
    await db.rows(str, "SELECT id FROM orders WHERE id = $1 FOR UPDATE", order)
