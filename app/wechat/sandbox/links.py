"""URL links: addresses that open the mini-program from any browser, and what a browser finds there."""

import re
import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, Template

from app.wechat.sandbox.drawing import ENVIRONMENTS
from app.wechat.sandbox.keys import APP_ID
from app.wechat.sandbox.refusals import ApiRefusal
from app.wechat.sandbox.world import Call, among

PATH: Final = "/link"
#: How many may be made in a day.
MADE_PER_DAY = 500_000
#: The page's style is its own, and nothing is loaded from anywhere.
HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}

_QUERY = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~%]{0,1024}")
_DAY_S = 86_400
_LONGEST_DAYS = 30
#: WeChat's scene of an entry through a URL link from outside.
_SCENE = 1194


@dataclass(frozen=True, slots=True)
class Page:
    """What a browser is answered."""

    html: str
    status: int = 200


def generate(call: Call) -> dict[str, Any]:
    """`POST /wxa/generate_urllink`: the rules about page, query and expiry, and the day's quota."""
    body = call.body
    page, query, environment = body.get("path", ""), body.get("query", ""), body.get("env_version", "release")
    if not among(environment, ENVIRONMENTS):
        raise ApiRefusal(40097)
    if not _is_page(call, page):
        raise ApiRefusal(40165)
    if not isinstance(query, str) or not _QUERY.fullmatch(query):
        raise ApiRefusal(40212)
    expires_at = _expiry(call)
    if _made_in_a_day(call) >= MADE_PER_DAY:
        raise ApiRefusal(45009)
    ticket = secrets.token_urlsafe(8)
    call.db.execute(
        "INSERT INTO url_links (ticket, page, query, environment, made_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)",
        (ticket, page.removeprefix("/"), query, environment, call.now, expires_at),
    )
    return {"errcode": 0, "errmsg": "ok", "url_link": f"{call.world.options.origin}{PATH}/{ticket}"}


def opened(call: Call) -> Page:
    """`GET /link/{ticket}`: what WeChat would do on a phone."""
    link = call.db.execute("SELECT * FROM url_links WHERE ticket = ?", (call.path["ticket"],)).fetchone()
    if link is None:
        return Page(_template().render(link=None), 404)
    until = datetime.fromtimestamp(link["expires_at"], UTC)
    html = _template().render(
        link=link, is_over=link["expires_at"] <= call.now, until=until, app_id=APP_ID, scene=_SCENE
    )
    return Page(html)


def made(db: sqlite3.Connection) -> list[dict[str, Any]]:
    """Every link that was made, the oldest first."""
    return [dict(row) for row in db.execute("SELECT * FROM url_links ORDER BY made_at, rowid")]


def _is_page(call: Call, page: object) -> bool:
    """Whether the released version has it; empty is the home page."""
    pages = call.world.options.pages
    if not isinstance(page, str) or "?" in page:
        return False
    return not page or pages is None or page.removeprefix("/") in pages


def _expiry(call: Call) -> float:
    """Unix seconds. Milliseconds are a moment far too late."""
    by_days = call.body.get("expire_type", 0) == 1
    asked: Any = call.body.get("expire_interval" if by_days else "expire_time")
    if type(asked) is not int:
        raise ApiRefusal(85401)
    left_s = asked * _DAY_S if by_days else asked - call.now
    if not 0 < left_s <= _LONGEST_DAYS * _DAY_S:
        raise ApiRefusal(85401)
    return call.now + left_s


def _made_in_a_day(call: Call) -> int:
    row = call.db.execute("SELECT count(*) AS n FROM url_links WHERE made_at > ?", (call.now - _DAY_S,)).fetchone()
    return int(row["n"])


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(Path(__file__).with_name("opened.html").read_text(encoding="utf-8"))
