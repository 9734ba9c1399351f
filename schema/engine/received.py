"""The receiving end of a subscription inside this process."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import orjson

from schema.engine.hub import Errors


class Received:
    """Keeps every result until it is taken; for tests and tools, which take them all."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()

    async def results(self) -> AsyncIterator[dict[str, Any]]:
        """The results until the end."""
        while (result := await self._queue.get()) is not None:
            yield result

    def deliver(self, payload: str, *, newest_only: bool) -> None:
        """Keep a result; here there is always room, so nothing is replaced."""
        del newest_only
        self._queue.put_nowait(orjson.loads(payload))

    async def room(self) -> None:
        """There always is."""

    def end(self, errors: Errors | None) -> None:
        """Keep the reason, if there is one, and the end."""
        if errors:
            self._queue.put_nowait({"errors": errors})
        self._queue.put_nowait(None)
