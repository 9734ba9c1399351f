"""What the API says of people."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from app.accounts import models, queries, rules
from app.accounts.models import Role
from app.accounts.queries import PublicPerson
from app.core import ids
from schema.pictures import media_url, signed_url
from schema.scalars import Node, Person, public_id

if TYPE_CHECKING:
    from schema.root import Viewer

strawberry.enum(Role)

_VISITOR = "visitor"


def visitor_id(visitor: UUID) -> str:
    """A visitor's id as her phone keeps it."""
    return ids.to_public(_VISITOR, visitor)


def read_visitor(text: str | None) -> UUID | None:
    """The visitor whom a phone names; None for nobody and for nonsense, since a visit is never refused for it."""
    try:
        kind, visitor = ids.from_public(text or "")
    except ids.MalformedIdError:
        return None
    return visitor if kind == _VISITOR else None


def person(seen: PublicPerson) -> Person:
    """A person as the public sees her."""
    return Person(nickname=seen.nickname, avatar_url=media_url(seen.avatar_path))


@strawberry.type(
    description="A person by her own id and under her own name: myself, or whom I follow; "
    "for staff, whose an order, a seat or a story is."
)
class User(Node):
    """A person under her own name."""

    nickname: str
    avatar_url: str | None

    @classmethod
    def of(cls, row: models.User) -> "User":
        """The API's form of a user."""
        return cls(id=public_id("user", row.id), nickname=row.nickname, avatar_url=media_url(row.avatar_path))

    @classmethod
    def mine(cls, row: models.User, now: datetime) -> "User":
        """A user as she sees herself: with the name and the picture that others do not see yet."""
        waiting = signed_url(row.next_avatar_path, now) if row.next_avatar_path else None
        return cls(
            id=public_id("user", row.id),
            nickname=row.next_nickname or row.nickname,
            avatar_url=waiting or media_url(row.avatar_path),
        )


@strawberry.type(description="The public face of an author or a host, by an id of its own; never a buyer's.")
class Profile(Node):
    """A public face."""

    nickname: str
    avatar_url: str | None

    @classmethod
    def of(cls, profile: queries.PublicProfile) -> "Profile":
        """The API's form of a profile."""
        return cls(
            id=public_id("profile", profile.id), nickname=profile.nickname, avatar_url=media_url(profile.avatar_path)
        )


@strawberry.type(description="Who works here. For staff only.")
class StaffMember(Node):
    """A member of staff."""

    nickname: str
    username: str | None = strawberry.field(description="Null for who signs in through WeChat alone.")
    roles: list[Role]
    version: int = strawberry.field(description="For expectedVersion.")
    disabled_at: datetime | None = strawberry.field(description="Null for who works here.")

    @classmethod
    def of(cls, member: queries.StaffMember) -> "StaffMember":
        """The API's form of a member of staff."""
        return cls(
            id=public_id("staff", member.user),
            nickname=member.nickname,
            username=member.username,
            roles=sorted(member.roles),
            version=member.version,
            disabled_at=member.disabled_at,
        )


@strawberry.type
class Address(Node):
    """Where goods are sent."""

    recipient: str
    phone_masked: str
    region: str = strawberry.field(description="Province, city and district in one line.")
    province: str
    city: str
    district: str
    detail: str
    is_default: bool

    @classmethod
    def of(cls, row: models.Address) -> "Address":
        """The API's form of an address."""
        return cls(
            id=public_id("address", row.id),
            recipient=row.recipient,
            phone_masked=rules.mask_phone(row.phone),
            region=rules.region(row.province, row.city, row.district),
            province=row.province,
            city=row.city,
            district=row.district,
            detail=row.detail,
            is_default=row.is_default,
        )


@strawberry.type
class SignInSuccess:
    """Tokens, and whose they are."""

    access_token: str
    refresh_token: str = strawberry.field(description="Used once.")
    expires_in: int = strawberry.field(description="Seconds until accessToken expires.")

    @strawberry.field
    def viewer(self) -> Annotated["Viewer", strawberry.lazy("schema.root")]:
        """Give what is hers; the operation's asker is she from here on."""
        return the_viewer()


def the_viewer() -> "Viewer":
    """The root of what is the caller's own."""
    from schema.root import Viewer  # noqa: PLC0415 - the root is made of this module's classes

    return Viewer()
