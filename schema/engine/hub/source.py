"""Where the frames of a subscription come from, and how one becomes the text that is sent."""

import asyncio
from collections.abc import AsyncIterable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from graphql import ExecutionResult, create_source_event_stream

from schema.engine.errors import Refused
from schema.engine.operations import Operation, Operations, as_graphql_error, is_internal
from schema.engine.streams import Frame, Stream

Errors = list[dict[str, Any]]


class Receiver(Protocol):
    """One client's end of one subscription."""

    def deliver(self, payload: str, *, newest_only: bool) -> None:
        """Send a frame; with `newest_only` it may take the place of one that still waits. Never blocks."""

    async def room(self) -> None:
        """Wait until the client has taken enough of what was sent."""

    def end(self, errors: Errors | None) -> None:
        """Tell that nothing follows, or why."""


class Subscription(Protocol):
    """A subscription that runs."""

    def cancel(self) -> None:
        """End it without a word; harmless when it has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A subscription operation and the contexts in which its frames are answered."""

    operations: Operations
    operation: Operation
    locale: str
    context: Callable[[], Any]

    async def stream(self) -> AsyncIterable[Any]:
        """Run the subscription's resolver; raises `Refused` with what it raised."""
        async with self.operations.in_time():
            executor = self.operations.executor(self.operation, self.context())
            found = create_source_event_stream(executor)
            stream = found if isinstance(found, AsyncIterable | ExecutionResult) else await found
        if isinstance(stream, ExecutionResult):
            raise Refused(*stream.errors or ())
        return stream

    async def read(self, stream: Stream[Any], position: int | None) -> Sequence[Frame[Any]]:
        """Read until it succeeds: a database that is away for a while only makes a push late.

        Raises `Refused` where the stream refuses to go on, in words for clients.
        """
        pauses = self._pauses()
        while True:
            try:
                async with self.operations.in_time():
                    return await stream.read(position)
            except Exception as error:  # noqa: BLE001 - presented, which logs it
                if not is_internal(self.operations.presented(error, self.locale)):
                    raise Refused(as_graphql_error(error)) from None
            await asyncio.sleep(next(pauses))

    async def answer(self, value: object) -> str:
        """Execute the operation on one frame's value; the JSON of its result.

        What fails inside is tried again for a while, for an event that was answered with an error is lost.
        """
        clock = asyncio.get_running_loop().time
        give_up_at = clock() + self.operations.settings.frame_patience_seconds
        pauses = self._pauses()
        while True:
            body, has_failed = await self._answer_once(value)
            if not has_failed or clock() >= give_up_at:
                return body.decode()
            await asyncio.sleep(next(pauses))

    async def _answer_once(self, value: object) -> tuple[bytes, bool]:
        try:
            async with self.operations.in_time():
                result = await self.operations.run(self.operation, self.context(), value)
        except Exception as error:  # noqa: BLE001 - presented, which logs it
            result = ExecutionResult(None, [as_graphql_error(error)])
        return self.operations.encoded(result, self.locale)

    def _pauses(self) -> Iterator[float]:
        pause = self.operations.settings.retry_seconds
        while True:
            yield pause
            pause = min(2 * pause, self.operations.settings.retry_seconds_at_most)
