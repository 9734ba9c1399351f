"""Reading what clients send: ids, page sizes, cursors, texts.

What is wrong with the request itself is BAD_USER_INPUT with the path of the field; an id that is well formed but
names another kind of thing, or nothing, is for the shop to refuse.
"""

import base64
import json
from collections.abc import Sequence
from typing import Any, NoReturn
from uuid import UUID

from graphql import GraphQLError

from app.core import ids

LARGEST_PAGE = 100


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


def read_page_size(first: int, path: str = "first") -> int:
    """A page size of 1 to 100."""
    if not 1 <= first <= LARGEST_PAGE:
        bad_input(path, f"A page has 1 to {LARGEST_PAGE} entries.")
    return first


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
    """The sort key inside a cursor: one JSON value per kind; None for no cursor. Malformed is BAD_USER_INPUT."""
    if cursor is None:
        return None
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):
        key = None
    fits = (
        isinstance(key, list)
        and len(key) == len(kinds)
        and all(type(value) is kind for value, kind in zip(key, kinds, strict=True))
    )
    if not fits:
        bad_input(path, "This is no cursor that this API has given.")
    return tuple(key)
