"""Questions that take time: who ask the same at the same moment ask once together."""

import asyncio
import contextvars
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Together(Generic[T]):
    """What is being asked now, in this process."""

    def __init__(self) -> None:
        self._asked: dict[object, asyncio.Task[T]] = {}

    async def ask(self, key: object, question: Callable[[], Coroutine[Any, Any, T]], *, within_s: float) -> T:
        """The answer to the question that this key stands for, and what it raises.

        TimeoutError where it does not come in time; it is awaited all the same, and `question` may keep it.
        """
        task = self._asked.get(key) or self._start(key, question)
        async with asyncio.timeout(within_s):
            # Shielded: one who leaves must not take the answer from the others.
            return await asyncio.shield(task)

    def _start(self, key: object, question: Callable[[], Coroutine[Any, Any, T]]) -> asyncio.Task[T]:
        # An empty context: it belongs to no request.
        task = asyncio.get_running_loop().create_task(question(), context=contextvars.Context())
        self._asked[key] = task
        task.add_done_callback(lambda done: self._end(key, done))
        return task

    def _end(self, key: object, done: asyncio.Task[T]) -> None:
        del self._asked[key]
        if not done.cancelled():
            # Looked at, or asyncio would report what nobody waited for any more.
            done.exception()
