"""Verdicts: heard from WeChat, or decided by a person."""

from datetime import timedelta
from uuid import UUID

from app.audit_log import actions as audit_log
from app.core import clock, db, outbox
from app.core.errors import Stale
from app.core.ids import UploadId, UserId
from app.core.targets import Target
from app.desk import actions as desk
from app.desk.errors import DeskItemNotFound
from app.desk.models import DeskItem, Matter
from app.media.facts import PictureChecked
from app.media.models import HeardVerdict, Upload
from app.media.states import UploadStatus, Verdict

_OPEN = (Verdict.WAITING, Verdict.REVIEW)


@db.retried
async def decide(*, upload: UploadId, verdict: Verdict) -> bool:
    """Say what holds of a picture that waits for it; False where that was said before, or there is no such picture.

    REVIEW puts it on the desk. Once it hangs on something, PASSED and REJECTED are told.
    """
    async with db.transaction():
        before = (Verdict.WAITING,) if verdict is Verdict.REVIEW else _OPEN
        undecided = Upload.filter(id=upload, verdict__in=before)
        if not await undecided.update(verdict=verdict, check_at=None):
            return False
        if verdict is Verdict.REVIEW:
            await desk.put(matter=Matter.PICTURE_TO_REVIEW, subject=str(upload), detail={"upload": str(upload)})
            return True
        await desk.resolve(matter=Matter.PICTURE_TO_REVIEW, subject=str(upload))
        row = await Upload.get(id=upload)
        if row.status is UploadStatus.ATTACHED and row.target_kind and row.target_id:
            target = Target(row.target_kind, row.target_id)
            await outbox.record(PictureChecked(upload=upload, target=target, passed=verdict is Verdict.PASSED))
        return True


@db.retried
async def decide_by_hand(*, by: UserId, item: UUID, passes: bool, reason: str, expected_version: int) -> None:
    """Say of a picture on the desk whether everybody may see it; the item leaves the desk. DeskItemNotFound, Stale."""
    async with db.transaction():
        found = await DeskItem.get_or_none(id=item, matter=Matter.PICTURE_TO_REVIEW)
        if found is None:
            raise DeskItemNotFound
        verdict = Verdict.PASSED if passes else Verdict.REJECTED
        upload = UploadId(UUID(found.subject))
        # Whoever was faster, a person or WeChat, has decided.
        if found.version != expected_version or not await decide(upload=upload, verdict=verdict):
            raise Stale
        await DeskItem.filter(id=item).update(resolution=reason, version=expected_version + 1)
        detail = {"upload": str(upload), "passes": passes}
        await audit_log.note(by=by, verb="picture.decide", target=Target("desk", item), detail=detail, reason=reason)


@db.retried
async def note_check(*, upload: UploadId, trace_id: str, verdict_within: timedelta) -> None:
    """Remember by which name WeChat will tell its verdict, and take one in that was faster."""
    async with db.transaction():
        waiting = Upload.filter(id=upload, verdict=Verdict.WAITING)
        await waiting.update(trace_id=trace_id, check_at=await clock.now() + verdict_within)
        await _join(trace_id)


@db.retried
async def hear_verdict(*, trace_id: str, verdict: Verdict) -> None:
    """Take in what WeChat's push said of a check; the first word counts. It may come before `note_check`."""
    async with db.transaction():
        await db.execute(
            "INSERT INTO heard_verdicts (trace_id, verdict, heard_at) VALUES ($1, $2, $now) "
            "ON CONFLICT (trace_id) DO NOTHING",
            trace_id, verdict,
        )  # fmt: skip
        await _join(trace_id)


async def join_heard(limit: int) -> int:
    """Bring together what was heard and noted at the same moment, when neither saw the other; how many."""
    waiting: list[str] = await db.rows(str, _HEARD_AND_WAITING, limit)
    for trace_id in waiting:
        async with db.transaction():
            await _join(trace_id)
    return len(waiting)


async def _join(trace_id: str) -> None:
    heard = await HeardVerdict.get_or_none(trace_id=trace_id)
    upload = await Upload.get_or_none(trace_id=trace_id, verdict=Verdict.WAITING)
    if heard and upload:
        await decide(upload=upload.id, verdict=heard.verdict)


_HEARD_AND_WAITING = """
SELECT u.trace_id FROM uploads u JOIN heard_verdicts h ON h.trace_id = u.trace_id
 WHERE u.verdict = 'WAITING' ORDER BY u.id LIMIT $1
"""
