"""Refusals at the API: what the shop says no to is a member of the mutation's result, never an error.

A room's refusal with data has a type of its own, registered in the room's `refusals.py`; every other is a `Refusal`.
"""

from collections.abc import Awaitable, Callable
from functools import cache, wraps
from typing import Any, ParamSpec, TypeVar, get_args

import strawberry

from app.core.errors import DomainError
from app.core.words import say
from schema.context import Context, Info

P = ParamSpec("P")
R = TypeVar("R")


@strawberry.interface(name="UserError", description="The shop says no. Nothing has changed.")
class UserError:
    """The shop says no."""

    code: str = strawberry.field(description="From ERRORS.md; for programs.")
    message: str = strawberry.field(description="For people, in the caller's language.")


@strawberry.type(description="Every refusal whose code carries no data.")
class Refusal(UserError):
    """A refusal without data."""


Translate = Callable[[Any, str, Context], Awaitable[UserError]]

_types: dict[type[DomainError], tuple[type[UserError], Translate]] = {}


def register(refusal: type[DomainError], graphql: type[UserError], translate: Translate) -> None:
    """Say how a refusal with data appears at the API: `await translate(error, message, context)`."""
    _types[refusal] = (graphql, translate)


async def to_graphql(error: DomainError, context: Context) -> UserError:
    """A refusal as its own type."""
    message = say(context.locale, error.message)
    if type(error) in _types:
        return await _types[type(error)][1](error, message, context)
    return Refusal(code=error.code, message=message)


def refusing(resolver: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """Let a mutation answer a DomainError with the member of its result union that stands for it.

    Where the union has no member of that type, the plain `Refusal` carries code and message.
    """

    @wraps(resolver)
    async def answer(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await resolver(*args, **kwargs)
        except DomainError as error:
            info: Info = kwargs["info"]  # type: ignore[assignment]  # Strawberry passes info by name
            answered: Any = await to_graphql(error, info.context)
            if type(answered) not in _members(resolver):
                answered = Refusal(code=answered.code, message=answered.message)
            return answered  # type: ignore[no-any-return]  # a member of R, which no type can say

    return answer


@cache
def _members(resolver: Callable[..., Any]) -> frozenset[type]:
    """The types of a resolver's result union, whether or not it is nullable or annotated."""
    found: set[type] = set()
    # Not evaluated: a lazy member names a type that may not be there yet, and no refusal is lazy.
    waiting: list[Any] = [resolver.__annotations__["return"]]
    while waiting:
        hint = waiting.pop()
        arguments = get_args(hint)
        if isinstance(hint, type) and not arguments:
            found.add(hint)
        waiting += arguments
    return frozenset(found)
