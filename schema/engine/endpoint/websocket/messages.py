"""The words of graphql-transport-ws: close codes, and what a well-formed message looks like."""

from typing import Any

import orjson
from starlette.types import Message, Scope

from schema.engine.endpoint.requests import caller_of, headers_of
from schema.engine.ports import Caller

PROTOCOL = "graphql-transport-ws"

TOO_BIG = 1009
#: What fails on our side; not 1011, after which npm's graphql-ws never comes back.
TRY_AGAIN_LATER = 1013
BAD_MESSAGE = 4400
NOT_INITIALISED = 4401
FORBIDDEN = 4403
WRONG_PROTOCOL = 4406
#: Also the protocol's own code for a `connection_init` that does not come.
TOO_SLOW = 4408
DUPLICATE = 4409
TOO_MANY = 4429
GOING_DOWN = 4499

#: Longest id of an operation in characters, and longest reason of a close frame in bytes (RFC 6455).
LONGEST_ID = 200
LONGEST_REASON = 123
#: Seconds that the server has to notice that we closed.
GOODBYE_SECONDS = 5.0


class Closing(Exception):  # noqa: N818 - a decision, not an error
    """The socket must be closed."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def decoded(message: Message, most: int) -> dict[str, Any]:
    """The message of the protocol in a frame."""
    text = message.get("text")
    if text is None:
        raise Closing(BAD_MESSAGE, "Invalid message: send text")
    if len(text) > most:
        raise Closing(TOO_BIG, f"A message has at most {most} bytes")
    try:
        content = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Closing(BAD_MESSAGE, "Invalid message: not JSON") from None
    if not isinstance(content, dict):
        raise Closing(BAD_MESSAGE, "Invalid message: not an object")
    return content


def id_of(content: dict[str, Any]) -> str:
    """The operation that a message is about."""
    value = content.get("id")
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_ID:
        raise Closing(BAD_MESSAGE, "Invalid message: no id")
    return value


def payload_of(content: dict[str, Any]) -> dict[str, Any]:
    """The optional payload as a part of an answer."""
    payload = content.get("payload")
    if payload is None:
        return {}
    if not isinstance(payload, dict):
        raise Closing(BAD_MESSAGE, "Invalid message: the payload is not an object")
    return {"payload": payload}


def caller_in(scope: Scope, payload: dict[str, Any]) -> Caller:
    """What `connection_init` says; what it leaves out is taken from the handshake."""
    for name in ("authorization", "locale", "platform"):
        if not isinstance(payload.get(name), str | None):
            raise Closing(BAD_MESSAGE, f"Invalid message: {name} is not a string")
    handshake = caller_of(scope, headers_of(scope), "ws")
    return Caller(
        authorization=payload.get("authorization") or handshake.authorization,
        accept_language=payload.get("locale") or handshake.accept_language,
        platform=payload.get("platform") or handshake.platform,
        address=handshake.address,
        transport="ws",
    )
