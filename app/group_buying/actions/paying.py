"""Money for a seat: what it buys, and what becomes of it when it is given back.

`SeatPurchase` answers the port of payments, so all of this happens in the transaction that books the money.
"""

from datetime import datetime, timedelta

from app.catalog import actions as catalog
from app.checkout.actions import placing
from app.core import clock, db, idempotency
from app.core.ids import GroupId, OrderId, UserId
from app.core.outbox import record
from app.group_buying import rules
from app.group_buying.actions.change import change, give_quota_back, lock
from app.group_buying.actions.ending import fail_when_refunded, seat_freed
from app.group_buying.actions.leaving import close_reason
from app.group_buying.facts import GroupCompleted, LatePaymentRefunded, SeatTaken
from app.group_buying.models import Deal, Group, Seat
from app.group_buying.states import (
    HELD_SEATS,
    DealStatus,
    GroupChangeKind,
    GroupStatus,
    IfSeatLost,
    SeatEnd,
    SeatStatus,
)
from app.orders import actions as orders
from app.orders import queries as order_queries
from app.orders.errors import OrderNotPayable
from app.orders.states import OrderStatus
from app.payments.models import RefundReason
from app.payments.ports import Kept, SentBack
from app.payments.rules import may_still_pay


@db.retried
async def begin_to_pay(*, buyer: UserId, order: OrderId, key: str) -> GroupId:
    """See that an unpaid order can still be paid, and remember the key; gives the group.

    Raises OrderNotFound, and OrderNotPayable where it is not unpaid, its seat is given up, or its last minute
    has begun.
    """
    async with db.transaction():
        await idempotency.remember(user=buyer, mutation="payOrder", key=key, given={"order": order})
        found = await order_queries.order_of(buyer, order)
        seat = await Seat.get(order_id=order)
        held = found.status is OrderStatus.UNPAID and seat.status is SeatStatus.HELD
        if not held or found.pay_by is None or not may_still_pay(found.pay_by, await clock.now()):
            raise OrderNotPayable(found.status)
        return seat.group_id


class SeatPurchase:
    """What payments asks about the money for a seat."""

    async def paid(self, *, order: OrderId, at: datetime) -> Kept | SentBack:
        """The seat is taken, perhaps the last one; where it is lost, the money goes back."""
        seat, group = await _locked(order)
        if seat.status in HELD_SEATS and await _may_be_taken(seat, group):
            await _take(seat, group, at)
            return Kept()
        await _lose(seat, group)
        return SentBack(RefundReason.OVERFLOW)

    async def refund_promised(self, *, order: OrderId, reason: RefundReason) -> None:
        """The seat and the order say that the money is on its way."""
        await orders.advance(order, OrderStatus.REFUNDING)
        if reason is RefundReason.OVERFLOW:
            return
        seat = await Seat.get(order_id=order)
        if reason is RefundReason.AFTER_SALE:
            await _return(seat)
            return
        if await _begin_refund(seat, seat.end):
            await give_quota_back(seat.offer_id, seat.quantity)
            await placing.give_points_back(order)

    async def refunded(self, *, order: OrderId, reason: RefundReason) -> None:
        """The money has arrived; a failing group counts it, and has failed when it was the last."""
        if reason is RefundReason.OVERFLOW:
            await orders.advance(order, OrderStatus.REFUNDED)
            return
        seat, group = await _locked(order)
        if not await orders.advance(order, OrderStatus.REFUNDED):
            return
        await Seat.filter(id=seat.id).update(status=SeatStatus.REFUNDED)
        if seat.end is SeatEnd.GROUP_FAILED:
            group = await change(group, GroupChangeKind.REFUNDED, refunds_done=group.refunds_done + 1)
            await fail_when_refunded(group)

    async def refund_failed(self, *, order: OrderId, reason: RefundReason) -> None:
        """The seat shows that a person is at work on it."""
        if reason is not RefundReason.OVERFLOW:
            await Seat.filter(order_id=order, status=SeatStatus.REFUNDING).update(status=SeatStatus.REFUND_FAILED)

    async def settled(self, *, order: OrderId) -> None:
        """Nothing can happen to the seat any more."""
        await Seat.filter(order_id=order, status=SeatStatus.TAKEN).update(status=SeatStatus.SETTLED)


