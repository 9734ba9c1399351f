"""How long a connection may go on: until its identity expires or is ended."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from schema.engine.errors import Unauthenticated
from schema.engine.operations import Operations, Visitor
from schema.engine.ports import Caller, Identity

#: Longest wait of one timer in seconds; event loops do not take much longer ones well.
LONGEST_TIMER = 3600.0


@asynccontextmanager
async def session(operations: Operations, caller: Caller, expire: Callable[[], None]) -> AsyncIterator[Visitor]:
    """The visitor behind a connection; `expire` is called when she may not go on. Raises `Unauthenticated`.

    She is identified again once the bus listens to what may end her: a sign-out in between is not missed.
    """
    visitor = await operations.visitor(caller)
    async with AsyncExitStack() as stack:
        for topic in visitor.identity.ended_topics:
            unsubscribe = await operations.ports.bus.subscribe(topic, lambda _head: expire())
            stack.push_async_callback(unsubscribe)
        if visitor.identity.ended_topics:
            visitor = await operations.visitor(caller)
        stack.callback(_expiry(visitor.identity, expire))
        yield visitor


def _expiry(identity: Identity, expire: Callable[[], None]) -> Callable[[], None]:
    """Start the timer; returns how to stop it."""
    if identity.expires_at is None:
        return lambda: None
    expires_at = identity.expires_at
    if expires_at <= time.time():
        raise Unauthenticated
    loop = asyncio.get_running_loop()
    timer: asyncio.TimerHandle | None = None

    def check() -> None:
        nonlocal timer
        left = expires_at - time.time()
        if left <= 0:
            expire()
        else:
            timer = loop.call_later(min(left, LONGEST_TIMER), check)

    check()
    return lambda: timer.cancel() if timer else None
