"""A socket from its handshake to its close."""

import asyncio
from contextlib import AsyncExitStack, suppress
from typing import Any

import orjson
from starlette.types import Message, Receive, Scope, Send

from schema.engine.endpoint.life import Life
from schema.engine.endpoint.session import open_session
from schema.engine.endpoint.websocket.messages import (
    BAD_MESSAGE,
    DUPLICATE,
    FORBIDDEN,
    GOING_DOWN,
    GOODBYE_SECONDS,
    LONGEST_REASON,
    NOT_INITIALISED,
    PROTOCOL,
    TOO_MANY,
    TOO_SLOW,
    TRY_AGAIN_LATER,
    WRONG_PROTOCOL,
    Closing,
    caller_in,
    decoded,
    id_of,
    payload_of,
)
from schema.engine.endpoint.websocket.operation import SocketOperation
from schema.engine.errors import Malformed, RateLimited, TooComplex, Unauthenticated
from schema.engine.hub import Hub
from schema.engine.operations import Operations, Visitor, well_formed
from schema.engine.outbox import Outbox


class SocketEndpoint:
    """The ASGI app behind the WebSocket route."""

    def __init__(self, operations: Operations, hub: Hub, life: Life) -> None:
        self._operations = operations
        self._hub = hub
        self._life = life

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one socket until it is closed from either side."""
        await receive()
        if PROTOCOL not in scope["subprotocols"]:
            await send({"type": "websocket.accept"})
            await send({"type": "websocket.close", "code": WRONG_PROTOCOL, "reason": f"Speak {PROTOCOL}."})
            return
        await send({"type": "websocket.accept", "subprotocol": PROTOCOL})
        await Socket(self._operations, self._hub, self._life, scope, receive, send).serve()


class Socket:
    """One socket. While nothing happens on it, it has one task, which waits for the client."""

    def __init__(
        self, operations: Operations, hub: Hub, life: Life, scope: Scope, receive: Receive, send: Send
    ) -> None:
        self.operations = operations
        self.hub = hub
        settings = operations.settings
        self._settings = settings
        self._life = life
        self._scope = scope
        self._receive = receive
        self._send = send
        self.outbox = Outbox(
            self._write,
            lambda: self.close(TOO_SLOW, "Too slow: come back with your cursor."),
            frames=settings.queue_frames,
            characters=settings.queue_characters,
            eager=True,
        )
        self.running: dict[str, SocketOperation] = {}
        self._visitor: Visitor | None = None
        self._closing: asyncio.Task[None] | None = None
        self._is_cut = False
        self._main: asyncio.Task[Any] | None = None

    async def serve(self) -> None:
        """Listen until the socket is closed, then leave nothing behind."""
        self._main = asyncio.current_task()
        address = (self._scope.get("client") or ("",))[0]
        try:
            async with AsyncExitStack() as stack:
                stack.callback(self._life.connection(self.go_away))
                stack.push_async_callback(self._clean_up)
                await self._listen(stack, address)
        except asyncio.CancelledError:
            if not self._is_cut:
                raise

    def close(self, code: int, reason: str) -> None:
        """Say goodbye once the message that is being written has been taken; the first goodbye counts."""
        if self._closing is None:
            self._closing = asyncio.get_running_loop().create_task(self._say_goodbye(code, reason))

    def go_away(self) -> None:
        """Say goodbye once what is being executed has been answered."""
        if self._closing is None:
            self._closing = asyncio.get_running_loop().create_task(self._finish_and_leave())

    def tell(self, message: dict[str, Any]) -> None:
        """Send a message of the protocol."""
        self.outbox.put(orjson.dumps(message).decode())

    async def room(self) -> None:
        """Wait for a slow client, but not for ever."""
        try:
            async with asyncio.timeout(self._settings.slow_seconds):
                await self.outbox.room()
        except TimeoutError:
            self.close(TOO_SLOW, "Too slow: come back with your cursor.")

    @property
    def visitor(self) -> Visitor:
        """Who is on this socket; closes it if nobody said."""
        if self._visitor is None:
            raise Closing(NOT_INITIALISED, "Unauthorized")
        return self._visitor

    async def _listen(self, stack: AsyncExitStack, address: str) -> None:
        loop = asyncio.get_running_loop()
        late = loop.call_later(self._settings.init_seconds, self.close, TOO_SLOW, "Connection initialisation timeout")
        stack.callback(late.cancel)
        if self._life.is_draining:
            self.go_away()
        try:
            stack.callback(self._life.seat_at(address))
        except RateLimited:
            self.close(TOO_MANY, "Too many sockets from this address.")
        while (message := await self._receive())["type"] != "websocket.disconnect":
            if self._closing is None:
                try:
                    await self._take(message, stack, late)
                except Closing as closing:
                    self.close(closing.code, closing.reason)

    async def _take(self, message: Message, stack: AsyncExitStack, late: asyncio.TimerHandle) -> None:
        content = decoded(message, self._settings.frame_bytes)
        match content.get("type"):
            case "connection_init":
                late.cancel()
                await self._initialise(content, stack)
            case "subscribe":
                self._subscribe(content)
            case "complete":
                operation = self.running.get(id_of(content))
                if operation is not None:
                    operation.cancel()
            case "ping":
                self.tell({"type": "pong", **payload_of(content)})
            case "pong":
                payload_of(content)
            case _:
                raise Closing(BAD_MESSAGE, "Invalid message: unknown type")

    async def _initialise(self, content: dict[str, Any], stack: AsyncExitStack) -> None:
        if self._visitor is not None:
            raise Closing(TOO_MANY, "Too many initialisation requests")
        caller = caller_in(self._scope, payload_of(content).get("payload") or {})
        operations = self.operations
        try:
            async with operations.in_time():
                visitor = await open_session(stack, operations, caller, self._expire)
                stack.callback(self._life.seat_of(visitor.identity.key))
                await operations.ports.admit(visitor.identity, caller, self._settings.socket_cost)
        except Unauthenticated:
            raise Closing(FORBIDDEN, "Forbidden") from None
        except RateLimited:
            raise Closing(TOO_MANY, "Too many sockets") from None
        except Exception as error:  # noqa: BLE001 - presented, which logs it
            operations.presented(error, operations.ports.locale(caller))
            raise Closing(TRY_AGAIN_LATER, "Come back later") from None
        self._visitor = visitor
        self.tell({"type": "connection_ack"})

    def _subscribe(self, content: dict[str, Any]) -> None:
        visitor = self.visitor
        operation_id = id_of(content)
        try:
            request = well_formed(content.get("payload"))
        except Malformed as error:
            raise Closing(BAD_MESSAGE, f"Invalid message: {error.message}") from None
        if operation_id in self.running:
            raise Closing(DUPLICATE, f"Subscriber for {operation_id} already exists")
        operation = SocketOperation(self, operation_id)
        if len(self.running) >= self._settings.operations_per_socket:
            most = self._settings.operations_per_socket
            too_many = TooComplex(f"A socket runs at most {most} operations at once.")
            operation.end(self.operations.refusal(too_many, visitor.locale))
            return
        self.running[operation_id] = operation
        operation.start(request, visitor)

    async def _say_goodbye(self, code: int, reason: str) -> None:
        short = reason.encode()[:LONGEST_REASON].decode(errors="ignore")
        try:
            async with asyncio.timeout(self._settings.slow_seconds):
                await self.outbox.close()
                await self._send({"type": "websocket.close", "code": code, "reason": short})
            await asyncio.sleep(GOODBYE_SECONDS)
        except Exception:  # noqa: BLE001 - whatever the server raises, the connection is gone or stuck
            self.outbox.abandon()
        self._is_cut = True
        if self._main is not None:
            self._main.cancel()

    async def _finish_and_leave(self) -> None:
        executing = [operation.task for operation in self.running.values() if operation.task]
        if executing:
            await asyncio.wait(executing, timeout=self._settings.operation_seconds)
        with suppress(TimeoutError):
            async with asyncio.timeout(self._settings.slow_seconds):
                await self.outbox.flush()
        await self._say_goodbye(GOING_DOWN, "The server is going down: come back with your cursor.")

    async def _clean_up(self) -> None:
        self.outbox.abandon()
        tasks = [operation.cancel() for operation in tuple(self.running.values())]
        if self._closing is not None and not self._is_cut:
            self._closing.cancel()
        waiting = [task for task in (*tasks, self._closing) if task is not None]
        if waiting:
            await asyncio.wait(waiting)

    def _expire(self) -> None:
        self.close(FORBIDDEN, "Forbidden")

    async def _write(self, text: str) -> None:
        await self._send({"type": "websocket.send", "text": text})
