"""What the API says of notifications."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from app.core.ids import UserId
from app.notifications import models, queries, wording
from app.notifications.models import MessagePurpose, NotificationKind
from app.notifications.queries import TemplateState
from app.notifications.rules import MessageConsentOutcome
from schema.connections import Edge, PageInfo
from schema.context import Info
from schema.inputs import bad_input, read_cursor, to_cursor
from schema.scalars import Node, public_id

if TYPE_CHECKING:
    from schema.community.types import Post
    from schema.group_buying.types import Group
    from schema.live.types import LiveRoom
    from schema.moderation.types import Removal
    from schema.orders.types import Order
    from schema.share.types import Reward
    from schema.stories.types import Story

strawberry.enum(NotificationKind)
strawberry.enum(MessagePurpose)
strawberry.enum(MessageConsentOutcome, description="What wx.requestSubscribeMessage answered for a template.")

Opener = Callable[[Info, UUID], Awaitable[Any | None]]

#: Kind of target to what opens it, for whoever asks; filled by who joins the rooms.
TARGET_OPENERS: dict[str, Opener] = {}

NotificationTarget = Annotated[
    Annotated["Group", strawberry.lazy("schema.group_buying.types")]
    | Annotated["Order", strawberry.lazy("schema.orders.types")]
    | Annotated["LiveRoom", strawberry.lazy("schema.live.types")]
    | Annotated["Story", strawberry.lazy("schema.stories.types")]
    | Annotated["Reward", strawberry.lazy("schema.share.types")]
    | Annotated["Post", strawberry.lazy("schema.community.types")]
    | Annotated["Removal", strawberry.lazy("schema.moderation.types")],
    strawberry.union("NotificationTarget"),
]


@strawberry.type
class Notification(Node):
    """One entry of an inbox."""

    entry: strawberry.Private[models.Notification]
    kind: NotificationKind
    created_at: datetime
    read_at: datetime | None

    @strawberry.field
    def title(self, info: Info) -> str:
        """Say what happened."""
        return wording.words(self.entry.kind, self.entry.values, info.context.locale).title

    @strawberry.field
    def body(self, info: Info) -> str:
        """Say what it means."""
        return wording.words(self.entry.kind, self.entry.values, info.context.locale).body

    @strawberry.field(description="What a tap opens; null where it is gone.")
    async def target(self, info: Info) -> NotificationTarget | None:
        """Open what it is about."""
        opener = TARGET_OPENERS.get(self.entry.target_kind)
        opened: Any = await opener(info, self.entry.target_id) if opener else None
        return opened  # type: ignore[no-any-return]  # a member of the union, which no opener's type says

    @classmethod
    def of(cls, entry: models.Notification) -> "Notification":
        """The API's form of an entry."""
        return cls(
            id=public_id("notification", entry.id),
            entry=entry,
            kind=entry.kind,
            created_at=entry.created_at,
            read_at=entry.read_at,
        )


@strawberry.type
class NotificationFrame:
    """One value of the subscription."""

    cursor: str = strawberry.field(description="What to resume after.")
    notification: Notification | None = strawberry.field(
        description="Null only in a first frame that carries the cursor alone."
    )

    @classmethod
    def of(cls, entry: models.Notification) -> "NotificationFrame":
        """The frame that brings an entry."""
        return cls(cursor=cursor_of(entry.user_id, entry.seq), notification=Notification.of(entry))


@strawberry.type
class NotificationConnection:
    """A page of an inbox, and where the inbox stood when it was read."""

    user: strawberry.Private[UserId]
    head: strawberry.Private[int]
    edges: list[Edge[Notification]]
    page_info: PageInfo

    @strawberry.field
    async def unread_count(self) -> int:
        """Count what is unread up to where the page was read, so that it fits the page."""
        return await queries.unread(self.user, up_to=self.head)

    @strawberry.field(
        description="What notificationReceived resumes after, so that nothing falls between the page and the stream."
    )
    def resume_cursor(self) -> str:
        """Say where the stream goes on."""
        return cursor_of(self.user, self.head)


@strawberry.type
class NotificationsRead:
    """What is left to read."""

    unread_count: int


@strawberry.type(description="A WeChat subscribe message that this person may consent to.")
class MessageTemplate:
    """A template, and how the viewer stands to it."""

    purpose: MessagePurpose
    template_id: str = strawberry.field(description="WeChat's, for wx.requestSubscribeMessage.")
    remaining: int = strawberry.field(description="One-time consents left.")
    should_ask: bool = strawberry.field(description="Whether the next tap should ask.")

    @classmethod
    def of(cls, state: TemplateState) -> "MessageTemplate":
        """The API's form of a template's state."""
        return cls(
            purpose=state.purpose,
            template_id=state.template_id,
            remaining=state.remaining,
            should_ask=state.should_ask,
        )


@strawberry.type
class MessageConsents:
    """How the viewer stands to every template."""

    templates: list[MessageTemplate]


def cursor_of(user: UserId, seq: int) -> str:
    """The place of an entry in its owner's inbox; it means nothing in another's."""
    return to_cursor(user, seq)


def read_place(user: UserId, head: int, cursor: str | None, path: str) -> int | None:
    """The sequence number inside a cursor of this user's inbox, whose head is known; None for no cursor.

    BAD_USER_INPUT for another's cursor, and for a place that the inbox has not reached: who resumed there would
    wait for ever.
    """
    key = read_cursor(cursor, (UUID, int), path)
    if key is None:
        return None
    owner, seq = key
    if owner != user or not 0 <= seq <= head:
        bad_input(path, "This is no cursor of your inbox.")
    return int(seq)
