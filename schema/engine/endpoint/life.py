"""What is going on at the endpoint: requests, sockets, and how they end when the server goes down."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from schema.engine.errors import RateLimited
from schema.engine.settings import EngineSettings

#: When somebody with too many sockets may try again, in milliseconds.
SEAT_RETRY_MS = 5_000


class Life:
    """Counts requests and sockets of this process."""

    def __init__(self, settings: EngineSettings) -> None:
        self._settings = settings
        self._requests = 0
        self._leave: set[Callable[[], None]] = set()
        self._seats: Counter[tuple[str, str]] = Counter()
        self._quiet = asyncio.Event()
        self._quiet.set()
        self.is_draining = False

    @contextmanager
    def request(self) -> Iterator[None]:
        """Something that a server going down waits for."""
        self._requests += 1
        self._quiet.clear()
        try:
            yield
        finally:
            self._requests -= 1
            if not self._requests:
                self._quiet.set()

    @contextmanager
    def connection(self, leave: Callable[[], None]) -> Iterator[None]:
        """A socket or event stream; `leave` is called when the server goes down."""
        self._leave.add(leave)
        try:
            with self.request():
                yield
        finally:
            self._leave.discard(leave)

    @contextmanager
    def seat_at(self, address: str) -> Iterator[None]:
        """A connection from an address; raises `RateLimited` when it has too many."""
        with self._seat(("address", address), self._settings.sockets_per_address):
            yield

    @contextmanager
    def seat_of(self, key: str | None) -> Iterator[None]:
        """A connection of an identity; raises `RateLimited` when it has too many."""
        if key is None:
            yield
            return
        with self._seat(("identity", key), self._settings.sockets_per_identity):
            yield

    async def drain(self) -> None:
        """Send sockets away and wait for requests in flight, `drain_seconds` at most."""
        self.is_draining = True
        for leave in tuple(self._leave):
            leave()
        try:
            async with asyncio.timeout(self._settings.drain_seconds):
                await self._quiet.wait()
        except TimeoutError:
            return

    @contextmanager
    def _seat(self, who: tuple[str, str], most: int) -> Iterator[None]:
        if self._seats[who] >= most:
            raise RateLimited(SEAT_RETRY_MS)
        self._seats[who] += 1
        try:
            yield
        finally:
            self._seats[who] -= 1
            if not self._seats[who]:
                del self._seats[who]
