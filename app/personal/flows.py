"""Changing a profile, and making an export: what takes long stands between transactions."""

import json
from datetime import datetime
from enum import Enum
from typing import Any

from app.core import clock, db
from app.core.ids import ExportId, UploadId, UserId
from app.media import store
from app.moderation import flows as moderation
from app.moderation.states import Why
from app.personal import actions, ports, queries
from app.personal.models import DataExport
from app.personal.states import ExportStatus
from app.wechat.client import TextScene


async def update_profile(*, user: UserId, nickname: str | None, avatar: UploadId | None) -> None:
    """Change name, picture or both. TextRejected, UploadInvalid, PictureRejected. Not inside a transaction."""
    doubts: tuple[Why, ...] = ()
    if nickname is not None:
        doubts = (await moderation.check_text(author=user, texts=[nickname], scene=TextScene.PROFILE)).why
    await actions.change_profile(user=user, nickname=nickname, doubts=doubts, avatar=avatar)


async def make_export(export: ExportId) -> None:
    """Put everything that is kept about a person into the store. A repeat writes the same file again."""
    row = await DataExport.get(id=export)
    kept: dict[str, Any] = {"made_at": await clock.now()}
    # One moment for all tables.
    async with db.transaction():
        for name, read in sorted(ports.readers().items()):
            kept[name] = await read(row.user_id)
    content = json.dumps(kept, ensure_ascii=False, indent=1, default=_plain)
    await store.put(queries.key_of(export), content.encode())
    if not await actions.finish_export(export):
        await store.delete(queries.key_of(export))


def _plain(value: object) -> object:
    match value:
        case datetime():
            return value.isoformat()
        case Enum():
            return value.value
        case _:
            return str(value)


async def fetch_export(export: ExportId) -> bytes | None:
    """The file, once; None to whoever comes after, or too late."""
    if not await actions.take_export(export):
        return None
    content = await store.get(queries.key_of(export))
    await forget_file(export)
    return content


async def forget_file(export: ExportId) -> None:
    """Let nothing of an export lie in the store. A repeat changes nothing."""
    await store.delete(queries.key_of(export))
    await DataExport.filter(id=export).update(has_file=False, status=ExportStatus.FETCHED)
