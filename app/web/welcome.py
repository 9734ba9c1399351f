"""The door `/`: where a newcomer to this installation finds the others. In production it only says that it lives."""

import secrets
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

from jinja2 import Environment, Template
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from app.core.settings import settings
from app.core.words import CHINESE, ENGLISH, LOCALES, best_locale, say

_STEPS = [
    "SignIn with the code dev:ann; send its accessToken as Authorization: Bearer …",
    "Deals and DealPage: choose a deal; SaveAddress: say where it goes",
    "OpenGroup, then pay in the sandbox: POST /wechat-sandbox/_/pay",
    "CreateShareLink: the link that friends get",
    "JoinGroup as dev:bob and dev:cai, and pay",
    "GroupChanged and NotificationReceived: everyone hears that the group is complete",
]

#: Who works in the demo shop, as `app.demo.seed` makes them.
_STAFF = "dev:admin dev:marketer dev:manager dev:host dev:merchant dev:support"


def routes() -> list[Route]:
    """The door."""
    return [Route("/", _welcome, methods=["GET"])]


async def _welcome(request: Request) -> Response:
    if settings().env == "production":
        return PlainTextResponse("Pintuan\n")
    asked = request.query_params.get("lang")
    locale = asked if asked in LOCALES else best_locale(request.headers.get("accept-language"))
    nonce = secrets.token_urlsafe(12)
    page = _template().render(
        lang=locale,
        other=ENGLISH if locale == CHINESE else CHINESE,
        nonce=nonce,
        say=partial(say, locale),
        origin=settings().public_origin,
        doors=_doors(partial(say, locale)),
        steps=[say(locale, step) for step in _STEPS],
        staff=_STAFF if settings().wechat_sandbox else "",
    )
    policy = f"default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; frame-ancestors 'none'"
    return HTMLResponse(page, headers={"Content-Security-Policy": policy, "Content-Language": locale})


def _doors(words: Callable[[str], str]) -> list[tuple[str, str, str]]:
    doors = [
        (
            words("GraphQL explorer"),
            "/graphql",
            words("Every operation of the contract, ready to run; subscriptions too"),
        ),
        (words("Health"), "/health/ready", words("Whether everything that the shop needs answers")),
        (words("Metrics"), "/metrics", words("For Prometheus")),
    ]
    if settings().wechat_sandbox and not settings().wechat_sandbox_origin:
        sent = words("What this machine's WeChat has received: payments, refunds, messages")
        doors.append((words("WeChat sandbox"), "/wechat-sandbox/_/sent", sent))
    return doors


@cache
def _template() -> Template:
    # Everything that comes from outside is escaped; the page's own words hold no markup.
    environment = Environment(autoescape=True)
    return environment.from_string(Path(__file__).with_name("welcome.html").read_text())
