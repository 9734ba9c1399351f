"""The engine: a schema, the ports of its house, and everything between a request and its answer."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

import orjson
from graphql import GraphQLSchema
from starlette.routing import BaseRoute, Route, WebSocketRoute

from schema.engine.documents import Documents
from schema.engine.endpoint.http import HttpEndpoint
from schema.engine.endpoint.life import Life
from schema.engine.endpoint.websocket.socket import SocketEndpoint
from schema.engine.explorer import Example, explorer_page
from schema.engine.hub import Hub
from schema.engine.operations import Operations, Request
from schema.engine.ports import Caller, Ports
from schema.engine.received import Received
from schema.engine.settings import EngineSettings


class Engine:
    """Runs GraphQL operations.

    `trusted_documents` maps the SHA-256 of a registered document, in hexadecimal, to its text.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        ports: Ports,
        settings: EngineSettings | None = None,
        trusted_documents: Mapping[str, str] | None = None,
        examples: Sequence[Example] = (),
    ) -> None:
        self._settings = settings or EngineSettings()
        self._documents = Documents(schema, self._settings, trusted_documents)
        self._operations = Operations(schema, ports, self._settings, self._documents)
        self._hub = Hub(self._operations)
        self._life = Life(self._settings)
        self._explorer = explorer_page(examples) if self._settings.explorer else None

    @property
    def hub(self) -> Hub:
        """All subscriptions of this process."""
        return self._hub

    def routes(self, path: str = "/graphql") -> list[BaseRoute]:
        """The endpoint: HTTP, server-sent events and WebSocket on one path."""
        http = HttpEndpoint(self._operations, self._hub, self._life, self._explorer)
        socket = SocketEndpoint(self._operations, self._hub, self._life)
        return [Route(path, http, name="graphql"), WebSocketRoute(path, socket, name="graphql-socket")]

    def faults_of_trusted_documents(self) -> dict[str, list[str]]:
        """What is wrong with registered documents under this schema and these limits, by their hash."""
        return self._documents.faults_of_trusted()

    async def execute(
        self,
        query: str | None,
        variables: Mapping[str, Any] | None = None,
        *,
        operation_name: str | None = None,
        extensions: Mapping[str, Any] | None = None,
        caller: Caller | None = None,
    ) -> dict[str, Any]:
        """Answer a query or mutation as the endpoint would, without a transport: `{"data", "errors"}`."""
        caller = caller or Caller()
        request = _request(query, variables, operation_name, extensions)
        operations = self._operations
        try:
            async with operations.in_time():
                visitor = await operations.visitor(caller)
                operation = await operations.admitted(request, visitor)
                answer: dict[str, Any] = orjson.loads(await operations.answer(operation, visitor))
                return answer
        except Exception as error:  # noqa: BLE001 - presented, which logs it
            return {"errors": operations.refusal(error, operations.ports.locale(caller))}

    async def subscribe(
        self,
        query: str | None,
        variables: Mapping[str, Any] | None = None,
        *,
        operation_name: str | None = None,
        extensions: Mapping[str, Any] | None = None,
        caller: Caller | None = None,
    ) -> AsyncGenerator[dict[str, Any], None]:
        """The results of a subscription as the endpoint would send them; close it to unsubscribe.

        What refuses the subscription is its only result.
        """
        caller = caller or Caller()
        request = _request(query, variables, operation_name, extensions)
        received = Received()
        try:
            async with self._operations.in_time():
                visitor = await self._operations.visitor(caller)
                operation = await self._operations.admitted(request, visitor)
            subscription = await self._hub.subscribe(operation, visitor, received)
        except Exception as error:  # noqa: BLE001 - presented, which logs it
            yield {"errors": self._operations.refusal(error, self._operations.ports.locale(caller))}
            return
        try:
            async for result in received.results():
                yield result
        finally:
            subscription.cancel()

    async def drain(self) -> None:
        """Send sockets away with 4499, wait for requests in flight, end what the hub still does.

        Call it before the server itself is told to stop: uvicorn closes sockets with a code of its own.
        """
        await self._life.drain()
        await self._hub.close()


def _request(
    query: str | None,
    variables: Mapping[str, Any] | None,
    operation_name: str | None,
    extensions: Mapping[str, Any] | None,
) -> Request:
    return Request(query=query, operation_name=operation_name, variables=variables or {}, extensions=extensions or {})
