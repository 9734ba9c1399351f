"""What the clock starts: holds that run out, deadlines, the refunds of failing groups."""

from datetime import timedelta

from app.core import clock, db
from app.core.ids import GroupId, SeatId
from app.core.worker import Job
from app.group_buying import flows
from app.group_buying.actions import ending, refunding

#: While one worker is at a seat, others leave it alone; after an answer that did not come it is tried again.
RETRY = timedelta(seconds=10)
BATCH = 50


async def release_holds() -> int:
    """Give back the seats whose hold has run out or was given up; how many were tried."""
    now = await clock.now()
    due: list[SeatId] = await db.rows(SeatId, _CLAIM_RELEASES, now + RETRY, now, BATCH)
    for seat in due:
        await flows.release(seat)
    return len(due)


async def decide_deadlines() -> int:
    """Fail the groups whose deadline has passed with nobody holding a seat; how many."""
    due: list[GroupId] = await db.rows(GroupId, _EXPIRED, BATCH)
    return sum([await ending.expire(group) for group in due])


async def refund_members() -> int:
    """Promise the members of failing groups their money back, one transaction each; how many."""
    due: list[SeatId] = await db.rows(SeatId, _TO_REFUND, BATCH)
    for seat in due:
        await refunding.refund_member(seat)
    return len(due)


#: Takes seats that are due to be given back. One whose hold just ran out becomes RELEASING by it.
_CLAIM_RELEASES = """
UPDATE seats SET release_due_at = $1, status = 'RELEASING',
                 "end" = COALESCE("end", 'LAPSED'), releasing_since = COALESCE(releasing_since, $2)
 WHERE id IN (SELECT id FROM seats WHERE release_due_at <= $2 AND status IN ('HELD', 'RELEASING')
               ORDER BY release_due_at LIMIT $3 FOR UPDATE SKIP LOCKED)
RETURNING id
"""

#: Groups past their deadline that nobody holds a seat of; `ending.expire` decides under the row's lock.
_EXPIRED = """
SELECT id FROM groups WHERE status = 'FORMING' AND held = 0 AND expires_at <= $now
 ORDER BY expires_at LIMIT $1
"""

#: Members of failing groups whose refund is not promised yet.
_TO_REFUND = """
SELECT s.id FROM seats s JOIN groups g ON g.id = s.group_id
 WHERE g.status = 'FAILING' AND s.status = 'TAKEN' ORDER BY s.id LIMIT $1
"""

JOBS = [
    Job("group_buying.release_holds", release_holds, every_seconds=1),
    Job("group_buying.decide_deadlines", decide_deadlines, every_seconds=1),
    Job("group_buying.refund_members", refund_members, every_seconds=1),
]