async def _begin_refund(seat: Seat, end: SeatEnd | None) -> bool:
    begun = await Seat.filter(id=seat.id, status=SeatStatus.TAKEN).update(
        status=SeatStatus.REFUNDING, end=end, ended_at=await clock.now()
    )
    return bool(begun)


async def _return(seat: Seat) -> None:
    """Somebody gets all her money back after the group was complete, which stays complete.

    Her pieces can be sold again where they never left the shop.
    """
    if not await _begin_refund(seat, SeatEnd.RETURNED):
        return
    if not await order_queries.shipments_of([seat.order_id]):
        await give_quota_back(seat.offer_id, seat.quantity)
    await catalog.count_sale(product=(await Deal.get(id=seat.deal_id)).product_id, pieces=-seat.quantity)


async def _locked(order: OrderId) -> tuple[Seat, Group]:
    """The seat that an order pays for, as it is under its group's lock."""
    group = await lock((await Seat.get(order_id=order)).group_id)
    return await Seat.get(order_id=order), group


async def _may_be_taken(seat: Seat, group: Group) -> bool:
    if group.status is GroupStatus.PENDING:
        # Nothing new begins of what was stopped between the leader's hold and her money.
        stopped = seat.end is SeatEnd.GROUP_FAILED
        return not stopped and not await Deal.filter(id=group.deal_id, status=DealStatus.TAKEN_DOWN).exists()
    return group.status is GroupStatus.FORMING


async def _take(seat: Seat, group: Group, at: datetime) -> None:
    await Seat.filter(id=seat.id).update(
        status=SeatStatus.TAKEN, taken_at=at, release_due_at=None, end=None, releasing_since=None
    )
    counts = {"held": group.held - 1, "taken": group.taken + 1}
    if group.status is GroupStatus.PENDING:
        expires_at = at + timedelta(seconds=group.window_seconds)
        counts |= {
            "status": GroupStatus.FORMING,
            "expires_at": expires_at,
            "closes_at": rules.closes_at(expires_at, group.window_seconds),
        }
    await orders.advance(seat.order_id, OrderStatus.PAID_FORMING)
    group = await change(group, GroupChangeKind.SEAT_TAKEN, **counts)
    await record(SeatTaken(group.id, seat.id, seat.user_id, group.version))
    if group.taken == group.size:
        await _complete(group, at)


async def _complete(group: Group, at: datetime) -> None:
    seats = await Seat.filter(group_id=group.id, status=SeatStatus.TAKEN).order_by("taken_at", "id")
    await orders.advance_all([seat.order_id for seat in seats], OrderStatus.TO_SHIP)
    await catalog.count_sale(
        product=(await Deal.get(id=group.deal_id)).product_id, pieces=sum(seat.quantity for seat in seats)
    )
    group = await change(group, GroupChangeKind.COMPLETED, status=GroupStatus.COMPLETED, ended_at=at)
    members = tuple(seat.user_id for seat in seats)
    await record(GroupCompleted(group.id, members, tuple(seat.order_id for seat in seats), group.version))


async def _lose(seat: Seat, group: Group) -> None:
    """The seat is gone, or its group is: whatever was chosen for that case, the money goes back."""
    if seat.status in HELD_SEATS:
        await Seat.filter(id=seat.id).update(
            status=SeatStatus.RELEASED,
            end=seat.end or SeatEnd.GROUP_FAILED,
            ended_at=await clock.now(),
            release_due_at=None,
        )
        await give_quota_back(seat.offer_id, seat.quantity)
        await seat_freed(group)
    await placing.close(seat.order_id, close_reason(seat))
    await Seat.filter(id=seat.id).update(overflow=IfSeatLost.REFUND)
    order = (await order_queries.orders([seat.order_id]))[seat.order_id]
    await record(LatePaymentRefunded(seat.order_id, seat.user_id, group.id, order.amount_fen))
