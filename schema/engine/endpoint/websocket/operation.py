"""One operation on a socket."""

import asyncio
from typing import Any, Protocol

import orjson
from graphql import OperationType

from schema.engine.hub import Errors, Hub, Subscription
from schema.engine.operations import Operations, Request, Visitor
from schema.engine.outbox import Outbox, Slot


class Wire(Protocol):
    """The socket, as its operations see it."""

    operations: Operations
    hub: Hub
    outbox: Outbox
    running: dict[str, "SocketOperation"]

    def tell(self, message: dict[str, Any]) -> None:
        """Send a message of the protocol."""

    async def room(self) -> None:
        """Wait for a slow client, but not for ever."""


class SocketOperation:
    """One operation on a socket; the receiver of its results."""

    __slots__ = ("_changes_something", "_head", "_id", "_is_over", "_slot", "_socket", "_subscription", "task")

    def __init__(self, socket: Wire, operation_id: str) -> None:
        self._socket = socket
        self._id = operation_id
        self._head = f'{{"id":{orjson.dumps(operation_id).decode()},"type":"next","payload":'
        self._slot = Slot()
        self._subscription: Subscription | None = None
        #: What is being executed; None while frames are awaited.
        self.task: asyncio.Task[None] | None = None
        self._is_over = False
        self._changes_something = False

    def start(self, request: Request, visitor: Visitor) -> None:
        """Run it beside the others."""
        self.task = asyncio.get_running_loop().create_task(self._run(request, visitor))

    def deliver(self, payload: str, *, newest_only: bool) -> None:
        """Send a result; only the id is this client's own."""
        if self._is_over:
            return
        text = f"{self._head}{payload}}}"
        if newest_only:
            self._socket.outbox.put_newest(self._slot, text)
        else:
            self._socket.outbox.put(text)

    async def room(self) -> None:
        """Wait for a slow client."""
        await self._socket.room()

    def end(self, errors: Errors | None) -> None:
        """Tell the client that the operation is over, and forget it."""
        if self._is_over:
            return
        message = {"type": "error", "payload": errors} if errors else {"type": "complete"}
        self._socket.tell({"id": self._id, **message})
        self._forget()

    def cancel(self) -> asyncio.Task[None] | None:
        """End it without a word; returns the task that is ending. A mutation is carried through, unheard."""
        self._forget()
        if self.task is not None and not self._changes_something:
            self.task.cancel()
        return self.task

    def _forget(self) -> None:
        self._is_over = True
        if self._socket.running.get(self._id) is self:
            del self._socket.running[self._id]
        if self._subscription is not None:
            self._subscription.cancel()

    async def _run(self, request: Request, visitor: Visitor) -> None:
        operations = self._socket.operations
        try:
            async with operations.in_time():
                operation = await operations.admitted(request, visitor)
                self._changes_something = operation.kind is OperationType.MUTATION
                if operation.kind is not OperationType.SUBSCRIPTION:
                    payload = await operations.answer(operation, visitor)
                    self.deliver(payload.decode(), newest_only=False)
                    self.end(None)
                    return
            self._subscription = await self._socket.hub.subscribe(operation, visitor, self)
            if self._is_over:
                self._subscription.cancel()
        except Exception as error:  # noqa: BLE001 - presented, which logs it
            self.end(operations.refusal(error, visitor.locale))
        finally:
            self.task = None
