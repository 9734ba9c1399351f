"""The one table of the books."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model

from app.core.ids import new_id


class Account(StrEnum):
    """Where money stands. A new kind of money gets a new account."""

    #: Our balance at WeChat Pay: what was paid in and has not left.
    WECHAT = "WECHAT"
    #: Owed to buyers or to be earned: paid orders that are neither settled nor refunded.
    BUYERS = "BUYERS"
    #: Promised back to buyers; leaves when WeChat says that it has arrived.
    REFUNDS = "REFUNDS"
    #: Arrived without an order that it belongs to; a person's work.
    SUSPENSE = "SUSPENSE"
    #: Earned.
    SALES = "SALES"


class Reason(StrEnum):
    """Why money moved; with the reference it names one movement, which is posted once."""

    PAYMENT = "PAYMENT"
    REFUND_PROMISED = "REFUND_PROMISED"
    REFUND_SENT = "REFUND_SENT"
    UNKNOWN_PAYMENT = "UNKNOWN_PAYMENT"
    SETTLEMENT = "SETTLEMENT"


class Posting(Model):
    """`amount_fen` moved from `source` to `target`. Never changed, never deleted: the database refuses it."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    source = fields.CharEnumField(Account, max_length=16)
    target = fields.CharEnumField(Account, max_length=16)
    amount_fen = fields.BigIntField()
    reason = fields.CharEnumField(Reason, max_length=32)
    #: What moved it: the payment's or refund's id, or WeChat's transaction id.
    reference = fields.CharField(max_length=64)
    posted_at = fields.DatetimeField()

    class Meta:
        table = "postings"
        constraints = (CheckConstraint("amount_fen > 0 AND source <> target", "postings_move_something"),)
