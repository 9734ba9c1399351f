"""What a room's stream tells."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from app.accounts.models import Role
from app.core.ids import DanmakuId, LiveRoomId, ProductId
from app.live import models, queries
from app.live.actions.talking import KIND as DANMAKU
from app.live.states import LiveEventKind
from schema.catalog.types import Product
from schema.context import Info
from schema.group_buying.types import Sku
from schema.live.types.room import LiveRoom, cursor_of, open_product
from schema.scalars import Money, Node, public_id


@strawberry.type
class Danmaku(Node):
    """A line over the picture."""

    text: str
    offset_ms: int = strawberry.field(description="Milliseconds since the start, for the replay.")
    nickname: str = strawberry.field(description="Masked.")

    @classmethod
    def of(cls, row: models.Danmaku) -> "Danmaku":
        """The API's form of a line."""
        return cls(id=public_id(DANMAKU, row.id), text=row.text, offset_ms=row.offset_ms, nickname=row.nickname)


@strawberry.type
class LiveStarted:
    """The room is live, for the first time or again."""

    room: LiveRoom
    started_at: datetime


@strawberry.type
class LivePaused:
    """The room pauses."""

    room: LiveRoom


@strawberry.type
class LiveEnded:
    """The room has ended."""

    room: LiveRoom


@strawberry.type
class DanmakuBatch:
    """Lines of one moment."""

    items: list[Danmaku]


@strawberry.type
class DanmakuRemoved:
    """Lines to take off the screen."""

    ids: list[strawberry.ID]


@strawberry.type(description="The newest total; steps in between may be merged, none is lost.")
class LikeTotal:
    """All likes."""

    total: int


@strawberry.type
class WatchingCount:
    """How many watch."""

    watching: int


@strawberry.type
class ProductExplained:
    """A product is shown, or none any more."""

    product_id: strawberry.Private[ProductId | None]

    @strawberry.field(description="Null when the host put it away.")
    async def product(self, info: Info) -> Product | None:
        """Tell the product."""
        return await open_product(info, self.product_id) if self.product_id else None


@strawberry.type
class RedPacketRainStarted:
    """Packets fall."""

    rain_id: strawberry.ID
    ends_at: datetime


@strawberry.type
class LotteryOpened:
    """A lottery can be entered."""

    lottery_id: strawberry.ID
    commitment: str
    closes_at: datetime


@strawberry.type
class LotteryWinner:
    """Somebody who won."""

    nickname: str = strawberry.field(description="Masked.")
    number: int


@strawberry.type(description="With commitment and the entries anybody can recompute it.")
class LotteryDrawn:
    """A lottery was drawn."""

    lottery_id: strawberry.ID
    seed: str
    winners: list[LotteryWinner]


@strawberry.type
class FlashSaleOpened:
    """A few pieces at a price for now."""

    sale_id: strawberry.ID
    sku: Sku
    price: Money
    stock: int


LiveRoomEvent = Annotated[
    LiveStarted
    | LivePaused
    | LiveEnded
    | DanmakuBatch
    | DanmakuRemoved
    | LikeTotal
    | WatchingCount
    | ProductExplained
    | RedPacketRainStarted
    | LotteryOpened
    | LotteryDrawn
    | FlashSaleOpened,
    strawberry.union("LiveRoomEvent"),
]


@strawberry.type
class LiveRoomFrame:
    """One value of the subscription."""

    cursor: str = strawberry.field(description="What to resume after.")
    missed: int = strawberry.field(
        description="Events left out before this one, because the caller was too slow or away too long."
    )
    event: LiveRoomEvent | None = strawberry.field(
        description="Null only in a first frame that carries the cursor alone."
    )

    @classmethod
    def beginning(cls, room: LiveRoomId, head: int) -> "LiveRoomFrame":
        """The first frame of who brings no cursor."""
        return cls(cursor=cursor_of(room, head), missed=0, event=None)

    @classmethod
    def of(
        cls, event: models.LiveEvent, room: models.LiveRoom, lines: list[models.Danmaku], missed: int
    ) -> "LiveRoomFrame":
        """The frame that brings an event; `lines` are those that it showed."""
        return cls(cursor=cursor_of(room.id, event.seq), missed=missed, event=_told(event, room, lines))


def _told(  # noqa: PLR0911 - one for each kind
    event: models.LiveEvent, room: models.LiveRoom, lines: list[models.Danmaku]
) -> LiveRoomEvent:
    match event.kind:
        case LiveEventKind.STARTED:
            return LiveStarted(room=LiveRoom.of(room), started_at=room.started_at or event.created_at)
        case LiveEventKind.PAUSED:
            return LivePaused(room=LiveRoom.of(room))
        case LiveEventKind.ENDED:
            return LiveEnded(room=LiveRoom.of(room))
        case LiveEventKind.DANMAKU:
            return DanmakuBatch(items=[Danmaku.of(each) for each in lines])
        case LiveEventKind.DANMAKU_REMOVED:
            return DanmakuRemoved(ids=[public_id(DANMAKU, UUID(each)) for each in event.payload["ids"]])
        case LiveEventKind.LIKES:
            return LikeTotal(total=event.payload["total"])
        case LiveEventKind.WATCHING:
            return WatchingCount(watching=event.payload["watching"])
        case LiveEventKind.EXPLAINED:
            product = event.payload["product"]
            return ProductExplained(product_id=ProductId(UUID(product)) if product else None)


async def open_danmaku(info: Info, danmaku: UUID) -> Danmaku | None:
    """A line by its id, while it is shown; for community managers always."""
    row = await queries.line(DanmakuId(danmaku), even_hidden=info.context.has_any(Role.COMMUNITY_MANAGER))
    return Danmaku.of(row) if row else None
