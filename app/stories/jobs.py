"""What the clock starts: telling of stories whose moment has come. For readers they are out without it."""

from app.core.worker import Job
from app.stories import actions, queries

_BATCH = 100


async def announce_due() -> int:
    """Note that scheduled stories are out by now, and tell of them; how many."""
    out = [await actions.announce_due(each) for each in await queries.due(_BATCH)]
    return sum(out)


JOBS = [Job("stories.announce_due", announce_due, every_seconds=1)]
