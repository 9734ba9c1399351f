"""Tasks that belong to the engine and not to whoever happened to cause them."""

import asyncio
import contextvars
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

#: Seconds that taking leave may take at the end.
PARTING_SECONDS = 5.0


class Tasks:
    """Starts tasks in an empty context, so that no transaction or identity leaks into them, and ends them."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()
        self._parting: set[asyncio.Task[Any]] = set()

    def start(self, coroutine: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run the coroutine; its outcome is for whoever awaits the task, if anybody does."""
        return _started(coroutine, self._running)

    def start_parting(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine that takes leave of somebody; it is not cancelled when everything else is."""
        _started(coroutine, self._parting)

    async def finish(self) -> None:
        """Cancel what still runs and wait for it, and for those that take leave."""
        while self._running:
            running = tuple(self._running)
            for task in running:
                task.cancel()
            await asyncio.wait(running)
        if self._parting:
            await asyncio.wait(tuple(self._parting), timeout=PARTING_SECONDS)


def _started(coroutine: Coroutine[Any, Any, T], tasks: set[asyncio.Task[Any]]) -> asyncio.Task[T]:
    def ended(task: asyncio.Task[Any]) -> None:
        tasks.discard(task)
        if not task.cancelled():
            task.exception()  # asyncio complains of exceptions that nobody looked at

    task = asyncio.get_running_loop().create_task(coroutine, context=contextvars.Context())
    tasks.add(task)
    task.add_done_callback(ended)
    return task
