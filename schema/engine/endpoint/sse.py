"""GraphQL over server-sent events, distinct connections mode: one request, one stream of results."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import orjson
from graphql import OperationType
from starlette.types import Receive, Scope, Send

from schema.engine.endpoint.life import Life
from schema.engine.endpoint.negotiation import EVENT_STREAM, GRAPHQL_RESPONSE
from schema.engine.endpoint.replies import encoded, refusal
from schema.engine.endpoint.requests import Gone, caller_of, refuse_by_method
from schema.engine.endpoint.session import open_session
from schema.engine.errors import EngineError, Unauthenticated
from schema.engine.hub import Errors, Hub
from schema.engine.operations import Operation, Operations, Request, Visitor
from schema.engine.outbox import Outbox, Slot

Read = Callable[[Scope, Receive, dict[str, str]], Awaitable[Request]]

HEADERS = {
    "content-type": f"{EVENT_STREAM}; charset=utf-8",
    "cache-control": "no-cache",
    "x-accel-buffering": "no",
}
KEEP_ALIVE = ":\n\n"
COMPLETE = "event: complete\ndata:\n\n"


class EventStream:
    """One request that is answered by events. Without `complete` at its end the client may come back."""

    def __init__(self, operations: Operations, hub: Hub, life: Life, send: Send) -> None:
        self._operations = operations
        self._hub = hub
        self._life = life
        self._send = send
        self._over = asyncio.Event()
        self._slot = Slot()
        self._is_following = False
        settings = operations.settings
        self._outbox = Outbox(
            self._write,
            self._over.set,
            frames=settings.queue_frames,
            characters=settings.queue_characters,
            eager=False,
        )
        self._locale = ""

    async def serve(self, scope: Scope, receive: Receive, headers: dict[str, str], read: Read) -> None:
        """Answer: what goes wrong at the door is plain HTTP, everything else is an event."""
        caller = caller_of(scope, headers, "sse")
        self._locale = self._operations.ports.locale(caller)
        try:
            async with AsyncExitStack() as stack:
                stack.callback(self._life.connection(self._leave))
                stack.callback(self._life.seat_at(caller.address))
                request = await read(scope, receive, headers)
                async with self._operations.in_time():
                    visitor = await open_session(stack, self._operations, caller, self._expire)
                stack.callback(self._life.seat_of(visitor.identity.key))
                operation = await self._admitted(request, visitor, scope["method"])
                await self._stream(receive, operation, visitor)
        except Gone:
            return
        except Exception as error:  # noqa: BLE001 - presented, which logs it
            errors = self._operations.refusal(error, self._locale)
            await refusal(error, errors, GRAPHQL_RESPONSE).send(self._send)

    def deliver(self, payload: str, *, newest_only: bool) -> None:
        """Send a result."""
        text = f"event: next\ndata: {payload}\n\n"
        if newest_only:
            self._outbox.put_newest(self._slot, text)
        else:
            self._outbox.put(text)

    async def room(self) -> None:
        """Wait for a slow client, but not for ever."""
        try:
            async with asyncio.timeout(self._operations.settings.slow_seconds):
                await self._outbox.room()
        except TimeoutError:
            self._over.set()

    def end(self, errors: Errors | None) -> None:
        """Send why it ends, if there is a reason, and that it does."""
        if errors:
            self._outbox.put(f"event: next\ndata: {orjson.dumps({'errors': errors}).decode()}\n\n")
        self._outbox.put(COMPLETE)
        self._over.set()

    async def _admitted(self, request: Request, visitor: Visitor, method: str) -> Operation | Errors:
        try:
            async with self._operations.in_time():
                operation = await self._operations.admitted(request, visitor)
        except Exception as error:
            if isinstance(error, EngineError) and error.about_the_door:
                raise
            return self._operations.refusal(error, self._locale)
        refuse_by_method(operation, method)
        return operation

    async def _stream(self, receive: Receive, operation: Operation | Errors, visitor: Visitor) -> None:
        await self._send({"type": "http.response.start", "status": 200, "headers": encoded(HEADERS)})
        self._outbox.put(KEEP_ALIVE)
        running = asyncio.create_task(self._run(operation, visitor))
        leaving = asyncio.create_task(self._until_gone(receive))
        try:
            await self._keep_alive()
            async with asyncio.timeout(self._operations.settings.slow_seconds):
                await self._outbox.flush()
            await self._send({"type": "http.response.body", "body": b""})
        except TimeoutError:
            return
        finally:
            self._outbox.abandon()
            leaving.cancel()
            if not _changes_something(operation):
                running.cancel()
            await asyncio.wait({running, leaving})

    async def _run(self, operation: Operation | Errors, visitor: Visitor) -> None:
        if not isinstance(operation, Operation):
            self.end(operation)
            return
        try:
            if operation.kind is OperationType.SUBSCRIPTION:
                await self._subscribe(operation, visitor)
                return
            async with self._operations.in_time():
                payload = await self._operations.answer(operation, visitor)
        except Exception as error:  # noqa: BLE001 - presented, which logs it
            self.end(self._operations.refusal(error, self._locale))
            return
        self.deliver(payload.decode(), newest_only=False)
        self.end(None)

    async def _subscribe(self, operation: Operation, visitor: Visitor) -> None:
        subscription = await self._hub.subscribe(operation, visitor, self)
        self._is_following = True
        if self._life.is_draining:
            self._over.set()
        try:
            await self._over.wait()
        finally:
            subscription.cancel()

    async def _keep_alive(self) -> None:
        while not self._over.is_set():
            try:
                async with asyncio.timeout(self._operations.settings.keep_alive_seconds):
                    await self._over.wait()
            except TimeoutError:
                if self._outbox.is_idle:
                    self._outbox.put(KEEP_ALIVE)

    async def _until_gone(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._outbox.abandon()
        self._over.set()

    def _leave(self) -> None:
        """The server goes down: what is being executed is answered, what is followed is left."""
        if self._is_following:
            self._over.set()

    def _expire(self) -> None:
        self.end(self._operations.refusal(Unauthenticated(), self._locale))

    async def _write(self, text: str) -> None:
        await self._send({"type": "http.response.body", "body": text.encode(), "more_body": True})


def _changes_something(operation: Operation | Errors) -> bool:
    """A mutation is carried through, heard or not."""
    return isinstance(operation, Operation) and operation.kind is OperationType.MUTATION
