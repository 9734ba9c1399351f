"""Uploads, and verdicts that came before anybody waited for them."""

from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model

from app.core.ids import UploadId, UserId, new_id
from app.media.states import UploadPurpose, UploadStatus, Verdict


class Upload(Model):
    """One picture, from its ticket on."""

    id: UploadId = fields.UUIDField(primary_key=True, default=new_id)  # type: ignore[assignment]  # Tortoise types a key as UUID
    user_id: UserId = fields.UUIDField()  # type: ignore[assignment]  # as above
    purpose = fields.CharEnumField(UploadPurpose, max_length=8)
    status = fields.CharEnumField(UploadStatus, max_length=8)
    #: SHA-256 of the file as it came, by which a repeat is known.
    digest = fields.CharField(max_length=64, null=True)
    #: In the store and below /media; null while there is no picture.
    path = fields.CharField(max_length=200, null=True)
    width = fields.IntField(null=True)
    height = fields.IntField(null=True)
    verdict = fields.CharEnumField(Verdict, max_length=8, default=Verdict.WAITING)
    #: WeChat's name for its check.
    trace_id = fields.CharField(max_length=64, null=True)
    #: When WeChat is asked (again); null when nothing is to be asked.
    check_at = fields.DatetimeField(null=True)
    check_attempts = fields.SmallIntField(default=0)
    target_kind = fields.CharField(max_length=32, null=True)
    target_id: UUID | None = fields.UUIDField(null=True)
    #: Its place among the target's pictures.
    position = fields.SmallIntField(null=True)
    #: Of a ticket: until when it is taken. Afterwards: when what hangs nowhere is forgotten.
    expires_at = fields.DatetimeField(null=True)
    #: Grows with every decision of a person.
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField()

    class Meta:
        table = "uploads"
        constraints = (
            CheckConstraint(
                "status IN ('TICKET', 'DETACHED') OR (path IS NOT NULL AND width > 0)", "uploads_are_drawn"
            ),
            CheckConstraint("status <> 'ATTACHED' OR target_id IS NOT NULL", "uploads_hang_on_something"),
        )


class HeardVerdict(Model):
    """What WeChat's push said of a check, which may come before the reply that names the check."""

    trace_id = fields.CharField(primary_key=True, max_length=64)
    verdict = fields.CharEnumField(Verdict, max_length=8)
    heard_at = fields.DatetimeField()

    class Meta:
        table = "heard_verdicts"
