"""Users, how they sign in, and where they live."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from app.core.ids import AddressId, ProfileId, SessionId, UserId, new_id


class Role(StrEnum):
    """What a member of staff may do."""

    COMMUNITY_MANAGER = "COMMUNITY_MANAGER"
    MARKETER = "MARKETER"
    HOST = "HOST"
    MERCHANT = "MERCHANT"
    SUPPORT = "SUPPORT"
    ADMIN = "ADMIN"


class User(Model):
    """A person. Her row is what her own concurrent purchases queue behind."""

    id: UserId = fields.UUIDField(primary_key=True, default=new_id)  # type: ignore[assignment]  # Tortoise types a key as UUID
    nickname = fields.CharField(max_length=32)
    #: Below the media folder; null shows a drawn one.
    avatar_path = fields.CharField(max_length=200, null=True)
    #: What she chose and others do not see yet: a person has to look at the name, WeChat at the picture.
    next_nickname = fields.CharField(max_length=32, null=True)
    next_avatar_path = fields.CharField(max_length=200, null=True)
    phone = fields.CharField(max_length=20, null=True)
    #: Whether her feed may be chosen by what she did.
    personalised_feed = fields.BooleanField(default=True)
    #: The end of the waiting period where she has asked to be deleted; and when nothing of hers was left.
    deletes_at = fields.DatetimeField(null=True)
    deleted_at = fields.DatetimeField(null=True)
    blocked_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "users"


class Identity(Model):
    """How WeChat knows a user. The session key never leaves the server."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField("pintuan.User", on_delete=fields.OnDelete.RESTRICT)
    user_id: UserId
    openid = fields.CharField(max_length=64, unique=True)
    unionid = fields.CharField(max_length=64, null=True)
    session_key = fields.CharField(max_length=64)
    #: WeChat checks only texts of people seen within two hours.
    seen_at = fields.DatetimeField()

    class Meta:
        table = "identities"


class UserRole(Model):
    """One role of one member of staff."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField("pintuan.User", on_delete=fields.OnDelete.RESTRICT)
    user_id: UserId
    role = fields.CharEnumField(Role, max_length=32)

    class Meta:
        table = "user_roles"


class Credential(Model):
    """A member of staff's username and password."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField("pintuan.User", on_delete=fields.OnDelete.RESTRICT)
    user_id: UserId
    username = fields.CharField(max_length=64, unique=True)
    #: argon2id.
    password_hash = fields.CharField(max_length=200)
    #: Wrong passwords since the last right one, from addresses that have never had the right one.
    failures = fields.IntField(default=0)
    #: Until when no password is tried from such an address.
    locked_until = fields.DatetimeField(null=True)
    #: She works here no more: no password is right, and her roles are gone.
    disabled_at = fields.DatetimeField(null=True)
    #: Grows with every change of her account.
    version = fields.IntField(default=1)

    class Meta:
        table = "credentials"


class AttemptsFrom(Model):
    """Passwords tried for one username from one address: strangers' guesses must not lock the owner out."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    credential: fields.ForeignKeyRelation[Credential] = fields.ForeignKeyField(
        "pintuan.Credential", on_delete=fields.OnDelete.RESTRICT
    )
    credential_id: UUID
    address = fields.CharField(max_length=64)
    #: Wrong passwords since the last right one.
    failures = fields.IntField(default=0)
    locked_until = fields.DatetimeField(null=True)
    #: When the right one last came from here; null for a stranger's.
    trusted_at = fields.DatetimeField(null=True)
    tried_at = fields.DatetimeField()

    class Meta:
        table = "attempts_from"


class Session(Model):
    """One sign-in. Its refresh tokens are numbered; only the newest may be used."""

    id: SessionId = fields.UUIDField(primary_key=True, default=new_id)  # type: ignore[assignment]  # Tortoise types a key as UUID
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField("pintuan.User", on_delete=fields.OnDelete.RESTRICT)
    user_id: UserId
    #: The number of the newest refresh token.
    generation = fields.IntField(default=1)
    rotated_at = fields.DatetimeField()
    created_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "sessions"


class Address(Model):
    """Where goods are sent. Orders keep their own copy."""

    id: AddressId = fields.UUIDField(primary_key=True, default=new_id)  # type: ignore[assignment]  # Tortoise types a key as UUID
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField("pintuan.User", on_delete=fields.OnDelete.RESTRICT)
    user_id: UserId
    recipient = fields.CharField(max_length=50)
    phone = fields.CharField(max_length=20)
    province = fields.CharField(max_length=30)
    city = fields.CharField(max_length=30)
    district = fields.CharField(max_length=30)
    detail = fields.CharField(max_length=200)
    is_default = fields.BooleanField(default=False)
    created_at = fields.DatetimeField()
    deleted_at = fields.DatetimeField(null=True)

    class Meta:
        table = "addresses"


class Profile(Model):
    """The public face of an author or a host, by an id of its own: her user id is nobody's business."""

    id: ProfileId = fields.UUIDField(primary_key=True, default=new_id)  # type: ignore[assignment]  # Tortoise types a key as UUID
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField("pintuan.User", on_delete=fields.OnDelete.RESTRICT)
    user_id: UserId
    created_at = fields.DatetimeField()

    class Meta:
        table = "profiles"
