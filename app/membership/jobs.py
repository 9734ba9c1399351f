"""What the clock starts: looking at members whose tier time or a new plan may have changed."""

from app.core import db
from app.core.ids import UserId
from app.core.worker import Job
from app.membership import queries
from app.membership.actions.moving import look_at

BATCH = 100


async def look_at_members() -> int:
    """Look at members who are due; how many. Standings need no look: this is for who must be told."""
    version = (await queries.in_force()).plan.version
    due = await db.rows(UserId, _DUE, version, BATCH)
    for user in due:
        await _look(user)
    return len(due)


#: Whose growth has begun to go, and whose last look was under another plan.
_DUE = """
SELECT user_id FROM memberships
 WHERE look_again_at <= $now OR plan_version <> $1
 ORDER BY user_id LIMIT $2
"""


@db.retried
async def _look(user: UserId) -> None:
    async with db.transaction():
        await look_at(user)


JOBS = [Job("membership.look_at_members", look_at_members, every_seconds=60)]
