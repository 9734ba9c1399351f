"""The queue, reports, decisions, appeals, mutes and the filter's words."""

from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from app.core.ids import UserId, new_id
from app.core.targets import Target
from app.moderation.states import AppealStatus, ItemStatus, ReportReason, Severity


class ModerationItem(Model):
    """A thing that a person decides on. One is open per thing; a thing that comes again is another item."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    target_kind = fields.CharField(max_length=32)
    target_id = fields.UUIDField()
    author_id: UserId = fields.UUIDField()  # type: ignore[assignment]  # Tortoise types an id as UUID
    #: Values of `Why`, each once, in the order in which they came.
    why: list[str] = fields.JSONField()
    #: As it was when it last came into the queue; what it is now its room knows.
    text = fields.TextField()
    reports = fields.IntField(default=0)
    status = fields.CharEnumField(ItemStatus, max_length=12, default=ItemStatus.OPEN)
    opened_at = fields.DatetimeField()
    #: Who looks at it just now, so that two do not do the same work; over when the time is.
    claimed_by: UserId | None = fields.UUIDField(null=True)  # type: ignore[assignment]  # as above
    claimed_until = fields.DatetimeField(null=True)
    decided_by: UserId | None = fields.UUIDField(null=True)  # type: ignore[assignment]  # as above
    decided_at = fields.DatetimeField(null=True)
    #: What the author is told.
    reason = fields.CharField(max_length=500, null=True)
    version = fields.IntField(default=1)

    class Meta:
        table = "moderation_items"

    @property
    def target(self) -> Target:
        """The thing."""
        return Target(self.target_kind, self.target_id)


class Report(Model):
    """One person's objection to a thing; open until the item is decided. One is open per person and thing."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    item: fields.ForeignKeyRelation[ModerationItem] = fields.ForeignKeyField(
        "pintuan.ModerationItem", on_delete=fields.OnDelete.RESTRICT
    )
    item_id: UUID
    reporter_id: UserId = fields.UUIDField()  # type: ignore[assignment]  # as above
    target_kind = fields.CharField(max_length=32)
    target_id = fields.UUIDField()
    reason = fields.CharEnumField(ReportReason, max_length=12)
    note = fields.CharField(max_length=500, null=True)
    created_at = fields.DatetimeField()
    closed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "reports"


class Appeal(Model):
    """The author says that a removal was wrong. One per item."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    item: fields.OneToOneRelation[ModerationItem] = fields.OneToOneField(
        "pintuan.ModerationItem", on_delete=fields.OnDelete.RESTRICT
    )
    item_id: UUID
    text = fields.TextField()
    status = fields.CharEnumField(AppealStatus, max_length=12, default=AppealStatus.OPEN)
    created_at = fields.DatetimeField()
    decided_by: UserId | None = fields.UUIDField(null=True)  # type: ignore[assignment]  # as above
    decided_at = fields.DatetimeField(null=True)
    #: What the author is told.
    reason = fields.CharField(max_length=500, null=True)
    version = fields.IntField(default=1)

    class Meta:
        table = "appeals"


class Mute(Model):
    """Somebody may not write. One is in place per person and community, and one for everywhere."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    user_id: UserId = fields.UUIDField()  # type: ignore[assignment]  # as above
    #: Null is everywhere.
    community_id = fields.UUIDField(null=True)
    #: Null is for good.
    until = fields.DatetimeField(null=True)
    reason = fields.CharField(max_length=500)
    muted_by: UserId = fields.UUIDField()  # type: ignore[assignment]  # as above
    created_at = fields.DatetimeField()
    #: Taken back, or replaced by another.
    lifted_at = fields.DatetimeField(null=True)
    version = fields.IntField(default=1)

    class Meta:
        table = "mutes"


class FilterWord(Model):
    """A word that staff added to the filter's list. Never deleted, so that the sum of versions only grows."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    word = fields.CharField(max_length=64)
    #: As the filter reads it, so that nobody adds one word twice.
    folded = fields.CharField(max_length=64)
    severity = fields.CharEnumField(Severity, max_length=8)
    note = fields.CharField(max_length=200, null=True)
    added_by: UserId = fields.UUIDField()  # type: ignore[assignment]  # as above
    created_at = fields.DatetimeField()
    removed_at = fields.DatetimeField(null=True)
    version = fields.IntField(default=1)

    class Meta:
        table = "filter_words"
