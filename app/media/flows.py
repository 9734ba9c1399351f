"""Pictures come in, and WeChat is asked about them: between transactions, never inside one."""

import asyncio
import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import IO

from app.accounts import queries as accounts
from app.core import clock, db
from app.core.ids import UploadId
from app.core.log import logger
from app.core.settings import settings
from app.media import actions, queries, rules, store
from app.media.errors import UploadInvalid
from app.media.models import Upload
from app.media.pictures import Redrawn, redraw
from app.media.states import UploadPurpose, UploadStatus, Verdict
from app.wechat import current
from app.wechat.client import TextScene
from app.wechat.errors import WeChatBusy, WeChatRefused

log = logger("media")

# A decoded picture takes up to 200 MB: two at once, the others wait.
_THREADS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="pictures")

_PIECE = 64 * 1024
_SCENES = {UploadPurpose.AVATAR: TextScene.PROFILE, UploadPurpose.REVIEW: TextScene.COMMENT}


async def take_in(*, upload: UploadId, file: IO[bytes]) -> Upload:
    """Make a picture of what came on a ticket and keep it. UploadInvalid where it is none, or another one came before.

    The same file again changes nothing and gives the same upload.
    """
    db.refuse_in_transaction("a picture was taken in")
    known = await queries.upload(upload)
    if known is None:
        raise UploadInvalid
    digest = await asyncio.to_thread(_digest, file)
    if known.status is not UploadStatus.TICKET:
        if known.digest != digest:
            raise UploadInvalid
        return known
    drawn = await asyncio.get_running_loop().run_in_executor(_THREADS, _redraw, file, known.purpose)
    path = f"{queries.FOLDER}{upload.hex[-2:]}/{upload.hex}-{digest[:12]}.jpg"
    await store.put(path, drawn.content)
    try:
        return await actions.store_picture(
            upload=upload, digest=digest, path=path, width=drawn.width, height=drawn.height
        )
    except UploadInvalid:
        await store.delete(path)
        raise


def _digest(file: IO[bytes]) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while piece := file.read(_PIECE):
        digest.update(piece)
    return digest.hexdigest()


def _redraw(file: IO[bytes], purpose: UploadPurpose) -> Redrawn:
    file.seek(0)
    return redraw(file, longest=rules.longest_side(purpose))


async def check(upload: UploadId) -> None:
    """Ask WeChat about a picture; its verdict comes later, through the push.

    Who never came through WeChat is staff, for whose pictures the shop answers itself. Where WeChat gives no verdict
    after many tries, or refuses to look, a person must.
    """
    row = await queries.upload(upload)
    if row is None or row.path is None or row.verdict is not Verdict.WAITING:
        return
    identity = await accounts.wechat_identity(row.user_id)
    if identity is None:
        await actions.decide(upload=upload, verdict=Verdict.PASSED)
        return
    if row.check_attempts > rules.CHECKS_AT_MOST:
        await actions.decide(upload=upload, verdict=Verdict.REVIEW)
        return
    address = queries.address_for_wechat(row.path, await clock.now())
    try:
        trace_id = await current.mini_program().check_picture(
            identity.openid,
            _SCENES.get(row.purpose, TextScene.SOCIAL_LOG),
            f"{settings().public_origin.rstrip('/')}/media/{address}",
        )
    except WeChatBusy as busy:
        log.info("media.check_later", upload=str(upload), reason=str(busy))
    except WeChatRefused as refused:
        # Such as a person who was not in the app for two hours: she may come back.
        log.warning("media.check_refused", upload=str(upload), code=refused.code)
    else:
        await actions.note_check(upload=upload, trace_id=trace_id, verdict_within=rules.VERDICT_WITHIN)


async def read(path: str) -> bytes | None:
    """A picture that everybody may see, for drawing with it; None where there is none."""
    row = await queries.at_path(path)
    return await store.get(path) if row and rules.is_public(row.status, row.verdict) else None
