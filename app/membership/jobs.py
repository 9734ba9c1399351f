"""What the clock starts: looking at members whose tier time or a new plan may have changed."""

from app.core import db
from app.core.ids import UserId
from app.core.log import logger
from app.core.worker import Job
from app.membership import queries
from app.membership.actions import simulating
from app.membership.actions.moving import look_at

log = logger("membership")

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


async def run_simulations() -> int:
    """Replay a batch of the simulation that waits longest; 0 where none waits."""
    simulation = await simulating.claim()
    if simulation is None:
        return 0
    try:
        await simulating.replay_batch(simulation)
    except Exception:
        log.exception("membership.simulation_failed", simulation=str(simulation.id), attempts=simulation.attempts)
        await simulating.fail_or_put_back(simulation)
    return 1


JOBS = [
    Job("membership.look_at_members", look_at_members, every_seconds=60),
    Job("membership.run_simulations", run_simulations, every_seconds=2),
]
