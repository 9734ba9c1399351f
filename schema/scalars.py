"""Scalars, and the types that every capability's types are made of."""

import re
from datetime import UTC, datetime
from typing import Any, NewType

import strawberry
from graphql import GraphQLError, StringValueNode, ValueNode
from strawberry.types.scalar import ScalarDefinition

from app.core import ids, money

Fen = NewType("Fen", int)

_WITH_OFFSET = re.compile(r".*([+-]\d\d:\d\d|[zZ])$")
#: So far from the calendar's ends, whatever rules add to a moment or take off stays on it.
_EARLIEST, _LATEST = datetime(1000, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


def _read_fen(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > money.MAX_FEN:
        raise GraphQLError("An amount is an integer number of fen below 2^53.")
    return value


def _read_time(value: Any) -> datetime:
    if not isinstance(value, str) or not _WITH_OFFSET.match(value):
        raise GraphQLError("A time is ISO 8601 with offset, such as 2026-11-23T10:00:00+08:00.")
    try:
        # A moment that only its offset keeps on the calendar could be kept, and never be read again.
        moment = datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise GraphQLError("A time is ISO 8601 with offset, such as 2026-11-23T10:00:00+08:00.") from error
    if not _EARLIEST <= moment <= _LATEST:
        raise GraphQLError("This time is too far away.")
    return moment


def _read_time_literal(node: ValueNode, _: dict[str, Any] | None = None) -> datetime:
    return _read_time(node.value if isinstance(node, StringValueNode) else None)


SCALARS: dict[object, ScalarDefinition] = {
    Fen: strawberry.scalar(
        name="Fen",
        description="An amount of money in fen (1/100 yuan): an integer below 2^53, written as a JSON number.",
        serialize=int,
        parse_value=_read_fen,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="ISO 8601 with offset.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=datetime.isoformat,
        parse_value=_read_time,
        parse_literal=_read_time_literal,
    ),
}


@strawberry.type
class Money:
    """An amount of money."""

    fen: Fen
    currency: str = strawberry.field(description="ISO 4217; CNY.")
    display: str = strawberry.field(description="For people, such as ¥19.90.")

    @classmethod
    def of(cls, fen: int) -> "Money":
        """The API's form of an amount in fen."""
        return cls(fen=Fen(fen), currency=money.CURRENCY, display=money.display(fen))


@strawberry.type
class Image:
    """A picture."""

    url: str
    width: int
    height: int


@strawberry.type
class NameValue:
    """A name and its value."""

    name: str
    value: str


@strawberry.type
class HistoryEntry:
    """Something that happened to an order or a reward, told to its owner."""

    at: datetime
    what: str = strawberry.field(description="For people, in the caller's language.")


@strawberry.type(description="How the public sees a person: the same for everybody, without an id.")
class Person:
    """How the public sees a person."""

    nickname: str = strawberry.field(description="Masked, such as 小*明.")
    avatar_url: str | None


@strawberry.interface(name="Node")
class Node:
    """What can be opened by its id."""

    id: strawberry.ID = strawberry.field(description="Opaque.")


@strawberry.type
class PointsAmount:
    """Points that somebody gets."""

    points: int


@strawberry.type
class Coupon(Node):
    """A coupon."""

    title: str


def public_id(kind: str, value: Any) -> strawberry.ID:
    """The opaque id that the API gives for a thing of this kind."""
    return strawberry.ID(ids.to_public(kind, value))
