"""What the clock starts: forgetting sessions that are over."""

from app.accounts import rules
from app.core import clock, db
from app.core.worker import Job

_AT_ONCE = 5_000
_A_DAY_S = 86_400


async def forget_sessions() -> int:
    """Delete some sessions that ended, or that nobody can refresh any more, longer ago than is kept; how many."""
    now = await clock.now()
    return await db.execute(
        _FORGET, now - rules.SESSIONS_KEPT, now - rules.REFRESH_LIFE - rules.SESSIONS_KEPT, _AT_ONCE
    )


_FORGET = """
DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE ended_at < $1 OR rotated_at < $2 LIMIT $3)
"""

JOBS = [Job("accounts.forget_sessions", forget_sessions, every_seconds=_A_DAY_S)]
