"""Statements written by hand: PostgreSQL's SQL, on both databases.

For SQLite these are translated: `$1` to `?1`, `= ANY($1)` to a look into a JSON list, `FOR UPDATE …` to
nothing (a transaction there has the whole file), and times, ids and truths to what SQLite keeps. On both,
`$now` is the moment that decides: the database's clock.
"""

import json
import re
import types
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints
from uuid import UUID

from app.core.db.connections import connection, is_postgres
from app.core.settings import settings

T = TypeVar("T")

_POSTGRES_NOW = "clock_timestamp()"
_POSTGRES_MOVED_NOW = "(clock_timestamp() + (SELECT offset_ms FROM clock_offset) * interval '1 millisecond')"
# The text that Tortoise writes for a time in UTC, so that the two compare.
_SQLITE_NOW = "(strftime('%Y-%m-%d %H:%M:%f', 'now') || '000+00:00')"
_SQLITE_MOVED_NOW = (
    "(strftime('%Y-%m-%d %H:%M:%f', 'now',"
    " printf('%+.3f seconds', (SELECT offset_ms FROM clock_offset) / 1000.0)) || '000+00:00')"
)

_LOCK_CLAUSE = re.compile(r"\bFOR (NO KEY )?UPDATE( OF \w+)?( SKIP LOCKED| NOWAIT)?")
_ANY = re.compile(r"= ANY\(\$(\d+)(::[a-z\[\]]+)?\)")
_CAST = re.compile(r"::[a-z]+(\[\])?")
_PARAMETER = re.compile(r"\$(\d+)")


async def rows(into: type[T], sql: str, *parameters: object) -> list[T]:
    """All rows of a statement, each as `into`: a dataclass whose fields are the columns by name."""
    found = await connection().execute_query_dict(_prepared(sql), _given(parameters))
    read = _reader(cast("Any", into))
    return [read(row) for row in found]


async def row(into: type[T], sql: str, *parameters: object) -> T | None:
    """The first row of a statement, or None."""
    found = await rows(into, sql, *parameters)
    return found[0] if found else None


async def value(into: type[T], sql: str, *parameters: object) -> T | None:
    """The first column of the first row of a statement; None where there is no row, or it is null."""
    found = await connection().execute_query_dict(_prepared(sql), _given(parameters))
    if not found:
        return None
    (first, *_) = found[0].values()
    result: T | None = _converter(cast("Any", into))(first) if first is not None else None
    return result


async def execute(sql: str, *parameters: object) -> int:
    """Run a statement that returns no rows; how many rows it touched."""
    if is_postgres():
        client: Any = connection()
        counted: int = await client._translate_exceptions(_count, _prepared(sql), _given(parameters))  # noqa: SLF001 - the backend's own errors
        return counted
    count, _ = await connection().execute_query(_prepared(sql), _given(parameters))
    return count


async def _count(client: Any, sql: str, parameters: list[object]) -> int:
    # The backend takes the second word of the status for the count, which is 0 in "INSERT 0 1".
    async with client.acquire_connection() as raw:
        status: str = await raw.execute(sql, *parameters)
    last = status.rpartition(" ")[2]
    return int(last) if last.isdigit() else 0


async def execute_each(sql: str, parameters: Sequence[Sequence[object]]) -> None:
    """Run a statement once for each tuple of parameters."""
    await connection().execute_many(_prepared(sql), [_given(each) for each in parameters])


def as_id(stored: object) -> UUID:
    """An id that was kept as text, such as in JSON."""
    return stored if isinstance(stored, UUID) else UUID(str(stored))


def _prepared(sql: str) -> str:
    return _translate(sql, on_postgres=is_postgres(), movable=settings().movable_clock)


@cache
def _translate(sql: str, *, on_postgres: bool, movable: bool) -> str:
    if on_postgres:
        return sql.replace("$now", _POSTGRES_MOVED_NOW if movable else _POSTGRES_NOW)
    sql = sql.replace("$now", _SQLITE_MOVED_NOW if movable else _SQLITE_NOW)
    sql = _LOCK_CLAUSE.sub("", sql)
    sql = _ANY.sub(r"IN (SELECT value FROM json_each(?\1))", sql)
    return _PARAMETER.sub(r"?\1", _CAST.sub("", sql))


def _given(parameters: Sequence[object]) -> list[object]:
    if is_postgres():
        return [each.value if isinstance(each, Enum) else each for each in parameters]
    return [_for_sqlite(each) for each in parameters]


def _for_sqlite(parameter: object) -> object:
    match parameter:
        case Enum():
            return parameter.value
        case UUID():
            return str(parameter)
        case datetime():
            return parameter.astimezone(UTC).isoformat(" ")
        case list() | tuple():
            return json.dumps([_for_sqlite(each) for each in parameter])
        case _:
            return parameter


@cache
def _reader(into: Any) -> Callable[[dict[str, Any]], Any]:
    if not is_dataclass(into):
        convert = _converter(into)
        return lambda row: convert(next(iter(row.values())))
    hints = get_type_hints(into)
    converters = {each.name: _converter(hints[each.name]) for each in fields(into)}

    made: Any = into

    def read(row: dict[str, Any]) -> Any:
        return made(
            **{name: convert(row[name]) if row[name] is not None else None for name, convert in converters.items()}
        )

    return read


@cache
def _converter(hint: Any) -> Callable[[Any], Any]:
    """How a column's value becomes the field's type; on PostgreSQL most already are."""
    if get_origin(hint) in {Union, types.UnionType}:
        (hint,) = [each for each in get_args(hint) if each is not type(None)]
    hint = getattr(hint, "__supertype__", hint)
    if hint is datetime:
        return lambda value: value if isinstance(value, datetime) else datetime.fromisoformat(value)
    if hint is UUID:
        return lambda value: value if isinstance(value, UUID) else UUID(value)
    if hint is bool:
        return bool
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    if get_origin(hint) in {list, dict} or hint in {list, dict}:
        return lambda value: json.loads(value) if isinstance(value, str) else value
    return lambda value: value
