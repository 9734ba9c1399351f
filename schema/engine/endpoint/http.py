"""GraphQL over HTTP: one request, one operation, one reply. Event streams go on in `sse`."""

from starlette.types import Receive, Scope, Send

from schema.engine.endpoint.life import Life
from schema.engine.endpoint.negotiation import EVENT_STREAM, HTML, JSON, acceptable, media_type, wants_html
from schema.engine.endpoint.replies import Reply, refusal
from schema.engine.endpoint.requests import (
    Gone,
    caller_of,
    headers_of,
    query_of,
    read_get,
    read_post,
    refuse_by_method,
)
from schema.engine.endpoint.sse import EventStream
from schema.engine.errors import Malformed
from schema.engine.hub import Hub
from schema.engine.operations import Operations, Request
from schema.engine.ports import Caller


class HttpEndpoint:
    """The ASGI app behind the HTTP route."""

    def __init__(self, operations: Operations, hub: Hub, life: Life, explorer: bytes | None) -> None:
        self._operations = operations
        self._hub = hub
        self._life = life
        self._explorer = explorer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, always in JSON unless the client asked for another type."""
        headers = headers_of(scope)
        accept = headers.get("accept")
        media = media_type(accept)
        if media == EVENT_STREAM:
            stream = EventStream(self._operations, self._hub, self._life, send)
            await stream.serve(scope, receive, headers, self._read)
            return
        with self._life.request():
            try:
                reply = await self._reply(scope, receive, headers, media)
            except Gone:
                return
            await reply.send(send)

    async def _reply(self, scope: Scope, receive: Receive, headers: dict[str, str], media: str | None) -> Reply:
        caller = caller_of(scope, headers, "http")
        try:
            if self._explorer and scope["method"] == "GET" and _is_for_people(scope, headers):
                return _page(self._explorer)
            media = acceptable(media)
            request = await self._read(scope, receive, headers)
            body = await self._answered(request, scope["method"], caller)
        except Gone:
            raise
        except Exception as error:  # noqa: BLE001 - presented, which logs it
            errors = self._operations.refusal(error, self._operations.ports.locale(caller))
            return refusal(error, errors, media or JSON)
        return Reply(media_type=media, body=body)

    async def _answered(self, request: Request, method: str, caller: Caller) -> bytes:
        async with self._operations.in_time():
            visitor = await self._operations.visitor(caller)
            operation = await self._operations.admitted(request, visitor)
            refuse_by_method(operation, method)
            return await self._operations.answer(operation, visitor)

    async def _read(self, scope: Scope, receive: Receive, headers: dict[str, str]) -> Request:
        settings = self._operations.settings
        if scope["method"] == "GET":
            return read_get(scope, settings)
        if scope["method"] == "POST":
            return await read_post(headers, receive, settings)
        raise Malformed("Only GET and POST are answered here.", 405)


def _is_for_people(scope: Scope, headers: dict[str, str]) -> bool:
    return wants_html(headers.get("accept")) and "query" not in query_of(scope)


def _page(explorer: bytes) -> Reply:
    policy = (
        "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
        "connect-src 'self' ws: wss:; img-src data:; base-uri 'none'; form-action 'none'"
    )
    return Reply(media_type=HTML, body=explorer, headers={"content-security-policy": policy})
