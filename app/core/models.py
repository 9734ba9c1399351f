"""The tables that every room's work leaves rows in."""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from app.core.ids import new_id


class FactRow(Model):
    """A fact, written in the transaction that made it happen. Kept as history for a while; never changed."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    name = fields.CharField(max_length=64)
    #: Of the fact's shape. A worker that knows only older shapes leaves it to a newer one.
    version = fields.SmallIntField()
    payload = fields.TextField()
    recorded_at = fields.DatetimeField()

    class Meta:
        table = "facts"


class Delivery(Model):
    """One reaction's duty to hear one fact. The row goes away with the reaction's effect."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    fact: fields.ForeignKeyRelation[FactRow] = fields.ForeignKeyField(
        "pintuan.FactRow", on_delete=fields.OnDelete.RESTRICT
    )
    fact_id: UUID
    reaction = fields.CharField(max_length=100)
    available_at = fields.DatetimeField()
    attempts = fields.IntField(default=0)
    leased_until = fields.DatetimeField(null=True)
    last_error = fields.TextField(null=True)
    #: Given up after too many attempts; a person's work from then on.
    dead_at = fields.DatetimeField(null=True)

    class Meta:
        table = "deliveries"


class IdempotencyKey(Model):
    """What one person's key stood for: the input's digest and, once done, the ids of what it made."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    user_id = fields.UUIDField()
    mutation = fields.CharField(max_length=64)
    key = fields.CharField(max_length=100)
    input_digest = fields.CharField(max_length=64)
    result: dict[str, Any] = fields.JSONField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "idempotency_keys"


class ClockOffset(Model):
    """One row; zero and unread outside tests."""

    id = fields.SmallIntField(primary_key=True)
    offset_ms = fields.BigIntField(default=0)

    class Meta:
        table = "clock_offset"
