"""Giving a held seat back: the hold ran out, or the buyer thought better of it."""

from app.checkout.actions import placing
from app.core import clock, db, idempotency
from app.core.ids import OrderId, SeatId, UserId
from app.group_buying import rules
from app.group_buying.actions.change import begin_release, give_quota_back, lock
from app.group_buying.actions.ending import seat_freed
from app.group_buying.models import Seat
from app.group_buying.states import SeatEnd, SeatStatus
from app.orders import queries as order_queries
from app.orders.errors import OrderAlreadyPaid
from app.orders.states import CloseReason, OrderStatus


@db.retried
async def begin_to_cancel(*, buyer: UserId, order: OrderId, key: str) -> SeatId | None:
    """Begin to release the seat of an unpaid order; None where the order is closed already.

    Raises OrderNotFound, OrderAlreadyPaid. While it is being released the seat still counts.
    """
    async with db.transaction():
        await idempotency.remember(user=buyer, mutation="cancelOrder", key=key, given={"order": order})
        found = await order_queries.order_of(buyer, order)
        if found.status is OrderStatus.CLOSED:
            return None
        if found.status is not OrderStatus.UNPAID:
            raise OrderAlreadyPaid
        # Should it be paid at this moment, the seat is held no more, and `release` finds out.
        seat = await Seat.get(order_id=order)
        await begin_release(SeatEnd.CANCELLED, id=seat.id)
        return seat.id


@db.retried
async def free_seat(seat: SeatId) -> bool:
    """Give a seat back whose payment is closed or past waiting for; False where it was paid or freed before.

    Its order is closed, its pieces are for sale again, and a group whose leader never paid is cancelled.
    """
    async with db.transaction():
        group = await lock((await Seat.get(id=seat)).group_id)
        held = await Seat.get(id=seat)
        freed = await Seat.filter(id=seat, status=SeatStatus.RELEASING).update(
            status=SeatStatus.RELEASED, ended_at=await clock.now(), release_due_at=None
        )
        if not freed:
            return False
        await placing.close(held.order_id, close_reason(held))
        await give_quota_back(held.offer_id, held.quantity)
        await seat_freed(group)
        return True


async def try_again(seat: SeatId) -> None:
    """WeChat gave no answer about a seat that is being released: ask again soon."""
    now = await clock.now()
    await Seat.filter(id=seat, status=SeatStatus.RELEASING).update(release_due_at=now + rules.RELEASE_RETRY)


def close_reason(seat: Seat) -> CloseReason:
    """Why the order of a seat that was given up is closed."""
    return CloseReason.CANCELLED if seat.end is SeatEnd.CANCELLED else CloseReason.HOLD_ENDED
