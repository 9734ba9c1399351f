"""What moderation asks of danmaku, and tells of them."""

from uuid import UUID

from app.core.ids import DanmakuId
from app.live.actions import talking
from app.live.models import Danmaku
from app.live.states import DanmakuStatus
from app.moderation.ports import ShownThing
from app.moderation.states import Decision


class ModeratedDanmaku:
    """Moderation's ModeratedThing for danmaku."""

    async def shown(self, thing: UUID, /) -> ShownThing | None:
        """The line as it is now."""
        line = await Danmaku.get_or_none(id=thing)
        return ShownThing(author=line.user_id, text=line.text) if line else None

    async def may_be_reported(self, thing: UUID, /) -> bool:
        """Whether it stands on the screens."""
        return await Danmaku.filter(id=thing, status=DanmakuStatus.SHOWN).exists()

    async def decided(self, thing: UUID, decision: Decision, reason: str, /) -> None:
        """Show it, or take it away."""
        del reason  # the author hears it from moderation
        await talking.decide(DanmakuId(thing), is_shown=decision is not Decision.REMOVE)
