"""Persons as moderators see them, and where they may not write."""

from datetime import datetime
from uuid import UUID

import strawberry
from strawberry.dataloader import DataLoader

from app.accounts import queries as accounts
from app.accounts.models import Role
from app.accounts.models import User as UserRow
from app.core.ids import ProfileId, UserId
from app.moderation import models, queries
from schema.accounts.loaders import load_users, staff_member
from schema.accounts.types import StaffMember
from schema.context import Info
from schema.inputs import read_id
from schema.moderation.loaders import load_mutes_of, load_removals
from schema.moderation.types.kinds import MUTE, PERSON, may
from schema.pictures import media_url
from schema.scalars import Node, public_id


@strawberry.type(description="Somebody may not write. For staff.")
class Mute(Node):
    """A mute."""

    row: strawberry.Private[models.Mute]
    community_id: strawberry.ID | None = strawberry.field(description="Null for everywhere.")
    until: datetime | None = strawberry.field(description="Null for good.")
    reason: str
    created_at: datetime
    lifted_at: datetime | None = strawberry.field(description="Taken back, or replaced by another.")
    version: int

    @strawberry.field
    async def by(self, info: Info) -> StaffMember | None:
        """Tell who did it."""
        return await staff_member(info, self.row.muted_by)

    @strawberry.field
    async def person(self, info: Info) -> "ModeratedPerson":
        """Tell whom it keeps from writing."""
        return await moderated_person(info, self.row.user_id)

    @classmethod
    def of(cls, row: models.Mute) -> "Mute":
        """The API's form of a mute."""
        return cls(
            id=public_id(MUTE, row.id),
            row=row,
            community_id=public_id("community", row.community_id) if row.community_id else None,
            until=row.until,
            reason=row.reason,
            created_at=row.created_at,
            lifted_at=row.lifted_at,
            version=row.version,
        )


@strawberry.type(description="A person as moderators see her. For staff.")
class ModeratedPerson(Node):
    """Who wrote something."""

    user: strawberry.Private[UserId]
    nickname: str
    avatar_url: str | None
    blocked_at: datetime | None

    @strawberry.field(description="Those in force, the newest first.")
    async def mutes(self, info: Info) -> list[Mute]:
        """Tell where she may not write."""
        loader: DataLoader[UserId, list[models.Mute]] = info.context.loader(load_mutes_of)
        return [Mute.of(each) for each in await loader.load(self.user)]

    @strawberry.field(description="How many things of hers were removed and not brought back.")
    async def removals(self, info: Info) -> int:
        """Count what was removed."""
        loader: DataLoader[UserId, int] = info.context.loader(load_removals)
        return await loader.load(self.user)

    @classmethod
    def of(cls, row: UserRow) -> "ModeratedPerson":
        """The API's form of a person for moderators."""
        return cls(
            id=public_id(PERSON, row.id),
            user=row.id,
            nickname=row.nickname,
            avatar_url=media_url(row.avatar_path),
            blocked_at=row.blocked_at,
        )


async def named_person(text: str, path: str) -> UserId | None:
    """Whom an id that staff are given names: a person's, a buyer's (user), an author's (profile); None for nobody."""
    user = read_id(PERSON, text, path) or read_id("user", text, path)
    if user is not None:
        return UserId(user)
    profile = read_id("profile", text, path)
    found = await accounts.profiles([ProfileId(profile)]) if profile else []
    return found[0].user if found else None


async def moderated_person(info: Info, user: UserId) -> ModeratedPerson:
    """A person who is known to exist, for moderators."""
    loader: DataLoader[UserId, UserRow | None] = info.context.loader(load_users)
    row = await loader.load(user)
    if row is None:
        raise LookupError(f"there is no user {user}")
    return ModeratedPerson.of(row)


async def open_mute(info: Info, mute: UUID) -> Mute | None:
    """A mute, for moderators."""
    row = await queries.mute(mute) if may(info, Role.COMMUNITY_MANAGER, Role.SUPPORT) else None
    return Mute.of(row) if row else None


async def open_person(info: Info, person: UUID) -> ModeratedPerson | None:
    """A person, for moderators."""
    loader: DataLoader[UserId, UserRow | None] = info.context.loader(load_users)
    row = await loader.load(UserId(person)) if may(info, Role.COMMUNITY_MANAGER, Role.SUPPORT) else None
    return ModeratedPerson.of(row) if row else None
