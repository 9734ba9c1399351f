"""The page that a browser shows at the endpoint in development."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

#: Where the examples go into the page.
PLACE = b"/*EXAMPLES*/[]"


@dataclass(frozen=True, slots=True)
class Example:
    """An operation that the explorer offers."""

    name: str
    document: str
    #: JSON text.
    variables: str = "{}"


def explorer_page(examples: Sequence[Example]) -> bytes:
    """The page with its examples; it asks nothing of any other host."""
    page = Path(__file__).with_name("explorer.html").read_bytes()
    # "<" must not end the script that the examples stand in.
    content = orjson.dumps([asdict(example) for example in examples]).replace(b"<", b"\\u003c")
    return page.replace(PLACE, content, 1)
