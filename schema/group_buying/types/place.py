"""Places in lists: what a cursor of a list by moments and ids stands for."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from schema.inputs import bad_input, read_cursor

#: More than any count that a list is sorted by, and no more than the database can compare.
_LARGEST = 2**31


def read_place(after: str | None, kinds: Sequence[type]) -> tuple[Any, ...] | None:
    """The sort key inside a cursor, out of kinds int, datetime and UUID; None for no cursor.

    Anything else is BAD_USER_INPUT, a moment without its offset and one beyond the calendar too.
    """
    key = read_cursor(after, [int if kind is int else str for kind in kinds])
    if key is None:
        return None
    try:
        return tuple(_READ[kind](value) for kind, value in zip(kinds, key, strict=True))
    except (ValueError, OverflowError):
        bad_input("after", "This is no cursor that this API has given.")


def _count(value: int) -> int:
    if abs(value) >= _LARGEST:
        raise ValueError(value)
    return value


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment.astimezone(UTC)


_READ: dict[type, Callable[[Any], Any]] = {int: _count, datetime: _moment, UUID: UUID}
