"""What the clock starts: exports to be made and forgotten, people to be forgotten."""

from app.accounts import queries as accounts
from app.core import clock, db
from app.core.ids import ExportId
from app.core.worker import Job
from app.personal import actions, flows, rules

BATCH = 20


async def make_exports() -> int:
    """Make the exports that are due; how many. Any number of workers: each is claimed first."""
    now = await clock.now()
    due: list[ExportId] = await db.rows(ExportId, _CLAIM, now, now + rules.EXPORT_RETRY, BATCH)
    for each in due:
        await flows.make_export(each)
    return len(due)


_CLAIM = """
UPDATE data_exports SET due_at = $2
 WHERE id IN (SELECT id FROM data_exports WHERE due_at <= $1 ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED)
RETURNING id
"""


async def forget_exports() -> int:
    """Forget the files that nobody fetched in time, or whose fetching was interrupted; how many."""
    due: list[ExportId] = await db.rows(ExportId, _TO_FORGET, BATCH)
    for each in due:
        await flows.forget_file(each)
    return len(due)


_TO_FORGET = """
SELECT id FROM data_exports WHERE has_file AND expires_at <= $now ORDER BY expires_at LIMIT $1
"""


async def finish_deletions() -> int:
    """Forget the people whose waiting period has ended; how many were. Those with open orders stay for now."""
    return sum([await actions.finish_deletion(user=each) for each in await accounts.deletions_due(BATCH)])


JOBS = [
    Job("personal.make_exports", make_exports, every_seconds=2),
    Job("personal.forget_exports", forget_exports, every_seconds=60),
    Job("personal.finish_deletions", finish_deletions, every_seconds=rules.LOOK_AGAIN_S),
]
