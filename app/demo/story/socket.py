"""graphql-transport-ws, as much of it as a phone needs."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final, Self

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from app.demo.story.operations import text_of
from app.demo.story.shop import NotAsTold

PROTOCOL: Final = Subprotocol("graphql-transport-ws")
_PATIENCE_S: Final = 10.0


class Socket:
    """One connection. Subscriptions on it are known by their operation's name."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    @classmethod
    async def open(cls, url: str, token: str) -> Self:
        """A connection that the server has acknowledged as this person's; NotAsTold where it does not."""
        hello = {"authorization": f"Bearer {token}", "locale": "en"}
        try:
            async with asyncio.timeout(_PATIENCE_S):
                connection = await connect(url, subprotocols=[PROTOCOL], compression=None, proxy=None)
                await connection.send(_text({"type": "connection_init", "payload": hello}))
                answer = orjson.loads(await connection.recv())
        except (OSError, WebSocketException) as error:
            raise NotAsTold(f"No socket could be opened at {url}: {str(error) or 'no answer'}") from error
        if answer["type"] != "connection_ack":
            raise NotAsTold(f"The socket was greeted with {answer['type']}")
        return cls(connection)

    async def subscribe(self, operation: str, variables: Mapping[str, Any]) -> None:
        """Begin a subscription of the contract."""
        payload = {"query": text_of(operation), "operationName": operation, "variables": variables}
        try:
            await self._connection.send(_text({"id": operation, "type": "subscribe", "payload": payload}))
        except WebSocketException as error:
            raise NotAsTold(f"The socket was closed before {operation} could begin: {error}") from error

    async def frames(self) -> AsyncIterator[tuple[str, dict[str, Any] | None]]:
        """What is pushed: an operation's name and its data, or None where that subscription has ended."""
        async for text in self._connection:
            message = orjson.loads(text)
            match message["type"]:
                case "next" if not message["payload"].get("errors"):
                    yield message["id"], message["payload"]["data"]
                case "complete":
                    yield message["id"], None
                case "ping":
                    await self._connection.send(_text({"type": "pong"}))
                case "next" | "error":
                    raise NotAsTold(f"{message['id']} pushed errors: {message['payload']}")

    def cut(self) -> None:
        """The network is gone: neither side says goodbye."""
        self._connection.transport.abort()

    async def close(self) -> None:
        """Say goodbye."""
        await self._connection.close()


def _text(message: Mapping[str, Any]) -> str:
    return orjson.dumps(message).decode()
