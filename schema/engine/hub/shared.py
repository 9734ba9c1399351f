"""Subscriptions that get the same: one execution and one serialisation per frame for all of them."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from schema.engine.hub.pump import Pump
from schema.engine.hub.source import Errors, Receiver, Source
from schema.engine.streams import Frame, Stream, tell_watched, unseen
from schema.engine.tasks import Tasks

#: Members that are served before other work gets its turn.
TURN = 500


@dataclass(frozen=True, slots=True)
class Opening:
    """What somebody without a cursor gets first. `seq` is None while the stream has nothing to show."""

    seq: int | None
    payload: str = ""
    is_last: bool = False


class Member:
    """One subscriber of a channel."""

    __slots__ = ("_channel", "is_gone", "receiver")

    def __init__(self, channel: "Channel", receiver: Receiver) -> None:
        self._channel = channel
        self.receiver = receiver
        self.is_gone = False

    def cancel(self) -> None:
        """Leave; the last one out ends the channel."""
        self.is_gone = True
        self._channel.leave(self)


class Channel:
    """One shared subscription. It belongs to the hub and lives while it has members or expects one."""

    def __init__(self, source: Source, tasks: Tasks, on_closed: Callable[[], None]) -> None:
        self._source = source
        self._tasks = tasks
        self._on_closed = on_closed
        self._pump: Pump | None = None
        self._members: dict[Member, int | None] = {}
        self._expected = 0
        self._is_closed = False
        self._errors: Errors | None = None
        self._opening: Opening | None = None
        self._opening_task: asyncio.Task[Opening] | None = None
        #: The last frames handed out, all of those after `_kept_since`.
        self._kept: deque[tuple[int, str]] = deque()
        self._kept_since: int | None = None
        self._answers: OrderedDict[int, asyncio.Task[str]] = OrderedDict()
        self._most_kept = source.operations.settings.kept_frames
        self._started = tasks.start(self._start())

    @contextmanager
    def expecting(self) -> Iterator[None]:
        """Keeps the channel open for somebody who is about to join."""
        self._expected += 1
        try:
            yield
        finally:
            self._expected -= 1
            self._close_if_empty()

    async def started(self) -> None:
        """Wait until the stream is open; raises what its resolver raised."""
        await asyncio.shield(self._started)

    async def join(self, member: Member) -> None:
        """Begin with the state as it is, or with a cursor for "from now on"."""
        while True:
            opening = await self._current_opening()
            if self._has_joined(member, opening.seq, opening):
                return

    async def catch_up(self, member: Member, source: Source, stream: Stream[Any]) -> None:
        """Begin behind the cursor: what was missed privately, then together with the others."""
        position = stream.after
        while not self._has_joined(member, position):
            head = self._position
            frames = unseen(stream.kind, await source.read(stream, position), position)
            for frame in frames:
                payload = await self._answer(frame)
                await self._deliver(member, payload, stream)
                position = frame.seq
                if frame.last:
                    member.receiver.end(None)
                    return
            if not frames and head is not None and (position is None or head > position):
                # Nothing between the cursor and the head is left to be read.
                position = head

    def leave(self, member: Member) -> None:
        """Forget the member."""
        if member in self._members:
            del self._members[member]
            self._tell_watched(-1)
        self._close_if_empty()

    def close(self) -> None:
        """End everything that the channel has going; nobody is told."""
        self._leave_the_hub()
        for task in (self._started, self._opening_task, *self._answers.values()):
            if task is not None:
                task.cancel()

    @property
    def _position(self) -> int | None:
        return self._pump.position if self._pump else None

    async def _start(self) -> None:
        stream = await self._source.stream()
        if not isinstance(stream, Stream):
            raise TypeError("Only a Stream can be shared.")
        self._pump = Pump(self._source, stream, self._tasks, hand_on=self._hand_on, end=self._end)
        await self._pump.connect()
        # A cursor that the first subscriber brought is hers; the channel begins at the head.
        self._pump.position = None
        opening = await self._read_opening()
        self._opening = opening
        self._pump.position = self._kept_since = opening.seq
        self._pump.start()

    async def _current_opening(self) -> Opening:
        if self._opening is None or _is_behind(self._opening.seq, self._position):
            if self._opening_task is None or self._opening_task.done():
                self._opening_task = self._tasks.start(self._read_opening())
            self._opening = await asyncio.shield(self._opening_task)
        return self._opening

    async def _read_opening(self) -> Opening:
        if self._pump is None:
            raise RuntimeError("The channel has not started.")
        frames = unseen("state", await self._source.read(self._pump.stream, None), None)
        if not frames:
            return Opening(None)
        return Opening(frames[0].seq, await self._source.answer(frames[0].value), frames[0].last)

    def _has_joined(self, member: Member, position: int | None, opening: Opening | None = None) -> bool:
        """Join, if what is kept reaches back to the position. Nothing may be awaited from here to there."""
        receiver = member.receiver
        if self._errors is not None:
            receiver.end(self._errors)
            return True
        if _is_behind(position, self._position) and _is_behind(position, self._kept_since):
            return False
        if opening and opening.seq is not None:
            receiver.deliver(opening.payload, newest_only=self._newest_only)
        for seq, payload in self._missed(position):
            receiver.deliver(payload, newest_only=self._newest_only)
            position = seq
        if self._is_closed or (opening and opening.is_last):
            receiver.end(None)
        elif not member.is_gone:
            self._members[member] = position
            self._tell_watched(1)
        return True

    def _missed(self, position: int | None) -> list[tuple[int, str]]:
        missed = [(seq, payload) for seq, payload in self._kept if position is None or seq > position]
        return missed[-1:] if self._newest_only else missed

    @property
    def _newest_only(self) -> bool:
        return self._pump is not None and self._pump.stream.kind == "state"

    async def _deliver(self, member: Member, payload: str, stream: Stream[Any]) -> None:
        if stream.kind == "events":
            await member.receiver.room()
        member.receiver.deliver(payload, newest_only=stream.kind == "state")

    async def _answer(self, frame: Frame[Any]) -> str:
        """The frame's text, made once however many ask for it."""
        task = self._answers.get(frame.seq)
        if task is None:
            task = self._answers[frame.seq] = self._tasks.start(self._source.answer(frame.value))
            if len(self._answers) > self._most_kept:
                self._answers.popitem(last=False)
        return await asyncio.shield(task)

    async def _hand_on(self, frame: Frame[Any]) -> None:
        payload = await self._answer(frame)
        if self._pump is None:
            return
        self._pump.position = frame.seq
        self._keep(frame.seq, payload)
        newest_only = self._newest_only
        for count, (member, position) in enumerate(tuple(self._members.items()), start=1):
            if not member.is_gone and _is_behind(position, frame.seq):
                self._members[member] = frame.seq
                member.receiver.deliver(payload, newest_only=newest_only)
            if count % TURN == 0:
                await asyncio.sleep(0)

    def _keep(self, seq: int, payload: str) -> None:
        if self._newest_only:
            # The newest state stands for all before it, however far back.
            self._kept.clear()
        self._kept.append((seq, payload))
        if len(self._kept) > self._most_kept:
            self._kept_since, _ = self._kept.popleft()

    def _end(self, errors: Errors | None) -> None:
        self._errors = errors
        members = tuple(self._members)
        self._leave_the_hub()
        for member in members:
            member.receiver.end(errors)

    def _close_if_empty(self) -> None:
        if not self._members and not self._expected:
            self.close()

    def _tell_watched(self, change: int) -> None:
        if self._pump is not None and change:
            tell_watched(self._pump.stream, change)

    def _leave_the_hub(self) -> None:
        self._tell_watched(-len(self._members))
        self._members.clear()
        if not self._is_closed:
            self._is_closed = True
            self._on_closed()
        if self._pump is not None:
            self._pump.stop()


def _is_behind(position: int | None, other: int | None) -> bool:
    return other is not None and (position is None or position < other)
