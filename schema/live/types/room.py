"""Rooms as everybody sees them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry
from strawberry.dataloader import DataLoader

from app.catalog import models as catalog
from app.core.ids import LiveRoomId, ProductId
from app.live import models, queries, vendor
from app.live.actions.change import KIND
from app.live.states import LiveStatus
from schema.accounts.loaders import profile_of
from schema.accounts.types import Profile
from schema.catalog.loaders import load_products
from schema.catalog.types import Product
from schema.connections import Connection, page
from schema.context import Info
from schema.inputs import bad_input, read_cursor, read_page_size, to_cursor
from schema.live.loaders import load_rooms
from schema.pictures import media_url
from schema.scalars import Node, public_id

if TYPE_CHECKING:
    from schema.live.types.events import Danmaku

strawberry.enum(LiveStatus)


@strawberry.type
class LiveRoom(Node):
    """A broadcast."""

    row: strawberry.Private[models.LiveRoom]
    title: str
    status: LiveStatus
    starts_at: datetime
    cover_url: str | None
    watching: int
    play_url: str | None = strawberry.field(description="The vendor's; null while there is nothing to play.")
    like_total: int
    resume_cursor: str = strawberry.field(
        description="What liveRoomEvents resumes after, so that nothing falls between the page and the stream."
    )

    @strawberry.field
    async def host(self, info: Info) -> Profile:
        """Tell whose room it is."""
        return await profile_of(info, self.row.host_id)

    @strawberry.field
    async def explaining(self, info: Info) -> Product | None:
        """Tell which product is shown now."""
        return await open_product(info, self.row.explaining_id) if self.row.explaining_id else None

    @strawberry.field
    async def products(self, info: Info) -> list[Product]:
        """List the shelf."""
        loader: DataLoader[ProductId, catalog.Product | None] = info.context.loader(load_products)
        found = await loader.load_many(self.row.shelf)
        return [Product.of(each) for each in found if each]

    @strawberry.field(description="What was said from this moment of the broadcast on, for the replay.")
    async def danmaku(
        self, from_ms: int, first: int, after: str | None = None
    ) -> Connection[Annotated["Danmaku", strawberry.lazy("schema.live.types.events")]]:
        """Read what was said."""
        from schema.live.types.events import Danmaku  # noqa: PLC0415 - events have rooms, rooms have lines

        size = read_page_size(first)
        key = read_cursor(after, [int, UUID])
        found = await queries.lines_from(self.row.id, from_ms=from_ms, after=key and (key[0], key[1]), limit=size + 1)
        return page(found, first=size, after=after, key=lambda line: (line.offset_ms, str(line.id)), node=Danmaku.of)

    @classmethod
    def of(cls, row: models.LiveRoom) -> "LiveRoom":
        """The API's form of a room."""
        return cls(
            id=public_id(KIND, row.id),
            row=row,
            title=row.title,
            status=row.status,
            starts_at=row.starts_at,
            cover_url=media_url(row.cover_path),
            watching=row.watching,
            play_url=vendor.play_url(row),
            like_total=row.like_total,
            resume_cursor=cursor_of(row.id, row.head),
        )


@strawberry.type
class LiveReminder:
    """Whether somebody is told when a room starts."""

    room: LiveRoom
    remind: bool


def cursor_of(room: LiveRoomId, seq: int) -> str:
    """The place of an event in its room's stream; it means nothing in another's."""
    return to_cursor(room, seq)


def read_place(room: models.LiveRoom, cursor: str | None, path: str) -> int | None:
    """The number of an event inside a cursor of this room; None for no cursor.

    BAD_USER_INPUT for another room's cursor, and for a place that the room has not reached.
    """
    key = read_cursor(cursor, (UUID, int), path)
    if key is None:
        return None
    owner, seq = key
    if owner != room.id or not 0 <= seq <= room.head:
        bad_input(path, "This is no cursor of this room.")
    return int(seq)


async def open_product(info: Info, product: ProductId) -> Product | None:
    """A product of the shelf."""
    loader: DataLoader[ProductId, catalog.Product | None] = info.context.loader(load_products)
    row = await loader.load(product)
    return Product.of(row) if row else None


async def open_room(info: Info, room: UUID) -> LiveRoom | None:
    """A room by its id."""
    loader: DataLoader[LiveRoomId, models.LiveRoom | None] = info.context.loader(load_rooms)
    row = await loader.load(LiveRoomId(room))
    return LiveRoom.of(row) if row else None
