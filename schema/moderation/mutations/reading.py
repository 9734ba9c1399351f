"""Reading what moderators send."""

from typing import NoReturn

from graphql import GraphQLError

from app.accounts import queries as accounts
from app.accounts.models import Role
from app.core.errors import TargetNotFound
from app.core.ids import MalformedIdError, UserId
from app.core.targets import Target
from schema.context import Asker
from schema.inputs import bad_input, read_text
from schema.moderation.types.people import named_person

LONGEST_REASON = 500


def read_target(text: str) -> Target:
    """What an id names, whatever its kind."""
    try:
        return Target.from_public(text)
    except MalformedIdError:
        bad_input("input.targetId", "This is no id that this API has given.")


def read_reason(text: str) -> str:
    """Why somebody decided so; it must say something."""
    return read_text(text, "input.reason", LONGEST_REASON, shortest=1)


async def read_person(asker: Asker, text: str) -> UserId:
    """Whom a moderator means; TargetNotFound for nobody, FORBIDDEN for staff unless an admin asks."""
    user = await named_person(text, "input.personId")
    if user is None or not await accounts.users([user]):
        raise TargetNotFound
    if Role.ADMIN not in asker.roles and await accounts.roles(user):
        _forbid("Only an admin decides about staff.")
    return user


def _forbid(message: str) -> NoReturn:
    raise GraphQLError(message, extensions={"code": "FORBIDDEN"})
