"""What the clock starts: pictures to be checked, verdicts that crossed, and what is to be forgotten."""

from dataclasses import dataclass
from datetime import timedelta

from app.core import clock, db
from app.core.ids import UploadId
from app.core.worker import Job
from app.media import actions, flows, rules, store
from app.media.models import HeardVerdict, Upload

BATCH = 20
_A_DAY = timedelta(days=1)


async def check_pictures() -> int:
    """Ask WeChat about the pictures that are due; how many. Any number of workers: each is claimed first."""
    now = await clock.now()
    due = await db.rows(_Due, _CLAIM, now, now + rules.pause_before_check(10), BATCH)
    for each in due:
        # The claim holds off others for an hour; now that this worker has it, the true pause.
        pause = rules.pause_before_check(each.check_attempts)
        await Upload.filter(id=each.id, verdict="WAITING").update(check_at=now + pause)
        await flows.check(each.id)
    return len(due)


@dataclass(frozen=True, slots=True)
class _Due:
    id: UploadId
    check_attempts: int


_CLAIM = """
UPDATE uploads SET check_at = $2, check_attempts = check_attempts + 1
 WHERE id IN (SELECT id FROM uploads WHERE check_at <= $1 AND verdict = 'WAITING'
               ORDER BY check_at LIMIT $3 FOR UPDATE SKIP LOCKED)
RETURNING id, check_attempts
"""


async def join_verdicts() -> int:
    """Bring verdicts and pictures together that crossed on their way."""
    return await actions.join_heard(BATCH)


async def forget() -> int:
    """Forget tickets that nobody used, pictures that hang nowhere, and what was withdrawn long ago; how many.

    The file goes first: were it the row, a death in between would leave a file that nobody knows of.
    """
    due = await db.rows(_Forgotten, _TO_FORGET, BATCH)
    for each in due:
        if each.path is not None:
            await store.delete(each.path)
        await db.execute("DELETE FROM uploads WHERE id = $1 AND expires_at <= $now AND status <> 'ATTACHED'", each.id)
    await HeardVerdict.filter(heard_at__lt=await clock.now() - _A_DAY).delete()
    return len(due)


@dataclass(frozen=True, slots=True)
class _Forgotten:
    id: UploadId
    path: str | None


_TO_FORGET = """
SELECT id, path FROM uploads WHERE expires_at <= $now AND status <> 'ATTACHED' ORDER BY expires_at LIMIT $1
"""

JOBS = [
    Job("media.check_pictures", check_pictures, every_seconds=1),
    Job("media.join_verdicts", join_verdicts, every_seconds=10),
    Job("media.forget", forget, every_seconds=60),
]
