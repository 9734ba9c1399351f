"""Exports."""

from tortoise import fields
from tortoise.models import Model

from app.core.ids import ExportId, UserId, new_id
from app.personal.states import ExportStatus


class DataExport(Model):
    """One file with everything that is kept about a person."""

    id: ExportId = fields.UUIDField(primary_key=True, default=new_id)  # type: ignore[assignment]  # Tortoise types a key as UUID
    user_id: UserId = fields.UUIDField()  # type: ignore[assignment]  # as above
    status = fields.CharEnumField(ExportStatus, max_length=12)
    #: When it is made (again); null once it is there.
    due_at = fields.DatetimeField(null=True)
    #: Until when it can be fetched.
    expires_at = fields.DatetimeField(null=True)
    #: Whether the file may still lie in the store.
    has_file = fields.BooleanField(default=False)
    created_at = fields.DatetimeField()

    class Meta:
        table = "data_exports"
