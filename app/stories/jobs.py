"""What the clock starts: telling of stories whose moment has come. For readers they are out without it."""

from app.core.worker import Job
from app.stories import actions, queries

_BATCH = 100


async def announce_due() -> int:
    """Tell of scheduled stories that are out by now; how many."""
    told = [await actions.announce_due(each) for each in await queries.due(_BATCH)]
    return sum(told)


JOBS = [Job("stories.announce_due", announce_due, every_seconds=1)]
