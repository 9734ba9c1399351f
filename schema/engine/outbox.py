"""Messages on their way to one client, as fast as it takes them and never more than a bounded number."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import Any

Write = Callable[[str], Coroutine[Any, Any, None]]


class Slot:
    """A place in the queue whose message may be replaced by a newer one while it waits."""

    __slots__ = ("text",)

    def __init__(self) -> None:
        self.text: str | None = None


class Outbox:
    """The queue in front of one connection.

    While the connection takes messages at once nothing is queued and no task runs: `put` writes in the
    caller's own step. `overflow` is called once, when a client that does not read has filled the queue.
    """

    __slots__ = (
        "_characters",
        "_closed",
        "_eager",
        "_most_characters",
        "_most_frames",
        "_overflow",
        "_queue",
        "_room",
        "_write",
        "_writer",
    )

    def __init__(
        self, write: Write, overflow: Callable[[], None], *, frames: int, characters: int, eager: bool
    ) -> None:
        self._write = write
        self._overflow = overflow
        self._most_frames = frames
        self._most_characters = characters
        #: Whether a write may be started outside a task of its own; see `_begun`.
        self._eager = eager
        # A list, for there is one for each socket and it is mostly empty: an empty deque is ten times as large.
        self._queue: list[str | Slot] = []
        self._characters = 0
        self._writer: asyncio.Task[None] | None = None
        self._room: asyncio.Future[None] | None = None
        self._closed = False

    def put(self, text: str) -> None:
        """Send after everything that waits; does nothing once closed."""
        if self._closed or self._written_at_once(text):
            return
        self._queue.append(text)
        self._added(len(text))

    def put_newest(self, slot: Slot, text: str) -> None:
        """Send, or replace what still waits in the same slot."""
        if self._closed:
            return
        if slot.text is not None:
            self._characters -= len(slot.text)
            slot.text = text
            self._added(len(text))
        elif not self._written_at_once(text):
            slot.text = text
            self._queue.append(slot)
            self._added(len(text))

    @property
    def is_idle(self) -> bool:
        """Whether everything has been handed to the connection."""
        return self._writer is None

    async def room(self) -> None:
        """Wait until at most half of the queue is taken, or the outbox is closed."""
        while not self._closed and self._is_filling():
            if self._room is None:
                self._room = asyncio.get_running_loop().create_future()
            await asyncio.shield(self._room)

    async def close(self) -> None:
        """Forget what waits; returns when the message that is being written has been taken."""
        self._forget()
        await self.flush()

    async def flush(self) -> None:
        """Wait until everything has been handed to the connection."""
        if self._writer is not None:
            await asyncio.wait({self._writer})

    def abandon(self) -> None:
        """Forget everything, also the message that is being written."""
        self._forget()
        if self._writer is not None:
            self._writer.cancel()

    def _written_at_once(self, text: str) -> bool:
        if self._writer is not None:
            return False
        try:
            unfinished = _begun(self._write(text)) if self._eager else self._write(text)
        except Exception:  # noqa: BLE001 - whatever the server raises, the connection is gone
            self._closed = True
            return True
        if unfinished is not None:
            self._writer = asyncio.get_running_loop().create_task(self._drain(unfinished))
        return True

    def _added(self, characters: int) -> None:
        self._characters += characters
        if len(self._queue) > self._most_frames or self._characters > self._most_characters:
            self._forget()
            self._overflow()

    def _forget(self) -> None:
        self._closed = True
        self._queue.clear()
        self._characters = 0
        self._make_room()

    def _is_filling(self) -> bool:
        return 2 * len(self._queue) > self._most_frames or 2 * self._characters > self._most_characters

    def _make_room(self) -> None:
        if self._room is not None:
            self._room.set_result(None)
            self._room = None

    async def _drain(self, unfinished: Awaitable[None]) -> None:
        try:
            await unfinished
            while self._queue:
                await self._write(self._taken())
        except Exception:  # noqa: BLE001 - whatever the server raises, the connection is gone
            self._forget()
        finally:
            self._writer = None
            self._make_room()

    def _taken(self) -> str:
        item = self._queue.pop(0)
        if isinstance(item, Slot):
            text, item.text = item.text or "", None
        else:
            text = item
        self._characters -= len(text)
        if not self._is_filling():
            self._make_room()
        return text


def _begun(coroutine: Coroutine[Any, Any, None]) -> Awaitable[None] | None:
    """Run a coroutine up to where it waits; None if it never does.

    A broadcast to thousands of sockets that all can take it would otherwise cost a task for each.
    """
    try:
        waited_for = coroutine.send(None)
    except StopIteration:
        return None
    return _Rest(coroutine, waited_for)


class _Rest:
    """The rest of a coroutine that has been begun, to be awaited in a task."""

    __slots__ = ("_coroutine", "_waited_for")

    def __init__(self, coroutine: Coroutine[Any, Any, None], waited_for: Any) -> None:
        self._coroutine = coroutine
        self._waited_for = waited_for

    def __await__(self) -> Generator[Any, Any, None]:
        # The future that the coroutine waits for is marked as awaited; the task takes it as its own.
        try:
            yield self._waited_for
        except BaseException as error:
            self._coroutine.throw(error)
            raise
        yield from self._coroutine.__await__()
