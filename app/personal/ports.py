"""The ports through which every room says what it keeps about a person, forgets it, and what is still open with her."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from tortoise.models import Model

from app.core.ids import UserId

Rows = Sequence[Mapping[str, Any]]
Reader = Callable[[UserId], Awaitable[Rows]]
Eraser = Callable[[UserId], Awaitable[object]]
Business = Callable[[UserId], Awaitable[bool]]

_readers: dict[str, Reader] = {}
_erasers: dict[str, Eraser] = {}
_business: dict[str, Business] = {}


def register_reader(name: str, reader: Reader) -> None:
    """Say what the export has under this name, which is the table's."""
    _readers[name] = reader


def register_eraser(name: str, eraser: Eraser) -> None:
    """Say how a room forgets a person. It runs in a transaction with all others, and a repeat changes nothing."""
    _erasers[name] = eraser


def register_business(name: str, is_open: Business) -> None:
    """Say how to know whether something is open with a person, such as an order on its way: till then she is kept."""
    _business[name] = is_open


def readers() -> Mapping[str, Reader]:
    """Who reads what is kept, by name."""
    return _readers


def erasers() -> Mapping[str, Eraser]:
    """Who forgets, by name."""
    return _erasers


async def has_open_business(user: UserId) -> bool:
    """Whether anything is still open with a person."""
    for is_open in _business.values():
        if await is_open(user):
            return True
    return False


def rows_of(model: type[Model], whose: str = "user_id", *, but: Sequence[str] = ()) -> Reader:
    """A reader of a table's rows about a person, all columns `but` secrets."""

    async def read(user: UserId) -> Rows:
        key = model._meta.pk_attr  # noqa: SLF001 - Tortoise has no other word for it
        found = await model.filter(**{whose: user}).order_by(key).values()
        return [{name: value for name, value in row.items() if name not in but} for row in found]

    return read
