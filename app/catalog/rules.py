"""Which choices a product can have; how text is cut into words, so that both databases find Chinese alike."""

import unicodedata
from collections.abc import Sequence
from typing import Any

import rjieba

from app.catalog.errors import SkuInvalid


def words_of(text: str) -> list[str]:
    """The words of a text, folded: full width to half, capitals to small. Chinese is cut by a dictionary."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return [word for word in rjieba.cut_for_search(folded) if any(each.isalnum() for each in word)]


def searchable(*texts: str) -> str:
    """Texts as they are stored for searching: every word between spaces, each once."""
    words = dict.fromkeys(word for text in texts for word in words_of(text))
    return f" {' '.join(words)} "


def check_skus(options: Sequence[dict[str, Any]], choices: Sequence[Sequence[str]]) -> None:
    """Refuse choices that are none of a product with these options: SkuInvalid."""
    for values in choices:
        if len(values) != len(options):
            raise SkuInvalid
        if any(value not in option["values"] for option, value in zip(options, values, strict=True)):
            raise SkuInvalid
    if len({tuple(values) for values in choices}) != len(choices):
        raise SkuInvalid


def with_values(options: Sequence[dict[str, Any]], values: Sequence[str]) -> list[dict[str, Any]]:
    """These options with one more choice's values among theirs. SkuInvalid where it has not one for each."""
    if len(values) != len(options) or not options:
        raise SkuInvalid
    return [
        {**option, "values": [*option["values"], *([] if value in option["values"] else [value])]}
        for option, value in zip(options, values, strict=True)
    ]
