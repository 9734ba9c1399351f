"""Rooms as they run, and starts of rooms that somebody waits for."""

from collections.abc import AsyncIterable, Sequence
from datetime import datetime
from functools import partial

import strawberry
from graphql import GraphQLError

from app.core import ids, streams
from app.core.ids import LiveRoomId, UserId
from app.live import models, queries, rules
from app.live.actions.change import KIND, STREAM
from app.live.watching import WATCHERS
from app.notifications import queries as notifications
from app.notifications.actions import INBOX
from app.notifications.models import NotificationKind
from app.notifications.presence import LISTENERS
from schema.context import Info
from schema.engine.streams import Frame, Stream
from schema.live.types import LiveRoom, LiveRoomFrame, LiveStarted
from schema.live.types.room import read_place

#: Events read at once while catching up.
PAGE = 100


@strawberry.type
class LiveSubscription:
    """What is pushed about live rooms."""

    @strawberry.subscription(
        description="An event stream: everything after the cursor in order, then live; what could not be kept up with "
        "is counted in missed."
    )
    async def live_room_events(self, room_id: strawberry.ID, after: str | None = None) -> AsyncIterable[LiveRoomFrame]:
        """Follow a room."""
        room = await _room(room_id)
        return Stream(
            topic=streams.topic(STREAM, room.id),
            kind="events",
            read=partial(_read, room.id),
            after=read_place(room, after, "after"),
            watched=partial(WATCHERS.changed, room.id),
            bus=streams.bus(),
        )

    @strawberry.subscription(description="Rooms starting that I follow or asked to be reminded of; each once.")
    async def live_started(self, info: Info) -> AsyncIterable[LiveStarted]:
        """Hear of starts."""
        user = info.context.must_be_signed_in().user
        head = await notifications.head(user)
        await LISTENERS.arrive(user)
        return Stream(
            topic=streams.topic(INBOX, user),
            kind="events",
            read=partial(_read_starts, user),
            after=head,
            watched=partial(LISTENERS.changed, user),
            bus=streams.bus(),
        )


async def _room(text: str) -> models.LiveRoom:
    try:
        kind, room = ids.from_public(text)
    except ids.MalformedIdError:
        kind, room = "", None
    found = await queries.room(LiveRoomId(room)) if room and kind == KIND else None
    if found is None:
        raise GraphQLError("There is no such room.", extensions={"code": "NOT_FOUND"})
    return found


async def _read(room_id: LiveRoomId, position: int | None) -> Sequence[Frame[LiveRoomFrame]]:
    head = (await queries.heads([room_id]))[room_id]
    if position is None:
        return [Frame(head, LiveRoomFrame.beginning(room_id, head))]
    events = await queries.events_after(room_id, max(position, head - rules.MOST_BEHIND), limit=PAGE)
    lines = await queries.shown_in(room_id, [each.seq for each in events])
    # Behind its events: a room that is said to have started is not shown as it was before.
    room = (await queries.rooms([room_id]))[room_id]
    return [
        Frame(each.seq, LiveRoomFrame.of(each, room, lines[each.seq], each.seq - position - 1 if number == 0 else 0))
        for number, each in enumerate(events)
    ]


async def _read_starts(user: UserId, position: int | None) -> Sequence[Frame[LiveStarted]]:
    # The inbox is the one stream of what she is told: a start is one entry there, and one frame here.
    entries = await notifications.following(user, after=position or 0, limit=PAGE, kind=NotificationKind.LIVE_STARTED)
    rooms = await queries.rooms([LiveRoomId(each.target_id) for each in entries])
    return [
        Frame(
            each.seq,
            LiveStarted(
                room=LiveRoom.of(rooms[LiveRoomId(each.target_id)]),
                started_at=datetime.fromisoformat(each.values["started_at"]),
            ),
        )
        for each in entries
    ]
