"""Keeps a stream flowing: whenever the bus wakes it, it reads what came and hands it on, once and in order."""

import asyncio
import math
from collections.abc import Awaitable, Callable
from typing import Any

from schema.engine.hub.source import Errors, Source
from schema.engine.ports import Unsubscribe
from schema.engine.streams import Frame, Stream, unseen
from schema.engine.tasks import Tasks

HandOn = Callable[[Frame[Any]], Awaitable[None]]


class Pump:
    """Reads one stream. While nothing happens it has no task, only its place in the bus."""

    def __init__(
        self,
        source: Source,
        stream: Stream[Any],
        tasks: Tasks,
        *,
        hand_on: HandOn,
        end: Callable[[Errors | None], None],
    ) -> None:
        """Call `hand_on` with every frame behind `stream.after`, and `end` once if the stream ends itself."""
        self.stream = stream
        #: The place of the last frame that was handed on.
        self.position = stream.after
        self._source = source
        self._tasks = tasks
        self._hand_on = hand_on
        self._end = end
        #: Up to where there is something to read; None when there is nothing to do.
        self._wanted: float | None = None
        self._is_started = False
        self._is_stopped = False
        self._running: asyncio.Task[None] | None = None
        self._unsubscribe: Unsubscribe | None = None

    async def connect(self) -> None:
        """Begin to listen to the bus. Start only after this: what is published in between is not lost."""
        self._unsubscribe = await self._source.operations.ports.bus.subscribe(self.stream.topic, self._wake)

    def start(self) -> None:
        """Read everything behind `position`, then whatever the bus tells of."""
        self._is_started = True
        self._read_up_to(math.inf)

    def stop(self) -> None:
        """Hand on nothing more and leave the bus."""
        self._is_stopped = True
        if self._running is not None:
            self._running.cancel()
        if self._unsubscribe is not None:
            self._tasks.start_parting(_called(self._unsubscribe))
            self._unsubscribe = None

    def _wake(self, head: int) -> None:
        if self._is_started and (self.position is None or head > self.position):
            self._read_up_to(head)

    def _read_up_to(self, place: float) -> None:
        if self._is_stopped:
            return
        self._wanted = max(place, self._wanted or place)
        if self._running is None:
            self._running = self._tasks.start(self._run())

    async def _run(self) -> None:
        errors: Errors | None = None
        try:
            has_ended = await self._has_ended()
        except Exception as error:  # noqa: BLE001 - presented, which logs it
            has_ended, errors = True, self._source.operations.refusal(error, self._source.locale)
        self._running = None
        if has_ended:
            self._end(errors)

    async def _has_ended(self) -> bool:
        while self._wanted is not None:
            wanted, self._wanted = self._wanted, None
            frames = unseen(self.stream.kind, await self._source.read(self.stream, self.position), self.position)
            for frame in frames:
                await self._hand_on(frame)
                self.position = frame.seq
                if frame.last:
                    return True
            if frames and self.stream.kind == "events" and frames[-1].seq < wanted:
                self._wanted = max(wanted, self._wanted or wanted)
        return False


async def _called(unsubscribe: Unsubscribe) -> None:
    await unsubscribe()
