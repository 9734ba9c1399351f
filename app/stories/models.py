"""Stories and what their customers said of them."""

from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model

from app.core.ids import OrderId, StoryId, UserId, new_id
from app.stories.states import ConsentStatus, StoryStatus


class Story(Model):
    """One story. Its row is what edits, consent, review and withdrawal queue behind."""

    id: StoryId = fields.UUIDField(primary_key=True, default=new_id)  # type: ignore[assignment]  # Tortoise types a key as UUID
    #: Whose story it is, whoever wrote it.
    customer_id: UserId = fields.UUIDField()  # type: ignore[assignment]  # as above
    author_id: UserId = fields.UUIDField()  # type: ignore[assignment]  # as above
    title = fields.CharField(max_length=60)
    body = fields.TextField()
    #: What consent is given to, as `rules.digest` says of the text and the pictures that it has now.
    digest = fields.CharField(max_length=64, default="")
    #: Ids of what it is about, in the order in which they are shown.
    product_ids: list[str] = fields.JSONField()
    #: The purchase that she says it is about; hers.
    order_id: OrderId | None = fields.UUIDField(null=True)  # type: ignore[assignment]  # as above
    status = fields.CharEnumField(StoryStatus, max_length=16)
    #: Why a person should look twice, as the check of its text said: what the reviewer is shown.
    doubts: list[str] = fields.JSONField()
    reviewed_by: UUID | None = fields.UUIDField(null=True)
    #: What the reviewer told its author.
    review_note = fields.CharField(max_length=500, null=True)
    #: From when on it is out; null before a review approved it.
    publish_at = fields.DatetimeField(null=True)
    #: Since when it is known to be out: told once, also where a moderator takes it down and brings it back.
    announced_at = fields.DatetimeField(null=True)
    #: Grows with every change; staff and authors name the one they saw.
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField()

    class Meta:
        table = "stories"
        constraints = (
            CheckConstraint(
                "status NOT IN ('SCHEDULED', 'PUBLISHED') OR publish_at IS NOT NULL", "stories_come_out_at_a_moment"
            ),
        )


class StoryConsent(Model):
    """What a customer was asked or said, once. Never changed, never deleted while the story stands."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    story: fields.ForeignKeyRelation[Story] = fields.ForeignKeyField(
        "pintuan.Story", on_delete=fields.OnDelete.RESTRICT
    )
    story_id: StoryId
    #: Its place in the story's history: times can be equal.
    seq = fields.IntField()
    status = fields.CharEnumField(ConsentStatus, max_length=16)
    #: Of the text and the pictures that it is about.
    digest = fields.CharField(max_length=64)
    wording_version = fields.IntField()
    at = fields.DatetimeField()

    class Meta:
        table = "story_consents"
        constraints = (CheckConstraint("status <> 'NOT_ASKED'", "story_consents_say_something"),)
