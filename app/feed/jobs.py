"""What the clock starts in the feed."""

from app.core import clock, db
from app.core.worker import Job
from app.feed import rules


async def forget_old() -> int:
    """Delete editions whose later pages nobody can ask for any more; how many."""
    return await db.execute("DELETE FROM feed_editions WHERE made_at < $1", await clock.now() - rules.EDITION_KEPT)


JOBS = [Job("feed.forget_old", forget_old, every_seconds=600)]
