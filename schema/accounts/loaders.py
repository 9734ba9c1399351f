"""People, many at once."""

from strawberry.dataloader import DataLoader

from app.accounts import models, queries
from app.core.ids import ProfileId, UserId
from schema.accounts.types import Profile, StaffMember, person
from schema.context import Info
from schema.scalars import Person


async def load_people(users: list[UserId]) -> list[Person]:
    """These people as the public sees them."""
    return [person(each) for each in await queries.people(users)]


async def load_users(users: list[UserId]) -> list[models.User | None]:
    """These users; None for whom there is not."""
    found = {each.id: each for each in await queries.users(users)}
    return [found.get(each) for each in users]


async def load_staff(users: list[UserId]) -> list[queries.StaffMember | None]:
    """These members of staff, past or present; None for who never was any."""
    found = {each.user: each for each in await queries.staff_members(users)}
    return [found.get(each) for each in users]


async def staff_member(info: Info, user: UserId) -> StaffMember | None:
    """A member of staff, past or present; None for who never was any."""
    loader: DataLoader[UserId, queries.StaffMember | None] = info.context.loader(load_staff)
    found = await loader.load(user)
    return StaffMember.of(found) if found else None


async def load_profiles(ids: list[ProfileId]) -> list[Profile | None]:
    """These profiles; None for what there is not."""
    found = {each.id: Profile.of(each) for each in await queries.profiles(ids)}
    return [found.get(each) for each in ids]


async def load_profiles_of(users: list[UserId]) -> list[Profile | None]:
    """The profiles of these people; None for who has none."""
    found = {each.user: Profile.of(each) for each in await queries.profiles_of(users)}
    return [found.get(each) for each in users]


async def profile_of(info: Info, user: UserId) -> Profile:
    """The profile of somebody who is known to have one."""
    loader: DataLoader[UserId, Profile | None] = info.context.loader(load_profiles_of)
    found = await loader.load(user)
    if found is None:
        raise LookupError(f"user {user} has no profile")
    return found
