"""How long a connection may go on: until its identity expires or is ended."""

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack

from schema.engine.errors import Unauthenticated
from schema.engine.operations import Operations, Visitor
from schema.engine.ports import Caller

#: Longest wait of one timer in seconds; event loops do not take much longer ones well.
LONGEST_TIMER = 3600.0


async def open_session(
    stack: AsyncExitStack, operations: Operations, caller: Caller, expire: Callable[[], None]
) -> Visitor:
    """The visitor behind a connection; until the stack is left, `expire` is called when she may not go on.

    She is identified again once the bus listens to what may end her: a sign-out in between is not missed.
    Raises `Unauthenticated`.
    """
    visitor = await operations.visitor(caller)
    for topic in visitor.identity.ended_topics:
        stack.push_async_callback(await operations.ports.bus.subscribe(topic, lambda _head: expire()))
    if visitor.identity.ended_topics:
        visitor = await operations.visitor(caller)
    if visitor.identity.expires_at is not None:
        stack.callback(_Expiry(visitor.identity.expires_at, expire).stop)
    return visitor


class _Expiry:
    """A timer that follows the clock on the wall."""

    __slots__ = ("_at", "_expire", "_timer")

    def __init__(self, at: float, expire: Callable[[], None]) -> None:
        if at <= time.time():
            raise Unauthenticated
        self._at = at
        self._expire = expire
        self._timer: asyncio.TimerHandle
        self._check()

    def stop(self) -> None:
        """Expire no more."""
        self._timer.cancel()

    def _check(self) -> None:
        left = self._at - time.time()
        if left <= 0:
            self._expire()
        else:
            self._timer = asyncio.get_running_loop().call_later(min(left, LONGEST_TIMER), self._check)
