"""Reading a GraphQL request out of an HTTP request, with every limit on the way."""

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import orjson
from graphql import OperationType
from starlette.types import Receive, Scope

from schema.engine.endpoint.negotiation import is_json
from schema.engine.errors import Malformed
from schema.engine.operations import Operation, Request, well_formed
from schema.engine.ports import Caller, Transport
from schema.engine.settings import EngineSettings


class Gone(Exception):  # noqa: N818 - nothing went wrong here
    """The client has left before its request was complete."""


def headers_of(scope: Scope) -> dict[str, str]:
    """The headers by lower-case name; of a repeated one the last."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def caller_of(scope: Scope, headers: Mapping[str, str], transport: Transport) -> Caller:
    """What the request says about who sends it."""
    client = scope.get("client")
    return Caller(
        authorization=headers.get("authorization"),
        accept_language=headers.get("accept-language"),
        platform=headers.get("x-client-platform"),
        address=client[0] if client else "",
        transport=transport,
    )


def query_of(scope: Scope) -> dict[str, str]:
    """The parameters of the query string; raises `Malformed`."""
    try:
        text = scope["query_string"].decode("ascii")
        return dict(parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=100))
    except ValueError:
        raise Malformed("The query string is not UTF-8 or has too many fields.") from None


def read_get(scope: Scope, settings: EngineSettings) -> Request:
    """The request of a GET; raises `Malformed`."""
    if len(scope["query_string"]) > settings.body_bytes:
        raise Malformed(f"A query string has at most {settings.body_bytes} bytes.", 414)
    parameters: dict[str, Any] = dict(query_of(scope))
    for name in ("variables", "extensions"):
        if parameters.get(name):
            parameters[name] = decoded(parameters[name].encode(), f"'{name}' is")
        else:
            parameters.pop(name, None)
    return well_formed(parameters)


async def read_post(headers: Mapping[str, str], receive: Receive, settings: EngineSettings) -> Request:
    """The request of a POST; raises `Malformed` or `Gone`."""
    if not is_json(headers.get("content-type")):
        raise Malformed("The content-type must be application/json in UTF-8.", 415)
    if headers.get("content-encoding", "identity") != "identity":
        raise Malformed("The body must not be compressed.", 415)
    try:
        async with asyncio.timeout(settings.body_seconds):
            body = await _body(headers, receive, settings.body_bytes)
    except TimeoutError:
        raise Malformed("The body took too long to arrive.", 408) from None
    return well_formed(decoded(body, "The body is"))


def decoded(text: bytes, what: str) -> object:
    """JSON as Python has it; raises `Malformed`."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Malformed(f"{what} not valid JSON: {error.msg}.") from None


async def _body(headers: Mapping[str, str], receive: Receive, most: int) -> bytes:
    too_large = Malformed(f"A body has at most {most} bytes.", 413)
    announced = headers.get("content-length", "0")
    if announced.isdecimal() and int(announced) > most:
        raise too_large
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        body += message.get("body", b"")
        if len(body) > most:
            raise too_large
        if not message.get("more_body", False):
            return bytes(body)


def refuse_by_method(operation: Operation, method: str) -> None:
    """A GET changes nothing: it must be safe to prefetch, cache and repeat. Raises `Malformed`."""
    if method == "GET" and operation.kind is OperationType.MUTATION:
        raise Malformed("A mutation needs a POST.", 405)
