"""The inbox, live."""

from collections.abc import AsyncIterable, Sequence

import strawberry

from app.core import streams
from app.core.ids import UserId
from app.notifications import queries
from app.notifications.actions import INBOX
from app.notifications.presence import LISTENERS
from schema.context import Info
from schema.engine.streams import Frame, Stream
from schema.notifications.types import NotificationFrame, cursor_of, read_place

#: Entries read at once while catching up.
PAGE = 100


@strawberry.type
class NotificationsSubscription:
    """What is pushed about notifications."""

    @strawberry.subscription(
        description="An event stream, mine: everything after the cursor once, in order, then live. "
        "Without a cursor: from now on, and the first frame carries the cursor alone."
    )
    async def notification_received(self, info: Info, after: str | None = None) -> AsyncIterable[NotificationFrame]:
        """Follow the viewer's inbox."""
        user = info.context.must_be_signed_in().user
        place = read_place(user, await queries.head(user), after, "after")

        async def read(position: int | None) -> Sequence[Frame[NotificationFrame]]:
            return await _frames(user, position)

        await LISTENERS.arrive(user)
        return Stream(
            topic=streams.topic(INBOX, user),
            kind="events",
            read=read,
            after=place,
            watched=lambda change: LISTENERS.changed(user, change),
            bus=streams.bus(),
        )


async def _frames(user: UserId, position: int | None) -> list[Frame[NotificationFrame]]:
    if position is None:
        head = await queries.head(user)
        return [Frame(head, NotificationFrame(cursor=cursor_of(user, head), notification=None))]
    found = await queries.following(user, after=position, limit=PAGE)
    return [Frame(each.seq, NotificationFrame.of(each)) for each in found]
