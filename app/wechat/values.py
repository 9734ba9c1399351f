"""What WeChat allows inside a message: each value fitted to the limit of its key's type. Pure."""

import re
import unicodedata
from collections.abc import Callable, Mapping

_KEY = re.compile(r"([a-z_]+?)\d*")
_AMOUNT = re.compile(r"[¥￥$€£]?\d{1,10}(\.\d+)?元?")
_NOT_IN_STRING = re.compile(r"[^\x21-\x7e]")
_CHINESE = re.compile(r"[一-鿿]")

_THING = 20
_NUMBER = 32
_SYMBOLS = 5
_PHONE = 17
_CAR = 8
_PHRASE = 5
_CHINESE_NAME = 10
_LATIN_NAME = 20


def fit_values(data: Mapping[str, str]) -> dict[str, str]:
    """The data of a subscribe message, cut by characters to what each key (`thing1`, `time2`) allows.

    ValueError for what cutting cannot mend: an empty value, an unknown type, an amount that is none.
    """
    return {key: fit_value(key, value) for key, value in data.items()}


def fit_value(key: str, value: str) -> str:
    """One value; see fit_values."""
    match = _KEY.fullmatch(key)
    fit = _FIT.get(match[1]) if match else None
    if fit is None:
        raise ValueError(f"no kind of value is called {key}")
    fitted = fit(_on_one_line(value))
    if not fitted:
        raise ValueError(f"{key} would be empty")
    return fitted


def _on_one_line(value: str) -> str:
    # Line breaks and control characters are refused; a space keeps the words apart.
    return " ".join("".join(" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in value).split())


def _cut(limit: int) -> Callable[[str], str]:
    def cut(value: str) -> str:
        return value if len(value) <= limit else value[: limit - 1].rstrip() + "…"

    return cut


def _clip(limit: int, but: re.Pattern[str] | None = None) -> Callable[[str], str]:
    def clip(value: str) -> str:
        return (but.sub("", value) if but else value)[:limit]

    return clip


def _amount(value: str) -> str:
    if not _AMOUNT.fullmatch(value):
        raise ValueError("not an amount")
    return value


def _name(value: str) -> str:
    return value[: _CHINESE_NAME if _CHINESE.search(value) else _LATIN_NAME]


def _as_it_is(value: str) -> str:
    return value


_FIT: Mapping[str, Callable[[str], str]] = {
    "thing": _cut(_THING),
    "number": _clip(_NUMBER, re.compile(r"[^\d.]")),
    "letter": _clip(_NUMBER, re.compile(r"[^A-Za-z]")),
    "symbol": _clip(_SYMBOLS),
    "character_string": _clip(_NUMBER, _NOT_IN_STRING),
    "time": _as_it_is,
    "date": _as_it_is,
    "amount": _amount,
    "phone_number": _clip(_PHONE, re.compile(r"[^\d+\-() ]")),
    "car_number": _clip(_CAR),
    "name": _name,
    "phrase": _clip(_PHRASE),
    "enum": _as_it_is,
}
