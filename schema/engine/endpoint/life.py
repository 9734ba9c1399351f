"""What is going on at the endpoint: requests, sockets, and how they end when the server goes down."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from schema.engine.errors import RateLimited
from schema.engine.settings import EngineSettings

#: When somebody with too many sockets may try again, in milliseconds.
SEAT_RETRY_MS = 5_000

GiveBack = Callable[[], None]


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
        self._began()
        try:
            yield
        finally:
            self._ended()

    def connection(self, leave: Callable[[], None]) -> GiveBack:
        """A socket or event stream, until it is given back; `leave` is called when the server goes down."""
        self._began()
        self._leave.add(leave)
        return partial(self._disconnected, leave)

    def seat_at(self, address: str) -> GiveBack:
        """A connection from an address, until it is given back; raises `RateLimited` when it has too many."""
        return self._seat(("address", address), self._settings.sockets_per_address)

    def seat_of(self, key: str | None) -> GiveBack:
        """A connection of an identity, until it is given back; raises `RateLimited` when it has too many."""
        if key is None:
            return _nothing
        return self._seat(("identity", key), self._settings.sockets_per_identity)

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

    def _began(self) -> None:
        self._requests += 1
        self._quiet.clear()

    def _ended(self) -> None:
        self._requests -= 1
        if not self._requests:
            self._quiet.set()

    def _disconnected(self, leave: Callable[[], None]) -> None:
        self._leave.discard(leave)
        self._ended()

    def _seat(self, who: tuple[str, str], most: int) -> GiveBack:
        if self._seats[who] >= most:
            raise RateLimited(SEAT_RETRY_MS)
        self._seats[who] += 1
        return partial(self._stood_up, who)

    def _stood_up(self, who: tuple[str, str]) -> None:
        self._seats[who] -= 1
        if not self._seats[who]:
            del self._seats[who]


def _nothing() -> None:
    """Nobody's seat."""
