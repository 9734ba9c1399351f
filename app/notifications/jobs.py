"""What the clock starts: sending the messages that wait."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from app.core import clock
from app.core.ids import UserId
from app.core.worker import Job
from app.notifications import flows, presence, queries, rules
from app.notifications.models import ConsentReport

BATCH = 50
#: People written to at the same time; to one person one message after another, since WeChat refuses two at once.
AT_ONCE = 8


async def send_messages() -> int:
    """Send what waits; how many were due. Any number of workers: each message is claimed before it is sent."""
    due = await queries.due_messages(BATCH)
    by_user: defaultdict[UserId, list[UUID]] = defaultdict(list)
    for message in due:
        by_user[message.user_id].append(message.id)
    turns = asyncio.Semaphore(AT_ONCE)
    outcomes = await asyncio.gather(*[_send_each(each, turns) for each in by_user.values()], return_exceptions=True)
    # Raised only now: a failure that cut the others short would leave them attempted and unsent.
    for failure in outcomes:
        if isinstance(failure, BaseException):
            raise failure
    return len(due)


async def forget_reports() -> int:
    """Delete the reports of consent whose repeat no phone will send any more; how many."""
    return await ConsentReport.filter(created_at__lt=await clock.now() - rules.REPORTS_KEPT).delete()


async def _send_each(messages: Sequence[UUID], turns: asyncio.Semaphore) -> None:
    async with turns:
        for message in messages:
            await flows.send_message(message)


JOBS = [
    Job("notifications.send_messages", send_messages, every_seconds=1),
    Job("notifications.forget_reports", forget_reports, every_seconds=86_400),
    Job("notifications.forget_listeners", presence.forget, every_seconds=600),
]
