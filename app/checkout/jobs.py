"""What the clock starts: holds of purchases alone that run out."""

from datetime import timedelta

from app.checkout import flows
from app.core import clock, db
from app.core.ids import OrderId
from app.core.worker import Job, do_each

#: While one worker is at it, others leave it alone; after an answer that did not come it is tried again.
RETRY = timedelta(seconds=30)
BATCH = 50


async def release_holds() -> int:
    """Give back the pieces whose hold has run out or was given up; how many were tried."""
    now = await clock.now()
    due: list[OrderId] = await db.rows(OrderId, _CLAIM_RELEASES, now + RETRY, now, BATCH)
    return await do_each(due, flows.release, at_once=BATCH)


#: Takes purchases that are due to be given back. One whose hold just ran out becomes RELEASING by it.
_CLAIM_RELEASES = """
UPDATE solo_purchases SET release_due_at = $1, status = 'RELEASING',
                          "end" = COALESCE("end", 'LAPSED'), releasing_since = COALESCE(releasing_since, $2)
 WHERE order_id IN (SELECT order_id FROM solo_purchases WHERE release_due_at <= $2 AND status IN ('HELD', 'RELEASING')
                     ORDER BY release_due_at LIMIT $3 FOR UPDATE SKIP LOCKED)
RETURNING order_id
"""

JOBS = [Job("checkout.release_holds", release_holds, every_seconds=1)]
