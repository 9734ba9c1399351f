"""What the clock starts: holds that run out, deadlines, groups of deals that were taken down, refunds of members."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from app.core import clock, db
from app.core.ids import GroupId, SeatId
from app.core.worker import Job, do_each
from app.group_buying import flows
from app.group_buying.actions import dealing, ending, refunding
from app.group_buying.states import GroupFailure
from app.payments.flows import Fate

#: While one worker is at a seat, others leave it alone: longer than WeChat is asked and asked to close.
LEASE = timedelta(seconds=60)
BATCH = 50


async def release_holds() -> int:
    """Give back the seats whose hold has run out or was given up; how many are settled."""
    now = await clock.now()
    due: list[SeatId] = await db.rows(SeatId, _CLAIM_RELEASES, now + LEASE, now, BATCH)
    return await do_each(due, _release, at_once=BATCH)


async def _release(seat: SeatId) -> bool:
    return await flows.release(seat) is not Fate.UNKNOWN


async def decide_deadlines() -> int:
    """Fail the groups whose deadline has passed with nobody holding a seat; how many."""
    return await _page_by_page(_EXPIRED, ending.expire)


async def end_taken_down() -> int:
    """End the groups of deals that were taken down, as `dealing.take_down` did until it was interrupted; how many."""
    return await _page_by_page(_TAKEN_DOWN, _end_taken_down)


async def _end_taken_down(group: GroupId) -> None:
    await dealing.stop(group, GroupFailure.TAKEN_DOWN)


async def refund_members() -> int:
    """Promise the members of failing groups their money back, one transaction each; how many."""
    return await _page_by_page(_TO_REFUND, refunding.refund_member)


async def _page_by_page(due: str, do: Callable[[Any], Awaitable[object]]) -> int:
    """Do all that a query finds after an id: what fails stays due, and keeps nothing behind it from its turn."""
    did, after = 0, UUID(int=0)
    while page := await db.rows(UUID, due, BATCH, after):
        did += await do_each(page, do)
        after = page[-1]
    return did


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
SELECT id FROM groups WHERE status = 'FORMING' AND held = 0 AND expires_at <= $now AND id > $2
 ORDER BY id LIMIT $1
"""

#: Groups that form, or wait for their leader's money, although their deal was taken down.
_TAKEN_DOWN = """
SELECT g.id FROM groups g JOIN deals d ON d.id = g.deal_id
 WHERE d.status = 'TAKEN_DOWN'
   AND (g.status = 'FORMING' OR (g.status = 'PENDING' AND EXISTS
        (SELECT 1 FROM seats s WHERE s.group_id = g.id AND s.status = 'HELD')))
   AND g.id > $2
 ORDER BY g.id LIMIT $1
"""

#: Members of failing groups whose refund is not promised yet.
_TO_REFUND = """
SELECT s.id FROM seats s JOIN groups g ON g.id = s.group_id
 WHERE g.status = 'FAILING' AND s.status = 'TAKEN' AND s."end" = 'GROUP_FAILED' AND s.id > $2
 ORDER BY s.id LIMIT $1
"""

JOBS = [
    Job("group_buying.release_holds", release_holds, every_seconds=1),
    Job("group_buying.decide_deadlines", decide_deadlines, every_seconds=1),
    Job("group_buying.end_taken_down", end_taken_down, every_seconds=5),
    Job("group_buying.refund_members", refund_members, every_seconds=1),
]
