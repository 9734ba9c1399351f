"""Giving a held seat back: the hold ran out, or the buyer thought better of it."""

from app.core import clock, db, idempotency
from app.core.ids import OrderId, SeatId, UserId
from app.group_buying.actions.change import change, give_quota_back, lock
from app.group_buying.actions.ending import fail_when_refunded
from app.group_buying.models import Seat
from app.group_buying.states import GroupChangeKind, GroupStatus, SeatEnd, SeatStatus
from app.orders import actions as orders
from app.orders import queries as order_queries
from app.orders.errors import OrderAlreadyPaid
from app.orders.states import CloseReason, OrderStatus


async def begin_to_cancel(*, buyer: UserId, order: OrderId, key: str) -> SeatId | None:
    """Begin to release the seat of an unpaid order; None where the order is closed already.

    Raises OrderNotFound, OrderAlreadyPaid. While it is being released the seat still counts.
    """
    async with db.transaction():
        await idempotency.remember(user=buyer, mutation="cancelOrder", key=key, given={"order": order})
        await order_queries.order_of(buyer, order)
        locked = await orders.lock(order)
        if locked.status is OrderStatus.CLOSED:
            return None
        if locked.status is not OrderStatus.UNPAID:
            raise OrderAlreadyPaid
        seat = await Seat.get(order_id=order)
        now = await clock.now()
        await Seat.filter(id=seat.id, status=SeatStatus.HELD).update(
            status=SeatStatus.RELEASING, end=SeatEnd.CANCELLED, releasing_since=now, release_due_at=now
        )
        return seat.id


@db.retried
async def free_seat(seat: SeatId) -> bool:
    """Give a seat back whose payment is closed or past waiting for; False where it was paid or freed before.

    Its order is closed, its pieces are for sale again, and a group whose leader never paid is cancelled.
    """
    async with db.transaction():
        held = await Seat.get(id=seat)
        await orders.lock(held.order_id)
        group = await lock(held.group_id)
        now = await clock.now()
        freed = await Seat.filter(id=seat, status=SeatStatus.RELEASING).update(
            status=SeatStatus.RELEASED, ended_at=now, release_due_at=None
        )
        if not freed:
            return False
        cancelled = held.end is SeatEnd.CANCELLED
        await orders.close(held.order_id, CloseReason.CANCELLED if cancelled else CloseReason.HOLD_ENDED)
        await give_quota_back(held.offer_id, held.quantity)
        if group.status is GroupStatus.PENDING:
            await change(
                group, GroupChangeKind.CANCELLED, held=group.held - 1, status=GroupStatus.CANCELLED, ended_at=now
            )
        else:
            group = await change(group, GroupChangeKind.SEAT_FREED, held=group.held - 1)
            await fail_when_refunded(group)
        return True
