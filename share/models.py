"""Share links, visitors, touches; which touch brought an order, and what its sharer gets."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model

from app.core.ids import OrderId, RewardId, ShareCode, ShareLinkId, UserId, new_id
from share.states import RewardChange, RewardStatus, TouchVerdict


class ShareForm(StrEnum):
    """In which form a link is handed on."""

    CARD = "CARD"
    MOMENTS = "MOMENTS"
    POSTER = "POSTER"
    CODE = "CODE"
    LINK = "LINK"


class ShareLink(Model):
    """One code for who shared what, in which form. One live link per person, campaign, target and form."""

    id: ShareLinkId = fields.UUIDField(primary_key=True, default=new_id)  # type: ignore[assignment]  # Tortoise types a key as UUID
    code: ShareCode = fields.CharField(max_length=11, unique=True)  # type: ignore[assignment]  # Tortoise types it as str
    inviter_id: UserId = fields.UUIDField()  # type: ignore[assignment]  # as above
    target_kind = fields.CharField(max_length=16)
    target_id = fields.UUIDField()
    form = fields.CharEnumField(ShareForm, max_length=8)
    #: A marketer's; null for what people share of their own accord.
    campaign = fields.CharField(max_length=64, null=True)
    created_at = fields.DatetimeField()
    #: Null where it does not expire.
    expires_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "share_links"


class UrlLink(Model):
    """WeChat's URL link of a share link, and when WeChat may be asked for the next one."""

    link_id: ShareLinkId = fields.UUIDField(primary_key=True)  # type: ignore[assignment]  # as above
    #: Null while none was made.
    address = fields.CharField(max_length=512, null=True)
    expires_at = fields.DatetimeField(null=True)
    #: Whoever moves this moment on asks WeChat.
    due_at = fields.DatetimeField()

    class Meta:
        table = "url_links"
        constraints = (CheckConstraint("(address IS NULL) = (expires_at IS NULL)", "url_links_end"),)


class Visitor(Model):
    """Who opens links, before and after she signs in."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    user_id: UserId | None = fields.UUIDField(null=True)  # type: ignore[assignment]  # as above
    created_at = fields.DatetimeField()
    #: When she was first known to be this user; null while nobody is signed in.
    joined_at = fields.DatetimeField(null=True)

    class Meta:
        table = "visitors"


class Touch(Model):
    """One recorded opening of a link."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    link: fields.ForeignKeyRelation[ShareLink] = fields.ForeignKeyField(
        "pintuan.ShareLink", on_delete=fields.OnDelete.RESTRICT
    )
    link_id: ShareLinkId
    visitor: fields.ForeignKeyRelation[Visitor] = fields.ForeignKeyField(
        "pintuan.Visitor", on_delete=fields.OnDelete.RESTRICT
    )
    visitor_id: UUID
    #: WeChat's scene number of the entry.
    entry_scene = fields.IntField(null=True)
    #: WeChat's id of the chat group it was opened in.
    chat_group = fields.CharField(max_length=64, null=True)
    at = fields.DatetimeField()

    class Meta:
        table = "touches"


class Attribution(Model):
    """Who brought a paid order: decided once, and what has become of the order since. One row per paid order."""

    order_id: OrderId = fields.UUIDField(primary_key=True)  # type: ignore[assignment]  # as above
    buyer_id: UserId = fields.UUIDField()  # type: ignore[assignment]  # as above
    #: Null where nobody brought it.
    inviter_id: UserId | None = fields.UUIDField(null=True)  # type: ignore[assignment]  # as above
    #: When the touch was that brought it.
    touched_at = fields.DatetimeField(null=True)
    #: The campaign of that link, which rewards nobody.
    campaign = fields.CharField(max_length=64, null=True)
    programme_version = fields.IntField()
    ordered_at = fields.DatetimeField()
    paid_fen = fields.BigIntField()
    #: Money of it that was promised back, whatever else has been heard of it yet.
    refunded_fen = fields.BigIntField(default=0)
    completed_at = fields.DatetimeField(null=True)
    settled_at = fields.DatetimeField(null=True)

    class Meta:
        table = "attributions"
        constraints = (
            CheckConstraint("inviter_id IS NULL OR inviter_id <> buyer_id", "attributions_nobody_brings_herself"),
            CheckConstraint(
                "(inviter_id IS NULL) = (touched_at IS NULL)", "attributions_whoever_brings_is_touched_through"
            ),
        )


class CompetingTouch(Model):
    """A touch that was looked at when an order was attributed, and what was said of it. Never changed."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    order: fields.ForeignKeyRelation[Attribution] = fields.ForeignKeyField(
        "pintuan.Attribution", on_delete=fields.OnDelete.RESTRICT
    )
    order_id: OrderId
    touch: fields.ForeignKeyRelation[Touch] = fields.ForeignKeyField(
        "pintuan.Touch", on_delete=fields.OnDelete.RESTRICT
    )
    touch_id: UUID
    verdict = fields.CharEnumField(TouchVerdict, max_length=12)

    class Meta:
        table = "competing_touches"


class Reward(Model):
    """What somebody gets for an order that she brought: points, frozen until nothing of the order goes back."""

    id: RewardId = fields.UUIDField(primary_key=True, default=new_id)  # type: ignore[assignment]  # as above
    user_id: UserId = fields.UUIDField()  # type: ignore[assignment]  # as above
    order: fields.OneToOneRelation[Attribution] = fields.OneToOneField(
        "pintuan.Attribution", on_delete=fields.OnDelete.RESTRICT
    )
    order_id: OrderId
    status = fields.CharEnumField(RewardStatus, max_length=12)
    points = fields.IntField()
    #: Of these points: taken back, before or after she could use them.
    reversed_points = fields.IntField(default=0)
    created_at = fields.DatetimeField()

    @property
    def kept(self) -> int:
        """What is left of it."""
        points: int = self.points - self.reversed_points
        return points

    class Meta:
        table = "rewards"
        constraints = (
            CheckConstraint("points > 0 AND reversed_points BETWEEN 0 AND points", "rewards_reverse_what_they_gave"),
        )


class RewardEvent(Model):
    """One entry of a reward's history, told to its owner."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    reward: fields.ForeignKeyRelation[Reward] = fields.ForeignKeyField(
        "pintuan.Reward", on_delete=fields.OnDelete.RESTRICT
    )
    reward_id: RewardId
    at = fields.DatetimeField()
    change = fields.CharEnumField(RewardChange, max_length=16)
    #: How many points it is about.
    points = fields.IntField()

    class Meta:
        table = "reward_events"
