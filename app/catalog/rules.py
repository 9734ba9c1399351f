"""Which choices a product can have; how text is cut into words and found again, alike on both databases.

What is searched is kept as its words between spaces, the weightier texts first and `|` between them:
` 西湖 龙井 | 茶 | 明前 清香 `. A query's words are looked for with LIKE, which both databases have.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import rjieba

from app.catalog.errors import SkuInvalid

#: Between the texts; no word is only this.
_BETWEEN = "|"
#: Beyond so many words a query finds nothing more exactly.
_MOST_TERMS = 8
#: A word in the first text counts more than in the second, a whole word more than the beginning of one.
_WEIGHTS = (("%|%|%", 6, 5), ("%|%", 4, 3), ("%", 2, 1))
_ESCAPE = str.maketrans({"%": "!%", "_": "!_", "!": "!!"})


def words_of(text: str) -> list[str]:
    """The words of a text, folded: full width to half, capitals to small. Chinese is cut by a dictionary."""
    return [word for word in rjieba.cut_for_search(_folded(text)) if _is_word(word)]


def searchable(*texts: str) -> str:
    """Texts as they are stored for searching, the weightiest first: every word once, where it weighs most."""
    seen: set[str] = set()
    parts: list[str] = []
    for text in texts:
        fresh = [word for word in dict.fromkeys(words_of(text)) if word not in seen]
        seen.update(fresh)
        parts.append(" ".join(fresh))
    return f" {f' {_BETWEEN} '.join(parts)} "


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a query. All of them must be found."""

    word: str
    #: Longer words that begin with it are found too: what is still being typed, and Latin words.
    is_beginning: bool
    #: Words that end with it are found too: 茶 finds 龙井茶.
    is_end: bool = False


def terms_of(query: str) -> list[Term]:
    """The words that a query asks for.

    Long Chinese words are cut as finely as the dictionary can: 龙井茶 is 龙井 and 茶.
    """
    words = [part for word in rjieba.cut(_folded(query)) if _is_word(word) for part in _finest(word)]
    words = list(dict.fromkeys(words))[:_MOST_TERMS]
    return [
        Term(word, is_beginning=word.isascii() or len(word) == 1 or word == words[-1], is_end=_is_single(word))
        for word in words
    ]


def relevance(terms: Sequence[Term], column: str, first: int) -> tuple[list[str], list[str]]:
    """SQL expressions that score a column for each term, 0 where it is not found, and their parameters from $first."""
    expressions: list[str] = []
    parameters: list[str] = []
    for term in terms:
        word = term.word.translate(_ESCAPE)
        cases: list[str] = []
        for rest, whole, part in _WEIGHTS:
            patterns = [(f"% {word} {rest}", whole)]
            patterns += [(f"% {word}{rest}", part)] if term.is_beginning else []
            patterns += [(f"%{word} {rest}", part)] if term.is_end else []
            for pattern, score in patterns:
                parameters.append(pattern)
                cases.append(f"WHEN {column} LIKE ${first + len(parameters) - 1} ESCAPE '!' THEN {score}")
        expressions.append(f"CASE {' '.join(cases)} ELSE 0 END")
    return expressions, parameters


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def _is_word(word: str) -> bool:
    return any(each.isalnum() for each in word)


def _is_single(word: str) -> bool:
    return len(word) == 1 and not word.isascii()


def _finest(word: str) -> list[str]:
    """A word cut into shorter ones of the dictionary, and what is left between them."""
    shorter = {part for part in rjieba.cut_for_search(word) if len(part) < len(word)}
    if word.isascii() or not shorter:
        return [word]
    parts: list[str] = []
    place = 0
    while place < len(word):
        ends = [end for end in range(len(word), place + 1, -1) if word[place:end] in shorter]
        end = ends[0] if ends else place + 1
        parts.append(word[place:end])
        place = end
    return parts


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
