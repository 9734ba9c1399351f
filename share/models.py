"""Share links, visitors and touches."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from app.core.ids import ShareCode, ShareLinkId, UserId, new_id


class ShareForm(StrEnum):
    """In which form a link is handed on."""

    CARD = "CARD"
    MOMENTS = "MOMENTS"
    POSTER = "POSTER"
    CODE = "CODE"
    LINK = "LINK"


class ShareLink(Model):
    """One code for who shared what, in which form. One live link per person, target and form."""

    id: ShareLinkId = fields.UUIDField(primary_key=True, default=new_id)  # type: ignore[assignment]  # Tortoise types a key as UUID
    code: ShareCode = fields.CharField(max_length=11, unique=True)  # type: ignore[assignment]  # Tortoise types it as str
    inviter_id: UserId = fields.UUIDField()  # type: ignore[assignment]  # as above
    target_kind = fields.CharField(max_length=16)
    target_id = fields.UUIDField()
    form = fields.CharEnumField(ShareForm, max_length=8)
    campaign = fields.CharField(max_length=64, null=True)
    created_at = fields.DatetimeField()
    #: Null where it does not expire.
    expires_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "share_links"


class Visitor(Model):
    """Who opens links, before and after she signs in."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    user_id: UserId | None = fields.UUIDField(null=True)  # type: ignore[assignment]  # as above
    created_at = fields.DatetimeField()

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
