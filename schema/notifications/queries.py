"""Reading the inbox, and which messages to ask consent for."""

from typing import Annotated
from uuid import UUID

import strawberry

from app.notifications import models, queries
from app.notifications.models import MessagePurpose
from schema.connections import page
from schema.context import Info
from schema.inputs import read_page_size
from schema.notifications.types import MessageTemplate, Notification, NotificationConnection, read_place


@strawberry.type
class NotificationsViewer:
    """What is the viewer's own."""

    @strawberry.field
    async def notifications(self, info: Info, first: int, after: str | None = None) -> NotificationConnection:
        """Read a page of the inbox, newest first."""
        user = info.context.must_be_signed_in().user
        size = read_page_size(first)
        # The head first: what comes in meanwhile belongs to the stream that resumes there, not to the page.
        head = await queries.head(user)
        place = read_place(user, head, after, "after")
        found = await queries.newest(user, up_to=head if place is None else place - 1, limit=size + 1)
        listed = page(found, first=size, after=after, key=_key, node=Notification.of)
        return NotificationConnection(user=user, head=head, edges=listed.edges, page_info=listed.page_info)

    @strawberry.field
    async def message_templates(
        self,
        info: Info,
        to_be_reminded: Annotated[
            bool, strawberry.argument(description="Whether the next tap asks to be reminded of one more live room.")
        ] = False,
    ) -> list[MessageTemplate]:
        """Tell every template that messages are sent with."""
        user = info.context.must_be_signed_in().user
        states = await queries.template_states(user, one_more_room=to_be_reminded)
        return [MessageTemplate.of(state) for state in states]

    @strawberry.field(description="For these no WeChat message is sent; the inbox has the entries all the same.")
    async def muted_purposes(self, info: Info) -> list[MessagePurpose]:
        """Tell what I want no messages for."""
        return await queries.muted(info.context.must_be_signed_in().user)


def _key(entry: models.Notification) -> tuple[object, ...]:
    return entry.user_id, entry.seq


async def open_notification(info: Info, notification: UUID) -> Notification | None:
    """An entry by its id, for its owner."""
    asker = info.context.who()
    entry = await queries.entry(asker.user, notification) if asker else None
    return Notification.of(entry) if entry else None


#: Kind of public id to what opens it.
NODE_OPENERS = {"notification": open_notification}
