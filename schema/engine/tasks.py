"""Tasks that belong to the engine and not to whoever happened to cause them."""

import asyncio
import contextvars
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Tasks:
    """Starts tasks in an empty context, so that no transaction or identity leaks into them, and ends them."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    def start(self, coroutine: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run the coroutine; its outcome is for whoever awaits the task, if anybody does."""
        task = asyncio.get_running_loop().create_task(coroutine, context=contextvars.Context())
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    async def finish(self) -> None:
        """Cancel what still runs and wait for it."""
        while self._running:
            running = tuple(self._running)
            for task in running:
                task.cancel()
            await asyncio.wait(running)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # asyncio complains of exceptions that nobody looked at
