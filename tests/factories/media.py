"""Pictures, and uploads that hold one."""

import hashlib
from datetime import timedelta
from io import BytesIO
from typing import Any

from PIL import Image

from app.core import clock
from app.core.ids import UserId, new_id
from app.media.models import Upload
from app.media.states import UploadPurpose, UploadStatus, Verdict


def a_picture(kind: str = "PNG", size: tuple[int, int] = (60, 40), colour: str = "teal", **how: Any) -> bytes:
    """A picture file."""
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, kind, **how)
    return out.getvalue()


async def an_upload(
    user: UserId, purpose: UploadPurpose = UploadPurpose.POST, *, verdict: Verdict = Verdict.PASSED
) -> Upload:
    """A picture of this person's that hangs nowhere yet; its file is not there."""
    now = await clock.now()
    name = new_id().hex
    return await Upload.create(
        user_id=user, purpose=purpose, status=UploadStatus.STORED, verdict=verdict,
        digest=hashlib.sha256(name.encode()).hexdigest(), path=f"uploads/{name[-2:]}/{name}.jpg", width=60, height=40,
        check_at=now if verdict is Verdict.WAITING else None, expires_at=now + timedelta(days=1), created_at=now,
    )  # fmt: skip
