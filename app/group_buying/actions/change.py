"""Changing a group's row: the counters, the version that its stream resumes by, and who is woken."""

from typing import Any

from app.core import clock, db, streams
from app.core.ids import GroupId, OfferId
from app.group_buying.models import Group, Seat
from app.group_buying.states import GroupChangeKind, SeatEnd, SeatStatus

#: The kind of the stream on the bus; its head is the group's version.
STREAM = "group"


async def lock(group: GroupId) -> Group:
    """A group that is known to exist, its row locked until the transaction ends."""
    await db.rows(str, "SELECT id FROM groups WHERE id = $1 FOR UPDATE", group)
    return await Group.get(id=group)


async def change(group: Group, kind: GroupChangeKind, **changes: Any) -> Group:
    """Write changes to a locked group as its next version, and wake whoever watches it after the commit."""
    group.update_from_dict(changes | {"version": group.version + 1, "last_change": kind})
    await group.save(update_fields=["version", "last_change", *changes])
    streams.announce(STREAM, group.id, group.version)
    return group


async def begin_release(end: SeatEnd, **which: Any) -> None:
    """Begin to give back those of these seats that are held; `jobs.release_holds` goes on.

    Each still counts until its payment is closed: it may be paid at this moment.
    """
    now = await clock.now()
    await Seat.filter(status=SeatStatus.HELD, **which).update(
        status=SeatStatus.RELEASING, end=end, releasing_since=now, release_due_at=now
    )


async def give_quota_back(offer: OfferId, pieces: int) -> None:
    """Return pieces that a seat had claimed."""
    await db.execute("UPDATE offers SET quota_left = quota_left + $1 WHERE id = $2", pieces, offer)
