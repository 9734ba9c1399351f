"""Who I am."""

from uuid import UUID

import strawberry
from strawberry.dataloader import DataLoader

from app.accounts import models, queries, rules
from app.accounts.models import Role
from app.core.ids import AddressId, ProfileId, UserId
from schema.accounts.loaders import load_profiles, load_users, staff_member
from schema.accounts.types import Address, Profile, StaffMember, User
from schema.connections import Connection, page
from schema.context import Info
from schema.inputs import read_cursor, read_page_size


@strawberry.type
class AccountsViewer:
    """What is the viewer's own."""

    @strawberry.field
    async def user(self, info: Info) -> User:
        """Tell who I am."""
        return User.mine(await _me(info), await info.context.now())

    @strawberry.field
    async def phone_masked(self, info: Info) -> str | None:
        """Tell my phone number, masked; null where none is known."""
        phone = (await _me(info)).phone
        return rules.mask_phone(phone) if phone else None

    @strawberry.field(description="Whether the feed may be chosen by what I did.")
    async def personalised_feed(self, info: Info) -> bool:
        """Tell what I have set."""
        return (await _me(info)).personalised_feed

    @strawberry.field
    async def addresses(self, info: Info) -> list[Address]:
        """List my addresses, the default first, then the newest."""
        return [Address.of(each) for each in await queries.addresses(info.context.must_be_signed_in().user)]

    @strawberry.field(description="Empty for who is no staff.")
    async def roles(self, info: Info) -> list[Role]:
        """List my roles."""
        return sorted(info.context.must_be_signed_in().roles)


@strawberry.type
class AccountsStaff:
    """Who works here."""

    @strawberry.field(description="For ADMIN. By username; those who work here no more too.")
    async def members(self, info: Info, first: int, after: str | None = None) -> Connection[StaffMember]:
        """List staff."""
        info.context.must_have(Role.ADMIN)
        size = read_page_size(first)
        place = read_cursor(after, [str])
        users = await queries.staff_page(limit=size + 1, after=place[0] if place else None)
        found = {each.user: each for each in await queries.staff_members(users)}
        return page(
            [found[each] for each in users],
            first=size,
            after=after,
            key=lambda member: (member.username,),
            node=StaffMember.of,
        )


async def _me(info: Info) -> models.User:
    users: DataLoader[UserId, models.User | None] = info.context.loader(load_users)
    me = await users.load(info.context.must_be_signed_in().user)
    if me is None:
        raise LookupError("who is signed in does not exist")
    return me


async def open_user(info: Info, user: UUID) -> User | None:
    """Myself by my id; anybody for staff who are given whose an order, a group or a story is."""
    asker = info.context.who()
    if asker and asker.user == user:
        return User.mine(await _me(info), await info.context.now())
    if not info.context.has_any(*_GIVEN_PEOPLE):
        return None
    users: DataLoader[UserId, models.User | None] = info.context.loader(load_users)
    found = await users.load(UserId(user))
    return User.of(found) if found else None


async def open_address(info: Info, address: UUID) -> Address | None:
    """An address by its id, for its owner."""
    asker = info.context.who()
    found = await queries.address(asker.user, AddressId(address)) if asker else None
    return Address.of(found) if found else None


async def open_staff(info: Info, user: UUID) -> StaffMember | None:
    """A member of staff by her id, for herself, for an admin, and for who is given who claimed, decided or muted."""
    asker = info.context.who()
    is_herself = asker is not None and bool(asker.roles) and asker.user == user
    return await staff_member(info, UserId(user)) if is_herself or info.context.has_any(*_GIVEN_STAFF) else None


async def open_profile(info: Info, profile: UUID) -> Profile | None:
    """A public face by its id."""
    loader: DataLoader[ProfileId, Profile | None] = info.context.loader(load_profiles)
    return await loader.load(ProfileId(profile))


#: Whom the API gives buyers and customers by their ids; HOST is given none.
_GIVEN_PEOPLE = (Role.MERCHANT, Role.MARKETER, Role.SUPPORT, Role.COMMUNITY_MANAGER)
#: Whom it gives colleagues by theirs.
_GIVEN_STAFF = (Role.SUPPORT, Role.COMMUNITY_MANAGER)

#: Kind of public id to what opens it.
NODE_OPENERS = {"profile": open_profile, "user": open_user, "address": open_address, "staff": open_staff}
