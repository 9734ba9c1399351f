"""From values to HTML."""

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from app.core.words import moment
from share.landing.shown import (
    DealShown,
    GroupShown,
    GroupStatus,
    LandingPage,
    LiveShown,
    LiveStatus,
    NothingShown,
    Person,
    Shown,
    WhyNothing,
)
from share.landing.texts import texts
from share.landing.words import LANGUAGES, Language, language_of, say

_HERE: Final = Path(__file__).parent
#: Faces and empty seats that fit one row of a phone.
_SEATS_DRAWN: Final = 10
#: What is in one of these states may look different in a moment.
_GROUP_MOVES: Final = frozenset({GroupStatus.PENDING, GroupStatus.FORMING, GroupStatus.FAILING})
_LIVE_MOVES: Final = frozenset({LiveStatus.SCHEDULED, LiveStatus.LIVE, LiveStatus.PAUSED})
_GONE: Final = 410
#: Anything else in a host could end the rule that it is written into and begin another.
_HOST: Final = re.compile(r"[A-Za-z0-9.:\[\]-]+")


@dataclass(frozen=True, slots=True)
class _Seat:
    """One circle of the row; neither a member nor held is free."""

    member: Person | None = None
    is_leader: bool = False
    held: bool = False


def render(page: LandingPage, locale: str) -> str:
    """The whole page as HTML, in the locale's language (Chinese where it has none of ours).

    It works without scripts: a page of something that still moves then loads itself anew every 30 seconds; with
    scripts it asks every 5 seconds and counts down. `?lang=en` and `?lang=zh-CN` in its links ask the caller
    for the other language.
    """
    language = language_of(locale)
    shows = page.shows
    group = shows if isinstance(shows, GroupShown) else None
    return _template().render(
        page=page,
        language=language,
        other=next(each for each in LANGUAGES if each != language),
        alternates=[(each, _in_language(page.url, each)) for each in LANGUAGES],
        say=lambda key, **values: say(language, key, **values),
        moment=moment,
        texts=texts(shows, language, page.now),
        goods=None if isinstance(shows, NothingShown) else shows.goods,
        group=group,
        offer=shows if isinstance(shows, GroupShown | DealShown) else None,
        seats=_seats(group) if group else [],
        more=max(0, group.size - _SEATS_DRAWN) if group else 0,
        live=shows if isinstance(shows, LiveShown) else None,
        moving=_is_moving(shows),
        kind=type(shows).__name__,
        style=_style(),
        script=_script(),
    )


def status_code(page: LandingPage) -> int:
    """200; 404 for a link that never was; 410 for one that leads nowhere any more."""
    if not isinstance(page.shows, NothingShown):
        return 200
    return 404 if page.shows.why is WhyNothing.NOT_FOUND else _GONE


def headers(page: LandingPage, locale: str) -> dict[str, str]:
    """What must be sent with the page: nothing but its own script and style runs, and no cache keeps it."""
    images = " ".join(["'self'", *sorted(_origins(_pictures(page)))])
    return {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Language": language_of(locale),
        "Vary": "Accept-Language",
        # What is withdrawn must be gone within a second.
        "Cache-Control": "no-store",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "; ".join(
            (
                "default-src 'none'",
                f"img-src data: {images}",
                f"style-src '{_hash(_style())}'",
                f"script-src '{_hash(_script())}'",
                "connect-src 'self'",
                "base-uri 'none'",
                "form-action 'none'",
                "frame-ancestors 'none'",
            )
        ),
    }


def _is_moving(shows: Shown | NothingShown) -> bool:
    match shows:
        case GroupShown():
            return shows.status in _GROUP_MOVES
        case LiveShown():
            return shows.status in _LIVE_MOVES
        case _:
            return False


def _seats(group: GroupShown) -> list[_Seat]:
    """The paid ones and, while it forms, those who are paying and the free seats; at most a row."""
    seats = [_Seat(member, is_leader=i == 0) for i, member in enumerate(group.members)]
    if group.status is GroupStatus.FORMING:
        seats += [_Seat(held=True)] * group.seats_held + [_Seat()] * group.seats_left
    return seats[:_SEATS_DRAWN]


def _in_language(url: str, language: Language) -> str:
    return urlunsplit(urlsplit(url)._replace(query=f"lang={language}"))


def _pictures(page: LandingPage) -> Iterable[str | None]:
    yield page.code_picture_url
    if page.inviter:
        yield page.inviter.avatar_url
    if not isinstance(page.shows, NothingShown):
        yield page.shows.goods.picture_url
    if isinstance(page.shows, GroupShown):
        yield from (member.avatar_url for member in page.shows.members)


def _origins(urls: Iterable[str | None]) -> set[str]:
    """Where pictures come from when not from the page's own origin."""
    parts = [urlsplit(url) for url in urls if url]
    return {
        f"{part.scheme}://{part.netloc}"
        for part in parts
        if part.scheme in {"http", "https"} and _HOST.fullmatch(part.netloc)
    }


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.jinja")


@cache
def _style() -> Markup:
    return Markup((_HERE / "page.css").read_text(encoding="utf-8"))  # noqa: S704 - our own file


@cache
def _script() -> Markup:
    return Markup((_HERE / "page.js").read_text(encoding="utf-8"))  # noqa: S704 - our own file


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(sha256(text.encode()).digest()).decode()
