"""Words for people: English stands in the code, Chinese in `zh_CN.po` beside this file.

A sentence is named by its English text. `{name}` in it is replaced by a value. A sentence without a translation
is said in English; a test fails for it.
"""

from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Self

from babel.messages.pofile import read_po

CHINESE = "zh-CN"
ENGLISH = "en"
LOCALES = (CHINESE, ENGLISH)

_BEIJING = timezone(timedelta(hours=8))


def say(locale: str, english: str, /, **values: object) -> str:
    """A sentence in the given locale, with its values put in."""
    text = _chinese().get(english, english) if locale == CHINESE else english
    return text.format(**values) if values else text


def moment(at: datetime) -> str:
    """A moment in Beijing's time, in whatever language: 2026-11-24 15:01."""
    return at.astimezone(_BEIJING).strftime("%Y-%m-%d %H:%M")


def best_locale(accept_language: str | None) -> str:
    """The locale that an Accept-Language header asks for; Chinese where it asks for neither."""
    wanted: list[tuple[float, str]] = []
    for part in (accept_language or "").split(","):
        tag, *parameters = (each.strip().lower() for each in part.split(";"))
        weight = min((_weight(each) for each in parameters), default=1.0)
        if weight > 0:
            wanted.append((weight, tag))
    for _, tag in sorted(wanted, key=lambda each: -each[0]):
        if tag.startswith("zh"):
            return CHINESE
        if tag.startswith("en"):
            return ENGLISH
    return CHINESE


def _weight(parameter: str) -> float:
    name, _, quality = parameter.partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(quality)
    except ValueError:
        return 0.0


class Sentence(str):
    """An English sentence that remembers how it was made, so that it can still be said in another language."""

    __slots__ = ("english", "values")
    english: str
    values: dict[str, object]

    def __new__(cls, english: str, /, **values: object) -> Self:
        """As `say(ENGLISH, english, **values)`."""
        made = super().__new__(cls, say(ENGLISH, english, **values))
        made.english, made.values = english, values
        return made


def said(locale: str, sentence: str) -> str:
    """A sentence that was made elsewhere, in the given locale."""
    if isinstance(sentence, Sentence):
        return say(locale, sentence.english, **sentence.values)
    return say(locale, sentence)


@cache
def _chinese() -> dict[str, str]:
    with Path(__file__).with_name("zh_CN.po").open("rb") as file:
        return {str(each.id): str(each.string) for each in read_po(file) if each.id and each.string}
