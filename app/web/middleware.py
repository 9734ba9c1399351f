"""What stands around every request: whose it is, its id, its line in the log, and headers that keep a page safe."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from app.core.ids import new_id
from app.core.log import logger
from app.web.exchanges import Exchange, observed
from app.web.metrics import measured

log = logger("web")

REQUEST_ID = "X-Request-Id"
_LONGEST_REQUEST_ID = 64
_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")

#: Machines ask for these every few seconds; their lines would bury the others.
_QUIET = frozenset({"/health/live", "/health/ready", "/metrics"})

#: For a page that says nothing itself: it may load, run and be framed by nothing.
_FOR_PAGES = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
}


def stack() -> list[Middleware]:
    """Everything of this module and `metrics.measured`, in the right order, the outermost first."""
    return [Middleware(each) for each in (with_request_id, logged, measured, with_safe_headers)]


def with_request_id(app: ASGIApp) -> ASGIApp:
    """Every log line of a request, and its answer, carry its id: the one that came in X-Request-Id, else a new one."""

    async def called(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await app(scope, receive, send)
            return
        request_id = _given(scope) or new_id().hex

        async def sent(message: Message) -> None:
            if message["type"] in {"http.response.start", "websocket.http.response.start"}:
                MutableHeaders(scope=message)[REQUEST_ID] = request_id
            await send(message)

        with bound_contextvars(request_id=request_id):
            await app(scope, receive, sent)

    return called


def _given(scope: Scope) -> str | None:
    given = Headers(scope=scope).get(REQUEST_ID, "")
    # It goes into the log, where other letters could make it look like something else.
    return given if 0 < len(given) <= _LONGEST_REQUEST_ID and _LETTERS.issuperset(given) else None


def logged(app: ASGIApp) -> ASGIApp:
    """One line per HTTP request, when it is over. Neither path nor query: both may carry what is somebody's own."""
    return observed(app, _log)


def _log(exchange: Exchange) -> None:
    (log.debug if exchange.route in _QUIET else log.info)(
        "web.request",
        method=exchange.method,
        route=exchange.route,
        status=exchange.status,
        ms=round(exchange.seconds * 1000, 1),
    )


def with_safe_headers(app: ASGIApp) -> ASGIApp:
    """No answer's type is guessed at, and a page gets strict headers wherever it brings none of its own."""

    async def called(scope: Scope, receive: Receive, send: Send) -> None:
        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                if headers.get("Content-Type", "").startswith("text/html"):
                    for name, value in _FOR_PAGES.items():
                        headers.setdefault(name, value)
            await send(message)

        await app(scope, receive, sent)

    return called
