"""Asking about live rooms."""

from datetime import datetime
from uuid import UUID

import strawberry

from app.accounts.models import Role
from app.core.ids import LiveRoomId
from app.live import queries
from app.live.actions.change import KIND
from app.live.actions.talking import KIND as DANMAKU
from app.live.states import LiveStatus
from schema.connections import Connection, page
from schema.context import Info
from schema.inputs import read_cursor, read_id, read_page_size
from schema.live.types import LiveControl, LiveRoom
from schema.live.types.events import open_danmaku
from schema.live.types.room import open_room


@strawberry.type
class LiveQuery:
    """What everybody may ask."""

    @strawberry.field(
        description="Rooms on the air first, then what comes next, then replays. Paging does not shift while rooms "
        "start and end."
    )
    async def live_rooms(self, info: Info, first: int, after: str | None = None) -> Connection[LiveRoom]:
        """List the rooms that people can go to."""
        size, place = read_page_size(first), _place(after)
        as_of = place.as_of if place else await info.context.now()
        found = await queries.rooms_page(as_of=as_of, limit=size + 1, after=place)
        return page(
            found, first=size, after=after, key=lambda row: _key(queries.place_of(row, as_of)), node=LiveRoom.of
        )

    @strawberry.field
    async def live_room(self, info: Info, id: strawberry.ID) -> LiveRoom | None:  # noqa: A002 - the API's word
        """Open a room."""
        room = read_id(KIND, id, "id")
        return await open_room(info, room) if room else None


def _key(place: queries.Place) -> tuple[object, ...]:
    return place.as_of.isoformat(), place.shelf, place.at.isoformat(), str(place.id)


def _place(after: str | None) -> queries.Place | None:
    key = read_cursor(after, [datetime, int, datetime, UUID])
    return queries.Place(key[0], key[1], key[2], LiveRoomId(key[3])) if key else None


@strawberry.type
class LiveViewer:
    """What the caller waits for."""

    @strawberry.field(description="Rooms that I asked to be told of and that have not started, the next one first.")
    async def live_reminders(self, info: Info, first: int, after: str | None = None) -> Connection[LiveRoom]:
        """List the rooms that she waits for."""
        user, size = info.context.must_be_signed_in().user, read_page_size(first)
        key = read_cursor(after, [datetime, UUID])
        found = await queries.waited_for_page(user, limit=size + 1, after=key and (key[0], LiveRoomId(key[1])))
        return page(
            found,
            first=size,
            after=after,
            key=lambda row: (row.starts_at.isoformat(), str(row.id)),
            node=LiveRoom.of,
        )


@strawberry.type
class LiveStaff:
    """What hosts and community managers work with."""

    @strawberry.field(description="For HOST her own rooms, for COMMUNITY_MANAGER all; the newest announcement first.")
    async def live_rooms(
        self, info: Info, first: int, after: str | None = None, status: LiveStatus | None = None
    ) -> Connection[LiveControl]:
        """List rooms, whatever became of them."""
        asker = info.context.must_have(Role.HOST) if not _manages(info) else info.context.must_be_signed_in()
        size = read_page_size(first)
        key = read_cursor(after, [datetime, UUID])
        found = await queries.all_rooms_page(
            limit=size + 1,
            before=key and (key[0], key[1]),
            host=None if _manages(info) else asker.user,
            status=status,
        )
        return page(
            found,
            first=size,
            after=after,
            key=lambda row: (row.created_at.isoformat(), str(row.id)),
            node=LiveControl.of,
        )

    @strawberry.field(description="For its HOST and for COMMUNITY_MANAGER; null for others.")
    async def live_room(self, info: Info, id: strawberry.ID) -> LiveControl | None:  # noqa: A002 - the API's word
        """Open a room at the control desk."""
        asker = info.context.must_have(Role.HOST) if not _manages(info) else info.context.must_be_signed_in()
        room = read_id(KIND, id, "id")
        row = await queries.room(LiveRoomId(room)) if room else None
        return LiveControl.of(row) if row and (_manages(info) or row.host_id == asker.user) else None


def _manages(info: Info) -> bool:
    roles = info.context.must_be_signed_in().roles
    return not roles.isdisjoint({Role.COMMUNITY_MANAGER, Role.ADMIN})


#: Kind of public id to what opens it.
NODE_OPENERS = {KIND: open_room, DANMAKU: open_danmaku}
