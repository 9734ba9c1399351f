"""Subscriptions that nobody shares: what the viewer sees is hers."""

import asyncio
from collections.abc import AsyncIterable
from contextlib import AsyncExitStack
from typing import Any

from schema.engine.hub.pump import Pump
from schema.engine.hub.source import Errors, Receiver, Source
from schema.engine.streams import Frame, Stream, tell_watched
from schema.engine.tasks import Tasks


class PrivateSubscription:
    """One viewer's own reading of a stream. It goes as fast as her socket takes it; the rest waits unread."""

    def __init__(self, source: Source, stream: Stream[Any], receiver: Receiver, tasks: Tasks) -> None:
        self._source = source
        self._receiver = receiver
        self._newest_only = stream.kind == "state"
        self._stream = stream
        self._is_watching = False
        self._pump = Pump(source, stream, tasks, hand_on=self._hand_on, end=self._end)

    async def start(self) -> None:
        """Listen, then read."""
        await self._pump.connect()
        self._is_watching = True
        tell_watched(self._stream, 1)
        self._pump.start()

    def cancel(self) -> None:
        """Stop reading."""
        self._pump.stop()
        self._stop_watching()

    def _end(self, errors: Errors | None) -> None:
        self._stop_watching()
        self._receiver.end(errors)

    def _stop_watching(self) -> None:
        if self._is_watching:
            self._is_watching = False
            tell_watched(self._stream, -1)

    async def _hand_on(self, frame: Frame[Any]) -> None:
        payload = await self._source.answer(frame.value)
        if not self._newest_only:
            await self._receiver.room()
        self._receiver.deliver(payload, newest_only=self._newest_only)


class PlainSubscription:
    """The frames of an asynchronous iterable that is no `Stream`: no cursor, no sharing, no second try."""

    def __init__(self, source: Source, values: AsyncIterable[Any], receiver: Receiver, tasks: Tasks) -> None:
        self._source = source
        self._values = values
        self._receiver = receiver
        self._task: asyncio.Task[None] = tasks.start(self._run())

    def cancel(self) -> None:
        """Stop; the iterable's own `finally` runs."""
        self._task.cancel()

    async def _run(self) -> None:
        try:
            async with AsyncExitStack() as stack:
                if hasattr(self._values, "aclose"):
                    stack.push_async_callback(self._values.aclose)
                async for value in self._values:
                    payload = await self._source.answer(value)
                    await self._receiver.room()
                    self._receiver.deliver(payload, newest_only=False)
        except Exception as error:  # noqa: BLE001 - presented, which logs it
            self._receiver.end(self._source.operations.refusal(error, self._source.locale))
        else:
            self._receiver.end(None)
