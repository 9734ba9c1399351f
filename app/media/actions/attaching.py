"""Pictures and the things that they hang on."""

from collections.abc import Sequence
from typing import Any

from app.core import clock, db, outbox
from app.core.ids import UploadId, UserId
from app.core.targets import Target
from app.media import rules
from app.media.errors import PictureRejected, UploadInvalid
from app.media.facts import PictureChecked
from app.media.models import Upload
from app.media.queries import Picture
from app.media.states import UploadPurpose, UploadStatus, Verdict


async def attach(
    *, owner: UserId, uploads: Sequence[UploadId], purpose: UploadPurpose, target: Target
) -> list[Picture]:
    """Hang the owner's pictures on a thing, in this order, in the running transaction. UploadInvalid, PictureRejected.

    A picture hangs on one thing; to hang it there again, also after `detach`, is allowed, and what hangs there stays
    whoever hung it. Whether each may be shown is told as PictureChecked, sooner or later.
    """
    if not db.in_transaction():
        raise RuntimeError("pictures are attached in the transaction that makes their target")
    if len(set(uploads)) != len(uploads):
        raise UploadInvalid
    now = await clock.now()
    found = []
    for position, upload in enumerate(uploads):
        hung = await db.execute(_ATTACH, upload, owner, purpose, target.kind, target.id, position, now)
        if not hung:
            raise UploadInvalid
        row = await Upload.get(id=upload)
        if row.verdict is Verdict.REJECTED:
            raise PictureRejected
        if row.verdict is Verdict.PASSED:
            await outbox.record(PictureChecked(upload=upload, target=target, passed=True))
        found.append(Picture.of(row))
    return found


async def detach(target: Target, *, but: Sequence[UploadId] = (), for_good: bool = False) -> int:
    """Let nobody see the pictures of a thing from now on, in the running transaction, `but` these; how many.

    `for_good`: neither `restore` nor `attach` brings them back.
    """
    pictures = Upload.filter(target_kind=target.kind, target_id=target.id, status=UploadStatus.ATTACHED)
    changes: dict[str, Any] = {"target_kind": None, "target_id": None} if for_good else {}
    return await pictures.exclude(id__in=list(but)).update(
        status=UploadStatus.DETACHED, expires_at=await clock.now() + rules.KEPT_WITHDRAWN, **changes
    )


async def restore(target: Target) -> int:
    """Show the pictures of a thing again that was withdrawn, in the running transaction; how many were still there."""
    pictures = Upload.filter(target_kind=target.kind, target_id=target.id, status=UploadStatus.DETACHED)
    still_there = pictures.filter(expires_at__gt=await clock.now())
    return await still_there.update(status=UploadStatus.ATTACHED, expires_at=None)


async def withdraw_all_of(user: UserId) -> int:
    """Let nobody see anything that this person has handed in, and forget it soon; how many pictures."""
    return await Upload.filter(user_id=user).update(status=UploadStatus.DETACHED, expires_at=await clock.now())


#: Also what hangs there already, and what was taken from there.
_ATTACH = """
UPDATE uploads SET status = 'ATTACHED', target_kind = $4, target_id = $5, position = $6, expires_at = NULL
 WHERE id = $1 AND purpose = $3
   AND ((user_id = $2 AND status = 'STORED' AND expires_at > $7)
        OR (target_kind = $4 AND target_id = $5 AND (status = 'ATTACHED' OR (user_id = $2 AND expires_at > $7))))
"""
