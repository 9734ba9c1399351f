"""Rooms as their host and the staff see them."""

from datetime import datetime

import strawberry

from app.live import models, queries, vendor
from app.live.states import OVER, PausedBy
from schema.context import Info
from schema.live.types.room import LiveRoom

strawberry.enum(PausedBy, name="LivePausedBy")


@strawberry.type(description="A room at the control desk: for its host and for COMMUNITY_MANAGER.")
class LiveControl:
    """A room at the control desk."""

    row: strawberry.Private[models.LiveRoom]
    version: int = strawberry.field(description="What staff inputs carry as expectedVersion.")
    paused_by: PausedBy | None = strawberry.field(description="Null while it is not paused.")
    slow_mode_seconds: int = strawberry.field(description="Between two lines of one person; 0 is off.")
    started_at: datetime | None
    ended_at: datetime | None

    @strawberry.field
    def room(self) -> LiveRoom:
        """Give the room as everybody sees it."""
        return LiveRoom.of(self.row)

    @strawberry.field(description="How many asked to be told when it starts; followers come on top.")
    async def reminders(self) -> int:
        """Count who waits for it."""
        return await queries.reminders(self.row.id)

    @strawberry.field(description="Where the camera sends to; null for everybody but the host, and once it is over.")
    def push_url(self, info: Info) -> str | None:
        """Tell the host where to send."""
        asker = info.context.must_be_signed_in()
        mine = asker.user == self.row.host_id and self.row.status not in OVER
        return vendor.push_url(self.row) if mine else None

    @classmethod
    def of(cls, row: models.LiveRoom) -> "LiveControl":
        """The desk's form of a room."""
        return cls(
            row=row,
            version=row.version,
            paused_by=row.paused_by,
            slow_mode_seconds=row.slow_mode_seconds,
            started_at=row.started_at,
            ended_at=row.ended_at,
        )
