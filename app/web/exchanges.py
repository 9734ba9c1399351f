"""One HTTP request with its answer, as it is counted and logged: without anything that a client can make up."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: The route of a request that no route answers to.
UNMATCHED = "unmatched"
#: The status where the client left before it was answered.
LEFT = 499

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request and how it was answered. `seconds` is until the answer began: a stream lasts for hours."""

    #: A method that HTTP knows, or OTHER.
    method: str
    #: The route's template, such as `/s/{code}`, or UNMATCHED.
    route: str
    status: int
    seconds: float


def observed(app: ASGIApp, tell: Callable[[Exchange], None]) -> ASGIApp:
    """The application, with every finished HTTP exchange told. `tell` must neither block nor raise."""

    async def called(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        started, status, seconds = time.perf_counter(), 0, 0.0

        async def sent(message: Message) -> None:
            nonlocal status, seconds
            if message["type"] == "http.response.start":
                status, seconds = message["status"], time.perf_counter() - started
            await send(message)

        try:
            await app(scope, receive, sent)
        except Exception:
            status = status or 500
            raise
        finally:
            tell(_exchange(scope, status, seconds or time.perf_counter() - started))

    return called


def _exchange(scope: Scope, status: int, seconds: float) -> Exchange:
    method = scope["method"] if scope["method"] in _METHODS else "OTHER"
    return Exchange(method=method, route=_template(scope), status=status or LEFT, seconds=seconds)


def _template(scope: Scope) -> str:
    """The router leaves in the scope which route it took, and below which mount."""
    route, mounted_at = scope.get("route"), scope.get("root_path", "")
    if route is None:
        return UNMATCHED
    if isinstance(route, Mount):
        return f"{mounted_at}/*"
    return f"{mounted_at}{getattr(route, 'path', '')}"
