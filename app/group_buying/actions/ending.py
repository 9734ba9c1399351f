"""A group that will not come about: it fails, and when every member is refunded, it has failed."""

from app.core import clock, db
from app.core.ids import GroupId
from app.core.outbox import record
from app.group_buying.actions.change import begin_release, change, lock
from app.group_buying.facts import GroupFailing
from app.group_buying.models import Group, Seat
from app.group_buying.states import GroupChangeKind, GroupFailure, GroupStatus, SeatEnd, SeatStatus


@db.retried
async def expire(group: GroupId) -> bool:
    """Fail a group whose deadline has passed with nobody holding a seat; False where that is not so (any more).

    Joining and expiring queue behind the group's row, so exactly one of them wins.
    """
    async with db.transaction():
        due = await lock(group)
        undecided = due.status is not GroupStatus.FORMING or due.held > 0
        if undecided or due.expires_at is None or await clock.now() < due.expires_at:
            return False
        await fail(due, GroupFailure.EXPIRED)
        return True


async def fail(group: Group, reason: GroupFailure) -> None:
    """Fail a locked group that forms. Its refunds follow, one transaction each; holds are released."""
    members = await Seat.filter(group_id=group.id, status=SeatStatus.TAKEN).order_by("taken_at", "id")
    await Seat.filter(id__in=[seat.id for seat in members]).update(end=SeatEnd.GROUP_FAILED)
    await begin_release(SeatEnd.GROUP_FAILED, group_id=group.id)
    group = await change(
        group,
        GroupChangeKind.FAILING,
        status=GroupStatus.FAILING,
        reason=reason,
        refunds_total=len(members),
        ended_at=await clock.now(),
    )
    told = tuple(seat.user_id for seat in members)
    await record(GroupFailing(group.id, told, reason.value, group.version))


async def seat_freed(group: Group) -> None:
    """A held seat of this locked group is free again; a group whose leader never paid is cancelled by it."""
    held = group.held - 1
    if group.status is GroupStatus.PENDING:
        await change(
            group,
            GroupChangeKind.CANCELLED,
            held=held,
            status=GroupStatus.CANCELLED,
            ended_at=await clock.now(),
        )
        return
    await fail_when_refunded(await change(group, GroupChangeKind.SEAT_FREED, held=held))


async def fail_when_refunded(group: Group) -> None:
    """A locked failing group has failed once every refund is final and no seat is held."""
    if group.status is GroupStatus.FAILING and group.refunds_done == group.refunds_total and group.held == 0:
        await change(group, GroupChangeKind.FAILED, status=GroupStatus.FAILED)
