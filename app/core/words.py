"""Words for people: English stands in the code, Chinese in `zh_CN.po` beside this file.

A sentence is named by its English text. `{name}` in it is replaced by a value. A sentence without a translation
is said in English; a test fails for it.
"""

from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

CHINESE = "zh-CN"
ENGLISH = "en"
LOCALES = (CHINESE, ENGLISH)


def say(locale: str, english: str, /, **values: object) -> str:
    """A sentence in the given locale, with its values put in."""
    text = _chinese().get(english, english) if locale == CHINESE else english
    return text.format(**values) if values else text


def best_locale(accept_language: str | None) -> str:
    """The locale that an Accept-Language header asks for; Chinese where it asks for neither."""
    wanted: list[tuple[float, str]] = []
    for part in (accept_language or "").split(","):
        tag, _, quality = part.strip().partition(";q=")
        wanted.append((_weight(quality), tag.strip().lower()))
    for _, tag in sorted(wanted, key=lambda each: -each[0]):
        if tag.startswith("zh"):
            return CHINESE
        if tag.startswith("en"):
            return ENGLISH
    return CHINESE


def _weight(quality: str) -> float:
    try:
        return float(quality) if quality else 1.0
    except ValueError:
        return 0.0


@cache
def _chinese() -> dict[str, str]:
    with Path(__file__).with_name("zh_CN.po").open("rb") as file:
        return {str(each.id): str(each.string) for each in read_po(file) if each.id and each.string}
