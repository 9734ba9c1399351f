"""Giving money back to members: those of a failing group, and those who leave."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.accounts import actions as accounts
from app.core import db, idempotency
from app.core.ids import GroupCode, OrderId, SeatId, UserId
from app.core.outbox import record
from app.group_buying import errors, queries
from app.group_buying.actions.change import begin_release, change, lock
from app.group_buying.actions.ending import fail
from app.group_buying.actions.paying import SeatPurchase
from app.group_buying.facts import LeaderChanged
from app.group_buying.models import Group, Seat
from app.group_buying.states import (
    HELD_SEATS,
    LIVE_SEATS,
    GroupChangeKind,
    GroupFailure,
    GroupStatus,
    SeatEnd,
    SeatStatus,
)
from app.orders import queries as order_queries
from app.payments import actions as payments
from app.payments.models import RefundReason


@db.retried
async def refund_member(seat: SeatId) -> bool:
    """Promise one member of a failing group her money back: her own transaction, so that none waits for another.

    False where that is done already.
    """
    async with db.transaction():
        # Whoever else is at it, or at the group, queues behind the group's row.
        await lock((await Seat.get(id=seat)).group_id)
        taken = await Seat.get(id=seat)
        if taken.status is not SeatStatus.TAKEN or taken.end is not SeatEnd.GROUP_FAILED:
            return False
        await _give_back(taken, RefundReason.GROUP_FAILED)
        return True


async def _give_back(seat: Seat, reason: RefundReason) -> None:
    """Send what was paid for a taken seat on its way, under the group's lock; what cost nothing arrives at once."""
    order = (await order_queries.orders([seat.order_id]))[seat.order_id]
    if order.amount_fen == 0:
        await SeatPurchase().refund_promised(order=order.id, reason=reason)
        await SeatPurchase().refunded(order=order.id, reason=reason)
    elif await payments.promise_refund(order=order.id, reason=reason) is None:
        raise LookupError(f"seat {seat.id} is taken, and there is no money to give back")


@dataclass(frozen=True, slots=True)
class Left:
    """The order whose seat is given up, and the seat where its payment is still to be stopped."""

    order: OrderId
    unpaid: SeatId | None = None


@db.retried
async def leave(*, member: UserId, group: GroupCode, key: str) -> Left:
    """Give up one's seat in a group: a paid one is refunded in full, an unpaid one begins to be released.

    If she led the group, the member who paid first and leads no other group of the deal leads, or the first where all
    do; if nobody else has paid, the group fails. A repeat gives the same order and starts no second refund.
    Raises GroupNotFound, NotInGroup, GroupEnded.
    """
    async with db.transaction():
        given = {"group": group}
        earlier = await idempotency.earlier_result(user=member, mutation="leaveGroup", key=key, given=given)
        found = await queries.group_by_code(group)
        await accounts.lock(member, *await _may_lead_next(found, member))
        left = await lock(found.id)
        seat = await Seat.get_or_none(group_id=left.id, user_id=member, status__in=LIVE_SEATS)
        if earlier and (seat is None or seat.order_id != db.as_id(earlier["order"])):
            return Left(OrderId(db.as_id(earlier["order"])))
        if seat is None:
            raise errors.NotInGroup
        unpaid = await _give_up(seat, left)
        await idempotency.keep_result(user=member, mutation="leaveGroup", key=key, result={"order": seat.order_id})
        return Left(seat.order_id, unpaid)


async def _may_lead_next(group: Group, member: UserId) -> list[UserId]:
    """Whom a leader who leaves may hand her group to: they must not begin to lead another at this moment."""
    if group.leader_id != member or group.status is not GroupStatus.FORMING:
        return []
    members = await Seat.filter(group_id=group.id, status=SeatStatus.TAKEN).exclude(user_id=member)
    return [seat.user_id for seat in members]


async def _give_up(seat: Seat, group: Group) -> SeatId | None:
    """The seat, where its payment is still to be stopped."""
    if seat.status in HELD_SEATS:
        await begin_release(SeatEnd.CANCELLED, id=seat.id)
        return seat.id
    if group.status is not GroupStatus.FORMING:
        raise errors.GroupEnded(group.status)
    await _leave(group, seat)
    return None


async def _leave(group: Group, seat: Seat) -> None:
    paid = Seat.filter(group_id=group.id, status=SeatStatus.TAKEN)
    others = await paid.exclude(id=seat.id).order_by("taken_at", "id")
    if not others:
        # The last one who has paid: her own refund is what the failing group counts.
        await fail(group, GroupFailure.LEADER_LEFT)
        await _give_back(seat, RefundReason.LEFT)
        return
    await Seat.filter(id=seat.id).update(end=SeatEnd.LEFT)
    await _give_back(seat, RefundReason.LEFT)
    group = await change(group, GroupChangeKind.SEAT_FREED, taken=group.taken - 1)
    if group.leader_id == seat.user_id:
        leader = await _next_leader(group, [seat.user_id for seat in others])
        group = await change(group, GroupChangeKind.LEADER_CHANGED, leader_id=leader)
        await record(LeaderChanged(group.id, group.leader_id, group.version))


async def _next_leader(group: Group, members: Sequence[UserId]) -> UserId:
    busy = await queries.leaders_among(members, deal=group.deal_id)
    return next((each for each in members if each not in busy), members[0])
