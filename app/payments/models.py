"""Payments and refunds."""

from enum import StrEnum

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model

from app.core.ids import OrderId, PaymentId, RefundId, UserId, new_id


class PaymentStatus(StrEnum):
    """OPEN may still be paid; CLOSED was closed at WeChat or never asked for there."""

    OPEN = "OPEN"
    PAID = "PAID"
    CLOSED = "CLOSED"


class Purpose(StrEnum):
    """What a payment is for: who answers through the port."""

    GROUP_SEAT = "GROUP_SEAT"
    SOLO = "SOLO"


class Payment(Model):
    """What is asked of one buyer for one order."""

    id: PaymentId = fields.UUIDField(primary_key=True, default=new_id)  # type: ignore[assignment]  # Tortoise types a key as UUID
    order_id: OrderId = fields.UUIDField()  # type: ignore[assignment]  # as above
    user_id: UserId = fields.UUIDField()  # type: ignore[assignment]  # as above
    purpose = fields.CharEnumField(Purpose, max_length=16)
    status = fields.CharEnumField(PaymentStatus, max_length=8, default=PaymentStatus.OPEN)
    #: Our number at WeChat; stable, so that a repeat never asks twice.
    out_trade_no = fields.CharField(max_length=32, unique=True)
    description = fields.CharField(max_length=127)
    amount_fen = fields.BigIntField()
    #: Promised back so far, whatever has arrived; never above what was paid.
    refunded_fen = fields.BigIntField(default=0)
    #: WeChat refuses the payment after this.
    expires_at = fields.DatetimeField()
    #: When WeChat was first asked for it; null means that WeChat cannot know it.
    asked_at = fields.DatetimeField(null=True)
    prepay_id = fields.CharField(max_length=64, null=True)
    prepaid_at = fields.DatetimeField(null=True)
    transaction_id = fields.CharField(max_length=64, unique=True, null=True)
    paid_at = fields.DatetimeField(null=True)
    #: When to ask WeChat whether its notification got lost; null once that is settled.
    next_poll_at = fields.DatetimeField(null=True)
    polls = fields.IntField(default=0)
    created_at = fields.DatetimeField()

    class Meta:
        table = "payments"
        constraints = (
            CheckConstraint("amount_fen > 0", "payments_amount_is_positive"),
            CheckConstraint("refunded_fen BETWEEN 0 AND amount_fen", "payments_refunds_within_amount"),
        )


class RefundStatus(StrEnum):
    """WAITING: not yet accepted by WeChat, retried. FAILED: a person is at work on it, and we ask now and then."""

    WAITING = "WAITING"
    PROCESSING = "PROCESSING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


class RefundReason(StrEnum):
    """Why money goes back."""

    GROUP_FAILED = "GROUP_FAILED"
    LEFT = "LEFT"
    OVERFLOW = "OVERFLOW"
    PAID_TWICE = "PAID_TWICE"
    LADDER_DIFFERENCE = "LADDER_DIFFERENCE"
    AFTER_SALE = "AFTER_SALE"


class Refund(Model):
    """Money on its way back to who paid it."""

    id: RefundId = fields.UUIDField(primary_key=True, default=new_id)  # type: ignore[assignment]  # Tortoise types a key as UUID
    payment: fields.ForeignKeyRelation[Payment] = fields.ForeignKeyField(
        "pintuan.Payment", on_delete=fields.OnDelete.RESTRICT
    )
    payment_id: PaymentId
    order_id: OrderId = fields.UUIDField()  # type: ignore[assignment]  # as above
    #: Our number at WeChat: the same for every try, or WeChat would pay twice. Only what WeChat has closed for good
    #: gets a new one.
    out_refund_no = fields.CharField(max_length=64, unique=True)
    amount_fen = fields.BigIntField()
    reason = fields.CharEnumField(RefundReason, max_length=24)
    status = fields.CharEnumField(RefundStatus, max_length=12, default=RefundStatus.WAITING)
    attempts = fields.IntField(default=0)
    #: When it is sent or asked about next; null once it has arrived.
    next_attempt_at = fields.DatetimeField(null=True)
    last_error = fields.CharField(max_length=200, null=True)
    created_at = fields.DatetimeField()
    finished_at = fields.DatetimeField(null=True)

    class Meta:
        table = "refunds"
        constraints = (CheckConstraint("amount_fen > 0", "refunds_amount_is_positive"),)
