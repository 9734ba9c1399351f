"""Reading what clients send: ids, page sizes, cursors, texts.

What is wrong with the request itself is BAD_USER_INPUT with the path of the field; an id that is well formed but
names another kind of thing, or nothing, is for the shop to refuse.
"""

import base64
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, NoReturn
from unicodedata import category
from uuid import UUID

from graphql import GraphQLError

from app.core import ids
from app.core.errors import DomainError, TargetNotFound
from app.core.ids import UploadId
from app.core.words import Sentence
from app.media.errors import UploadInvalid

LARGEST_PAGE = 100

_LONGEST_KEY = 100
_LONGEST_CODE = 32
#: More than any quantity that is sold, so that what is refused is refused by the shop and not by an overflow.
_MOST_PIECES = 1_000_000
_JOINERS = "\u200c\u200d"
#: Letters and signs that show nothing: those of Hangul that only fill, and the empty pattern of braille.
_BLANKS = "\u115f\u1160\u2800\u3164\uffa0"
#: What shows nothing by itself: marks on letters that are not there, and space.
_UNSEEN = frozenset({"Mn", "Me", "Cf", "Cc", "Zs", "Zl", "Zp"})
_LARGEST_COUNT = 2**31 - 1


def bad_input(path: str, message: str, **values: object) -> NoReturn:
    """Refuse the request: the field at `path` (dots between names) is malformed.

    `message` is English with `{name}` for values; `zh_CN.po` has the Chinese.
    """
    sentence = Sentence(message, **values)
    raise GraphQLError(
        sentence, extensions={"code": "BAD_USER_INPUT", "fields": [{"path": path.split("."), "message": sentence}]}
    )


def read_id(kind: str, text: str, path: str) -> UUID | None:
    """The id inside an opaque id of this kind; None where it names another kind. Malformed is BAD_USER_INPUT."""
    try:
        found, value = ids.from_public(text)
    except ids.MalformedIdError:
        bad_input(path, "This is no id that this API has given.")
    return value if found == kind else None


def must_read_id(kind: str, text: str, path: str, missing: type[DomainError] = TargetNotFound) -> UUID:
    """As `read_id`; an id of another kind is refused as what is not there."""
    value = read_id(kind, text, path)
    if value is None:
        raise missing
    return value


def read_uploads(given: Sequence[str] | None, path: str, most: int) -> list[UploadId]:
    """The uploads of a list of ids; one of another kind is UPLOAD_INVALID, more than `most` BAD_USER_INPUT."""
    if len(given or ()) > most:
        bad_input(path, "There may be {most} pictures.", most=most)
    found = [read_id("upload", each, f"{path}.{number}") for number, each in enumerate(given or ())]
    if None in found:
        raise UploadInvalid
    return [UploadId(each) for each in found if each is not None]


def read_page_size(first: int, path: str = "first") -> int:
    """A page size of 1 to 100."""
    if not 1 <= first <= LARGEST_PAGE:
        bad_input(path, "A page has 1 to {most} entries.", most=LARGEST_PAGE)
    return first


def read_count(count: int, path: str, least: int, most: int) -> int:
    """A number within its bounds."""
    if not least <= count <= most:
        bad_input(path, "This is {least} to {most}.", least=least, most=most)
    return count


def read_text(text: str, path: str, longest: int, *, shortest: int = 0) -> str:
    """A text without surrounding space, within its length in characters and without control characters.

    What cannot be seen is left out, such as marks that turn the direction of writing; what joins letters and emoji
    stays. A text of which nothing can be seen is empty. Lines end as they do everywhere but in Windows.
    """
    text = text.replace("\r\n", "\n")
    text = "".join(each for each in text if each in _JOINERS or category(each) != "Cf").strip()
    if not any(each not in _BLANKS and category(each) not in _UNSEEN for each in text):
        text = ""
    if not shortest <= len(text) <= longest:
        if not text and shortest == 1:
            # Where the longest is for the shop to refuse, a number here would not be the shop's.
            bad_input(path, "This cannot be empty.")
        bad_input(path, "This has {shortest} to {longest} characters.", shortest=shortest, longest=longest)
    if any(category(each) in {"Cc", "Cs"} and each not in "\n\t" for each in text):
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


def read_key(text: str, path: str = "input.idempotencyKey") -> str:
    """What a client names a request by, so that its repeat is known: an idempotency key, a clientId, a batchId."""
    return read_text(text, path, _LONGEST_KEY, shortest=1)


def read_pieces(quantity: int | None) -> int:
    """How many pieces; one where that is not said. What nobody sells is for the shop to refuse."""
    return 1 if quantity is None else max(0, min(quantity, _MOST_PIECES))


def read_points(points: int | None, path: str = "input.usePoints") -> int | None:
    """How many points to use."""
    if points is not None and points < 0:
        bad_input(path, "This cannot be below zero.")
    return points


def read_share_code(text: str | None) -> str | None:
    """By which share link she came; a bad or foreign code never refuses a purchase."""
    return text if text and len(text) <= _LONGEST_CODE and ids.is_code(text, "S") else None
