"""What the clock starts: holds that run out, deadlines, groups of deals that were taken down, refunds of members."""

from datetime import timedelta

from app.core import clock, db
from app.core.ids import GroupId, SeatId
from app.core.worker import Job
from app.group_buying import flows
from app.group_buying.actions import dealing, ending, refunding
from app.group_buying.states import GroupFailure
from app.payments.jobs import do_each

#: While one worker is at a seat, others leave it alone; after an answer that did not come it is tried again.
RETRY = timedelta(seconds=10)
BATCH = 50


async def release_holds() -> int:
    """Give back the seats whose hold has run out or was given up; how many were tried."""
    now = await clock.now()
    due: list[SeatId] = await db.rows(SeatId, _CLAIM_RELEASES, now + RETRY, now, BATCH)
    return await do_each(due, flows.release, at_once=BATCH)


async def decide_deadlines() -> int:
    """Fail the groups whose deadline has passed with nobody holding a seat; how many."""
    due: list[GroupId] = await db.rows(GroupId, _EXPIRED, BATCH)
    return await do_each(due, ending.expire)


async def end_taken_down() -> int:
    """End the groups of deals that were taken down, as `dealing.take_down` did until it was interrupted; how many."""
    due: list[GroupId] = await db.rows(GroupId, _TAKEN_DOWN, BATCH)
    return await do_each(due, _end_taken_down)


async def _end_taken_down(group: GroupId) -> None:
    await dealing.stop(group, GroupFailure.TAKEN_DOWN)


async def refund_members() -> int:
    """Promise the members of failing groups their money back, one transaction each; how many."""
    due: list[SeatId] = await db.rows(SeatId, _TO_REFUND, BATCH)
    return await do_each(due, refunding.refund_member)


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

#: Groups that form, or wait for their leader's money, although their deal was taken down.
_TAKEN_DOWN = """
SELECT g.id FROM groups g JOIN deals d ON d.id = g.deal_id
 WHERE d.status = 'TAKEN_DOWN'
   AND (g.status = 'FORMING' OR (g.status = 'PENDING' AND EXISTS
        (SELECT 1 FROM seats s WHERE s.group_id = g.id AND s.status = 'HELD')))
 ORDER BY g.id LIMIT $1
"""

#: Members of failing groups whose refund is not promised yet.
_TO_REFUND = """
SELECT s.id FROM seats s JOIN groups g ON g.id = s.group_id
 WHERE g.status = 'FAILING' AND s.status = 'TAKEN' AND s."end" = 'GROUP_FAILED' ORDER BY s.id LIMIT $1
"""

JOBS = [
    Job("group_buying.release_holds", release_holds, every_seconds=1),
    Job("group_buying.decide_deadlines", decide_deadlines, every_seconds=1),
    Job("group_buying.end_taken_down", end_taken_down, every_seconds=5),
    Job("group_buying.refund_members", refund_members, every_seconds=1),
]
