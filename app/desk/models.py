"""The desk's one table."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from app.core.ids import new_id


class Matter(StrEnum):
    """What kind of thing needs a person."""

    #: WeChat could not pay a refund out; the member waits for her money.
    REFUND_FAILED = "REFUND_FAILED"
    #: The merchant's balance at WeChat is too low for refunds; they wait and are retried.
    BALANCE_TOO_LOW = "BALANCE_TOO_LOW"
    #: Money arrived that belongs to no order of ours.
    UNKNOWN_PAYMENT = "UNKNOWN_PAYMENT"
    #: Money arrived once more for a payment that was paid already.
    PAID_TWICE = "PAID_TWICE"
    #: Money arrived in another amount than was asked for.
    WRONG_AMOUNT = "WRONG_AMOUNT"
    #: WeChat does not take the word that a parcel is on its way, and keeps the order's money.
    SHIPPING_REFUSED = "SHIPPING_REFUSED"
    #: WeChat cannot tell whether a picture may be shown; until somebody does, few see it.
    PICTURE_TO_REVIEW = "PICTURE_TO_REVIEW"


class DeskItem(Model):
    """One open matter. At most one is open for the same matter and subject."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    matter = fields.CharEnumField(Matter, max_length=32)
    #: What it is about, such as a refund's id or WeChat's transaction id.
    subject = fields.CharField(max_length=64)
    #: What a person needs to know to act; ids and amounts, no names or phones.
    detail: dict[str, Any] = fields.JSONField()
    opened_at = fields.DatetimeField()
    resolved_at = fields.DatetimeField(null=True)
    #: What the person who took it off the desk did; null where it went away by itself.
    resolution = fields.CharField(max_length=500, null=True)
    version = fields.IntField(default=1)

    class Meta:
        table = "desk_items"
