"""Tickets, and the pictures that are handed in on them."""

from app.accounts import actions as accounts
from app.core import clock, db
from app.core.ids import UploadId, UserId
from app.media import rules
from app.media.errors import UploadInvalid
from app.media.models import Upload
from app.media.states import UploadPurpose, UploadStatus, Verdict


@db.retried
async def create_ticket(*, user: UserId, purpose: UploadPurpose, size: int, mime: str) -> Upload:
    """A ticket for one picture; every call gives a new one.

    UploadInvalid where what is announced would not be taken, or where too much of hers hangs nowhere yet.
    """
    if not 0 < size <= rules.LARGEST_UPLOAD or mime.lower() not in rules.MIMES:
        raise UploadInvalid
    async with db.transaction():
        await accounts.lock(user)
        unused = Upload.filter(user_id=user, status__in=[UploadStatus.TICKET, UploadStatus.STORED])
        if await unused.count() >= rules.MOST_UNUSED:
            raise UploadInvalid
        now = await clock.now()
        return await Upload.create(
            user_id=user, purpose=purpose, status=UploadStatus.TICKET, verdict=Verdict.WAITING,
            expires_at=now + rules.TICKET_LIFE, created_at=now,
        )  # fmt: skip


@db.retried
async def store_picture(*, upload: UploadId, digest: str, path: str, width: int, height: int) -> Upload:
    """Let the ticket become this picture; a repeat gives the upload as it is. UploadInvalid.

    One ticket, one picture: whoever comes second with another file is refused.
    """
    async with db.transaction():
        now = await clock.now()
        await db.execute(_STORE, upload, digest, path, width, height, now + rules.KEPT_UNUSED, now)
        stored = await Upload.get_or_none(id=upload)
        if stored is None or stored.digest != digest:
            raise UploadInvalid
        return stored


#: The first file wins; the check at WeChat is due at once.
_STORE = """
UPDATE uploads SET status = 'STORED', digest = $2, path = $3, width = $4, height = $5, expires_at = $6, check_at = $7
 WHERE id = $1 AND status = 'TICKET' AND expires_at > $7
"""
