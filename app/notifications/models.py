"""Inboxes, consents and messages."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model

from app.core.ids import UserId, new_id


class NotificationKind(StrEnum):
    """What an entry tells; `wording` says it in words."""

    SEAT_TAKEN = "SEAT_TAKEN"
    LEADER_CHANGED = "LEADER_CHANGED"
    GROUP_COMPLETED = "GROUP_COMPLETED"
    GROUP_FAILED = "GROUP_FAILED"
    LATE_PAYMENT_REFUNDED = "LATE_PAYMENT_REFUNDED"
    REFUND_SENT = "REFUND_SENT"
    REFUND_FAILED = "REFUND_FAILED"
    LIVE_STARTED = "LIVE_STARTED"
    TIER_CHANGED = "TIER_CHANGED"
    ORDER_SHIPPED = "ORDER_SHIPPED"
    STORY_CONSENT_ASKED = "STORY_CONSENT_ASKED"
    STORY_PUBLISHED = "STORY_PUBLISHED"
    REFUND_REJECTED = "REFUND_REJECTED"
    REWARD_AVAILABLE = "REWARD_AVAILABLE"
    MODERATION_DECIDED = "MODERATION_DECIDED"
    APPEAL_DECIDED = "APPEAL_DECIDED"
    MUTED = "MUTED"


class InboxHead(Model):
    """The newest sequence number of one user's inbox; its row lock is what entries queue behind."""

    user_id: UserId = fields.UUIDField(primary_key=True)  # type: ignore[assignment]  # Tortoise types a key as UUID
    head = fields.BigIntField(default=0)

    class Meta:
        table = "inbox_heads"


class Notification(Model):
    """One entry of an inbox. Kept as kind and values, so that it reads in whatever language it is read in."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    user_id: UserId = fields.UUIDField()  # type: ignore[assignment]  # as above
    seq = fields.BigIntField()
    kind = fields.CharEnumField(NotificationKind, max_length=32)
    target_kind = fields.CharField(max_length=16)
    target_id = fields.UUIDField()
    #: What the words need: titles, masked names, amounts in fen.
    values: dict[str, Any] = fields.JSONField()
    created_at = fields.DatetimeField()
    read_at = fields.DatetimeField(null=True)

    class Meta:
        table = "notifications"


class MessagePurpose(StrEnum):
    """What a subscribe message is for; each has one template at WeChat."""

    GROUP_RESULT = "GROUP_RESULT"
    REFUND = "REFUND"
    LIVE_START = "LIVE_START"
    SHIPPED = "SHIPPED"
    REWARD = "REWARD"


class MessageConsent(Model):
    """How many messages of a purpose a user has allowed and not yet been sent."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    user_id: UserId = fields.UUIDField()  # type: ignore[assignment]  # as above
    purpose = fields.CharEnumField(MessagePurpose, max_length=16)
    remaining = fields.IntField(default=0)
    #: Refused or banned: the next tap should not ask.
    refused_at = fields.DatetimeField(null=True)
    #: She wants none of these messages here, whatever WeChat allows. Her inbox has them all the same.
    muted_at = fields.DatetimeField(null=True)

    class Meta:
        table = "message_consents"
        constraints = (CheckConstraint("remaining >= 0", "message_consents_are_not_overdrawn"),)


class ConsentReport(Model):
    """One report of what the phone's pop-up answered, so that a repeat counts nothing."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    user_id: UserId = fields.UUIDField()  # type: ignore[assignment]  # as above
    client_id = fields.CharField(max_length=100)
    created_at = fields.DatetimeField()

    class Meta:
        table = "consent_reports"


class MessageStatus(StrEnum):
    """ATTEMPTED is set before the call: a crash in between leaves it, and it is never sent again."""

    WAITING = "WAITING"
    ATTEMPTED = "ATTEMPTED"
    SENT = "SENT"
    REFUSED = "REFUSED"


class Message(Model):
    """One WeChat subscribe message."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    notification: fields.ForeignKeyRelation[Notification] = fields.ForeignKeyField(
        "pintuan.Notification", on_delete=fields.OnDelete.RESTRICT
    )
    notification_id: UUID
    user_id: UserId = fields.UUIDField()  # type: ignore[assignment]  # as above
    purpose = fields.CharEnumField(MessagePurpose, max_length=16)
    status = fields.CharEnumField(MessageStatus, max_length=12)
    #: The last attempt. One that waits again was not taken by WeChat then.
    attempted_at = fields.DatetimeField(null=True)
    #: WeChat's errcode where it refused.
    refusal = fields.CharField(max_length=32, null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "messages"


class ListeningProcess(Model):
    """A server process that has sockets; what stands in `listeners` counts only while it renews this."""

    id: UUID = fields.UUIDField(primary_key=True)
    expires_at = fields.DatetimeField()

    class Meta:
        table = "listening_processes"


class Listener(Model):
    """Somebody who has the app open at a process."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    user_id: UserId = fields.UUIDField()  # type: ignore[assignment]  # as above
    process_id: UUID = fields.UUIDField()

    class Meta:
        table = "listeners"
