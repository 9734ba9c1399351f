"""What goes back over HTTP: a body, a media type and the status that fits both."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.types import Send

from schema.engine.endpoint.negotiation import JSON
from schema.engine.errors import EngineError, RateLimited, Refused, Unauthenticated


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A complete HTTP response."""

    status: int = 200
    media_type: str = JSON
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    async def send(self, send: Send) -> None:
        """Send it."""
        headers = {
            "content-type": f"{self.media_type}; charset=utf-8",
            "content-length": str(len(self.body)),
            # No cache on the way keeps an answer to GET: it may be one person's, or no longer true in a second.
            "cache-control": "no-store",
            **self.headers,
        }
        await send({"type": "http.response.start", "status": self.status, "headers": encoded(headers)})
        await send({"type": "http.response.body", "body": self.body})


def refusal(error: Exception, errors: Sequence[Mapping[str, Any]], media_type: str) -> Reply:
    """The reply to a request that was not executed: `errors` is what the client may know of `error`."""
    reason = error.errors[0] if isinstance(error, Refused) else error
    return Reply(
        status=_status(reason, media_type),
        media_type=media_type,
        body=orjson.dumps({"errors": errors}),
        headers=_headers(reason),
    )


def encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Headers as ASGI wants them."""
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]


def _status(reason: Exception, media_type: str) -> int:
    if not isinstance(reason, EngineError):
        return 500
    if media_type == JSON and not reason.about_the_door:
        return 200
    return reason.status


def _headers(reason: Exception) -> dict[str, str]:
    if isinstance(reason, RateLimited):
        return {"retry-after": str(max(1, math.ceil(reason.retry_after_ms / 1000)))}
    if isinstance(reason, Unauthenticated):
        return {"www-authenticate": "Bearer"}
    if isinstance(reason, EngineError) and reason.status in {405, 408, 413}:
        return {"allow": "GET, POST"} if reason.status == 405 else {"connection": "close"}  # noqa: PLR2004
    return {}
