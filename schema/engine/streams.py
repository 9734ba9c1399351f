"""What a subscription resolver returns: a stream that is read, woken by a bus."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from schema.engine.ports import Bus

T = TypeVar("T")
Kind = Literal["state", "events"]


@dataclass(frozen=True, slots=True)
class Frame(Generic[T]):
    """One value of a stream, at its place in the stream's own sequence."""

    seq: int
    value: T
    #: Whether the stream ends with this frame.
    last: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream(Generic[T]):
    """A stream that can be read from any place in it.

    `state`: the newest wins. `read(None)` gives the state as it is, `read(n)` what came after n, perhaps
    merged; of several frames only the newest is sent.
    `events`: every one, once, in order. `read(n)` gives a page of what came after n, oldest first, and is
    asked again until it gives nothing; `read(None)` gives one frame that carries the cursor to go on from.

    A cursor that is ahead of the stream is the resolver's to refuse. `read` may fail and is tried again;
    a refusal that a client may know of (a `GraphQLError` whose code is not INTERNAL) ends the stream.
    """

    topic: str
    kind: Kind
    read: Callable[[int | None], Awaitable[Sequence[Frame[T]]]]
    #: The subscriber's cursor; None is "from now on".
    after: int | None = None
    #: The GraphQL name of the argument that `after` came from.
    resume_argument: str = "after"
    #: Called with 1 when a subscriber has joined and with -1 when she has gone. It must neither block nor raise.
    watched: Callable[[int], None] | None = None
    #: Only needed where the stream is iterated without the engine.
    bus: Bus | None = None

    def __aiter__(self) -> AsyncIterator[T]:
        return _values(self)


def tell_watched(stream: Stream[T], change: int) -> None:
    """Tell the stream's owner that a subscriber has come or gone."""
    if stream.watched is not None:
        stream.watched(change)


def unseen(kind: Kind, frames: Sequence[Frame[T]], position: int | None) -> list[Frame[T]]:
    """The frames behind `position`; of a state stream only the newest of them."""
    new = [frame for frame in frames if position is None or frame.seq > position]
    return new[-1:] if kind == "state" else new


async def _values(stream: Stream[T]) -> AsyncIterator[T]:
    if stream.bus is None:
        raise RuntimeError("A stream without a bus can only be subscribed to through the engine.")
    woken = asyncio.Event()
    unsubscribe = await stream.bus.subscribe(stream.topic, lambda _head: woken.set())
    try:
        position = stream.after
        while True:
            woken.clear()
            frames = unseen(stream.kind, await stream.read(position), position)
            for frame in frames:
                position = frame.seq
                yield frame.value
                if frame.last:
                    return
            if not frames or stream.kind == "state":
                await woken.wait()
    finally:
        await unsubscribe()
