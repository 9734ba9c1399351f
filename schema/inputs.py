"""Reading what clients send: ids, page sizes, cursors, texts.

What is wrong with the request itself is BAD_USER_INPUT with the path of the field; an id that is well formed but
names another kind of thing, or nothing, is for the shop to refuse.
"""

import base64
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, NoReturn
from uuid import UUID

from graphql import GraphQLError

from app.core import ids
from app.core.ids import UploadId
from app.media.errors import UploadInvalid

LARGEST_PAGE = 100
_LARGEST_COUNT = 2**31 - 1


def bad_input(path: str, message: str) -> NoReturn:
    """Refuse the request: the field at `path` (dots between names) is malformed."""
    raise GraphQLError(
        message, extensions={"code": "BAD_USER_INPUT", "fields": [{"path": path.split("."), "message": message}]}
    )


def read_id(kind: str, text: str, path: str) -> UUID | None:
    """The id inside an opaque id of this kind; None where it names another kind. Malformed is BAD_USER_INPUT."""
    try:
        found, value = ids.from_public(text)
    except ids.MalformedIdError:
        bad_input(path, "This is no id that this API has given.")
    return value if found == kind else None


def read_uploads(given: Sequence[str] | None, path: str, most: int) -> list[UploadId]:
    """The uploads of a list of ids; one of another kind is UPLOAD_INVALID, more than `most` BAD_USER_INPUT."""
    if len(given or ()) > most:
        bad_input(path, f"There may be {most} pictures.")
    found = [read_id("upload", each, f"{path}.{number}") for number, each in enumerate(given or ())]
    if None in found:
        raise UploadInvalid
    return [UploadId(each) for each in found if each is not None]


def read_page_size(first: int, path: str = "first") -> int:
    """A page size of 1 to 100."""
    if not 1 <= first <= LARGEST_PAGE:
        bad_input(path, f"A page has 1 to {LARGEST_PAGE} entries.")
    return first


def read_count(count: int, path: str, least: int, most: int) -> int:
    """A number within its bounds."""
    if not least <= count <= most:
        bad_input(path, f"This is {least} to {most}.")
    return count


def read_text(text: str, path: str, longest: int, *, shortest: int = 0) -> str:
    """A text without surrounding space, within its length in characters and without control characters."""
    text = text.strip()
    if not shortest <= len(text) <= longest:
        bad_input(path, f"This has {shortest} to {longest} characters.")
    if any(ord(each) < ord(" ") and each not in "\n\t" for each in text):
        bad_input(path, "This contains control characters.")
    return text


def to_cursor(*key: object) -> str:
    """A cursor that stands for a place in an order: the sort key of the entry it came with."""
    return base64.urlsafe_b64encode(json.dumps(key, default=str, separators=(",", ":")).encode()).rstrip(b"=").decode()


def read_cursor(cursor: str | None, kinds: Sequence[type], path: str = "after") -> tuple[Any, ...] | None:
    """The sort key inside a cursor, out of kinds int, str, datetime and UUID; None for no cursor.

    Anything else is BAD_USER_INPUT: so are a moment without its offset or beyond the calendar, and a count that no
    database can compare.
    """
    if cursor is None:
        return None
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)))
        if isinstance(key, list) and len(key) == len(kinds):
            return tuple(_READ[kind](value) for kind, value in zip(kinds, key, strict=True))
    except (ValueError, OverflowError, RecursionError):
        pass
    bad_input(path, "This is no cursor that this API has given.")


def _count(value: object) -> int:
    if type(value) is not int or abs(value) > _LARGEST_COUNT:
        raise ValueError(value)
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise ValueError(value)
    return value


def _moment(value: object) -> datetime:
    moment = datetime.fromisoformat(_text(value))
    if moment.tzinfo is None:
        raise ValueError(value)
    return moment.astimezone(UTC)


_READ: dict[type, Callable[[object], Any]] = {
    int: _count,
    str: _text,
    datetime: _moment,
    UUID: lambda value: UUID(_text(value)),
}
