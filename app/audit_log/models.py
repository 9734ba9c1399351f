"""The log's one table."""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from app.core.ids import new_id


class AuditEntry(Model):
    """One thing that staff did. Never changed, never deleted: the database refuses it."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    #: Who did it, or None for whoever sat at the machine's command line. No foreign key: an entry outlives anybody.
    by_id = fields.UUIDField(null=True)
    #: What was done, such as `deal.pause`.
    verb = fields.CharField(max_length=64)
    target_kind = fields.CharField(max_length=32, null=True)
    target_id = fields.UUIDField(null=True)
    #: What a reader needs to understand it: before and after, ids and amounts; no passwords, no phones.
    detail: dict[str, Any] = fields.JSONField()
    reason = fields.CharField(max_length=500, null=True)
    noted_at = fields.DatetimeField()

    class Meta:
        table = "audit_log"
