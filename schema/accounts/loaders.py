"""People, many at once."""

from app.accounts import models, queries
from app.core.ids import UserId
from schema.accounts.types import person
from schema.scalars import Person


async def load_people(users: list[UserId]) -> list[Person]:
    """These people as the public sees them."""
    return [person(each) for each in await queries.people(users)]


async def load_users(users: list[UserId]) -> list[models.User | None]:
    """These users; None for whom there is not."""
    found = {each.id: each for each in await queries.users(users)}
    return [found.get(each) for each in users]
