"""What needs a look at a text before its transaction."""

from collections.abc import Sequence
from datetime import datetime

from app.core.ids import DanmakuId, LiveRoomId, ProductId, UserId
from app.live import rules
from app.live.actions import running, talking
from app.live.actions.running import Edit
from app.moderation.errors import TextRejected
from app.moderation.flows import check_text, current_filter
from app.moderation.rules import fit
from app.moderation.states import Severity
from app.wechat.client import TextScene


async def schedule(
    *, host: UserId, title: str, starts_at: datetime, products: Sequence[ProductId], client_id: str
) -> LiveRoomId:
    """As `actions.running.schedule`; TextRejected for a title with words that the filter rejects."""
    await _refuse_words(title)
    return await running.schedule(host=host, title=title, starts_at=starts_at, products=products, client_id=client_id)


async def edit(room: LiveRoomId, *, by: UserId, expected_version: int, wanted: Edit) -> None:
    """As `actions.running.edit`; TextRejected for a title with words that the filter rejects."""
    if wanted.title is not None:
        await _refuse_words(wanted.title)
    await running.edit(room, by=by, expected_version=expected_version, wanted=wanted)


async def _refuse_words(title: str) -> None:
    # Staff's own words do not go to WeChat; the log has who wrote them.
    if (await current_filter()).look(title) is Severity.REJECT:
        raise TextRejected


async def say(*, user: UserId, room: LiveRoomId, text: str, client_id: str) -> DanmakuId:
    """Write a danmaku, once per client id.

    TextTooLong, TextRejected, TargetNotFound, RoomNotLive, Muted, SlowMode, IdempotencyKeyReused. Who may not speak
    is refused before WeChat is asked: its checks are counted.
    """
    text = fit(text, longest=rules.LONGEST_DANMAKU)
    known = await talking.said_before(user=user, room=room, text=text, client_id=client_id)
    if known is not None:
        return known
    await talking.refuse_early(user=user, room=room)
    finding = await check_text(author=user, texts=[text], scene=TextScene.COMMENT)
    return await talking.say(user=user, room=room, text=text, client_id=client_id, finding=finding)
