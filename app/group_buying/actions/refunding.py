"""Giving money back to members: those of a failing group, and those who leave."""

from app.accounts import actions as accounts
from app.core import clock, db, idempotency
from app.core.ids import GroupCode, OrderId, SeatId, UserId
from app.core.outbox import record
from app.group_buying import errors, queries
from app.group_buying.actions.change import change, lock
from app.group_buying.actions.ending import fail
from app.group_buying.actions.paying import SeatPurchase
from app.group_buying.facts import LeaderChanged
from app.group_buying.models import Group, Seat
from app.group_buying.states import GroupChangeKind, GroupFailure, GroupStatus, SeatEnd, SeatStatus
from app.payments import actions as payments
from app.payments.models import RefundReason


@db.retried
async def refund_member(seat: SeatId) -> None:
    """Promise one member of a failing group her money back: her own transaction, so that none waits for another."""
    async with db.transaction():
        taken = await Seat.get(id=seat)
        if taken.status is not SeatStatus.TAKEN or taken.end is not SeatEnd.GROUP_FAILED:
            return
        await _give_back(taken, RefundReason.GROUP_FAILED)


async def _give_back(seat: Seat, reason: RefundReason) -> None:
    if await payments.promise_refund(order=seat.order_id, reason=reason) is None:
        # What cost nothing is refunded at once.
        await SeatPurchase().refund_promised(order=seat.order_id, reason=reason)
        await SeatPurchase().refunded(order=seat.order_id, reason=reason)


@db.retried
async def leave(*, member: UserId, group: GroupCode, key: str) -> OrderId:
    """A member who has paid leaves a forming group and is refunded in full; gives her order.

    If she led it, the member who paid first leads; if nobody else has paid, the group fails. A repeat starts no
    second refund. Raises GroupNotFound, NotInGroup, GroupEnded.
    """
    async with db.transaction():
        given = {"group": group}
        earlier = await idempotency.earlier_result(user=member, mutation="leaveGroup", key=key, given=given)
        if earlier:
            return OrderId(db.as_id(earlier["order"]))
        await accounts.lock(member)
        left = await lock((await queries.group_by_code(group)).id)
        seat = await Seat.get_or_none(group_id=left.id, user_id=member, status=SeatStatus.TAKEN)
        if seat is None:
            raise errors.NotInGroup
        if left.status is not GroupStatus.FORMING:
            raise errors.GroupEnded(left.status)
        await _leave(left, seat)
        await idempotency.keep_result(user=member, mutation="leaveGroup", key=key, result={"order": seat.order_id})
        return seat.order_id


async def _leave(group: Group, seat: Seat) -> None:
    others = (
        await Seat.filter(group_id=group.id, status=SeatStatus.TAKEN).exclude(id=seat.id).order_by("taken_at", "id")
    )
    if not others:
        # The last one who has paid: her own refund is what the failing group counts.
        await fail(group, GroupFailure.LEADER_LEFT)
        await _give_back(seat, RefundReason.LEFT)
        return
    await Seat.filter(id=seat.id).update(end=SeatEnd.LEFT, ended_at=await clock.now())
    await _give_back(seat, RefundReason.LEFT)
    group = await change(group, GroupChangeKind.SEAT_FREED, taken=group.taken - 1)
    if group.leader_id == seat.user_id:
        group = await change(group, GroupChangeKind.LEADER_CHANGED, leader_id=others[0].user_id)
        await record(LeaderChanged(group.id, group.leader_id, group.version))
