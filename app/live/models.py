"""Live rooms and what is said in them."""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model

from app.core.ids import DanmakuId, LiveRoomId, ProductId, UserId, new_id
from app.live.rules import Position
from app.live.states import DanmakuStatus, LiveEventKind, LiveStatus, PausedBy


class LiveRoom(Model):
    """One broadcast. Its row lock is what its events queue behind; danmaku and likes do not touch it."""

    id: LiveRoomId = fields.UUIDField(primary_key=True, default=new_id)  # type: ignore[assignment]  # Tortoise types a key as UUID
    host_id: UserId = fields.UUIDField()  # type: ignore[assignment]  # as above
    title = fields.CharField(max_length=60)
    #: Below the media folder.
    cover_path = fields.CharField(max_length=200, null=True)
    status = fields.CharEnumField(LiveStatus, max_length=12, default=LiveStatus.SCHEDULED)
    paused_by = fields.CharEnumField(PausedBy, max_length=12, null=True)
    #: When it is to start; once it has started, `started_at` tells when it did.
    starts_at = fields.DatetimeField()
    started_at = fields.DatetimeField(null=True)
    paused_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    #: The shelf, in its order: ids as text.
    product_ids: list[str] = fields.JSONField()
    explaining_id: ProductId | None = fields.UUIDField(null=True)  # type: ignore[assignment]  # as above
    #: Seconds between two lines of one person; 0 is off.
    slow_mode_seconds = fields.IntField(default=0)
    #: As last told to the room; sums of `live_like_counters` and of leases.
    like_total = fields.BigIntField(default=0)
    watching = fields.IntField(default=0)
    counted_at = fields.DatetimeField(null=True)
    #: The newest sequence number of its event stream.
    head = fields.BigIntField(default=0)
    #: Grows with each change that staff make: their `expectedVersion`.
    version = fields.IntField(default=1)
    #: When the vendor last told of its stream: older news change nothing.
    stream_told_at = fields.BigIntField(null=True)
    #: What the vendor calls the push that it told of last: a camera that comes back begins another.
    stream_session = fields.CharField(max_length=64, null=True)
    #: The vendor's recording.
    replay_url = fields.CharField(max_length=500, null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "live_rooms"
        constraints = (
            CheckConstraint("(status = 'PAUSED') = (paused_by IS NOT NULL)", "live_rooms_pause_for_a_reason"),
            CheckConstraint("like_total >= 0 AND watching >= 0", "live_rooms_counts_are_not_negative"),
        )

    @property
    def position(self) -> Position:
        """Where it stands, as rules see it."""
        return Position(self.status, self.paused_by)

    @property
    def shelf(self) -> list[ProductId]:
        """Its products."""
        return [ProductId(UUID(each)) for each in self.product_ids]


class LiveEvent(Model):
    """One event of a room's stream. Its danmaku stand in their own rows, where they can still be removed."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    room_id: LiveRoomId = fields.UUIDField()  # type: ignore[assignment]  # as above
    seq = fields.BigIntField()
    kind = fields.CharEnumField(LiveEventKind, max_length=16)
    payload: dict[str, Any] = fields.JSONField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "live_events"


class Danmaku(Model):
    """One line. No foreign key to its room: tens of thousands talk at once, and the room's row is not to be locked."""

    id: DanmakuId = fields.UUIDField(primary_key=True, default=new_id)  # type: ignore[assignment]  # as above
    room_id: LiveRoomId = fields.UUIDField()  # type: ignore[assignment]  # as above
    user_id: UserId = fields.UUIDField()  # type: ignore[assignment]  # as above
    client_id = fields.CharField(max_length=100)
    text = fields.CharField(max_length=100)
    #: Masked, as it was when it was written.
    nickname = fields.CharField(max_length=64)
    #: Milliseconds since the start.
    offset_ms = fields.BigIntField()
    status = fields.CharEnumField(DanmakuStatus, max_length=8, default=DanmakuStatus.SHOWN)
    #: The event that showed it; null while it waits for one.
    shown_in = fields.BigIntField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "live_danmaku"


class Speaker(Model):
    """How fast one person talks in one room; the row is what her own lines queue behind."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    room_id: LiveRoomId = fields.UUIDField()  # type: ignore[assignment]  # as above
    user_id: UserId = fields.UUIDField()  # type: ignore[assignment]  # as above
    spoke_at = fields.DatetimeField(null=True)
    #: See `rules.turn_to_speak`.
    until = fields.DatetimeField(null=True)

    class Meta:
        table = "live_speakers"


class LikeBatch(Model):
    """Taps that were counted, so that a repeat counts nothing."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    room_id: LiveRoomId = fields.UUIDField()  # type: ignore[assignment]  # as above
    user_id: UserId = fields.UUIDField()  # type: ignore[assignment]  # as above
    batch_id = fields.CharField(max_length=100)
    taps = fields.IntField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "live_like_batches"
        constraints = (CheckConstraint("taps > 0", "live_like_batches_count_something"),)


class LikeCounter(Model):
    """A part of a room's likes: people are spread over the parts, so that they do not queue behind one row."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    room_id: LiveRoomId = fields.UUIDField()  # type: ignore[assignment]  # as above
    part = fields.SmallIntField()
    total = fields.BigIntField()

    class Meta:
        table = "live_like_counters"


class Reminder(Model):
    """Somebody who wants to be told when a room starts."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    room_id: LiveRoomId = fields.UUIDField()  # type: ignore[assignment]  # as above
    user_id: UserId = fields.UUIDField()  # type: ignore[assignment]  # as above
    created_at = fields.DatetimeField()

    class Meta:
        table = "live_reminders"


class Watching(Model):
    """How many sockets of one server process follow a room; counts only while that process renews it."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    room_id: LiveRoomId = fields.UUIDField()  # type: ignore[assignment]  # as above
    process_id: UUID = fields.UUIDField()
    sockets = fields.IntField()
    expires_at = fields.DatetimeField()

    class Meta:
        table = "live_watching"
