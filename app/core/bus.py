"""The bus: wakes whoever waits for a topic, in this process and, through Redis, in all others.

It carries heads (the newest sequence number of a topic), never data: a message that is lost or comes twice
does no harm, for the listener reads the truth from the database. What was published while Redis was away is
lost; the bus notices the second confirmation of a subscription and says so through `on_gap`.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import redis.asyncio as redis
from redis.exceptions import RedisError

from app.core.log import logger

log = logger("bus")

Wake = Callable[[int], None]
Unsubscribe = Callable[[], Awaitable[None]]

_CONFIRMATION_TIMEOUT_S = 2.0
_RECONNECT_PAUSE_S = 0.5
_PUBLISH_WITHIN_S = 5.0
#: What waits for a Redis that is away; beyond that the oldest is dropped.
_MOST_OUTGOING = 10_000


class Bus(Protocol):
    """What both kinds of bus can do."""

    #: Called with the topics whose messages may have been lost; set by who can find out.
    on_gap: Callable[[list[str]], Awaitable[None]] | None

    async def subscribe(self, topic: str, wake: Wake) -> Unsubscribe:
        """Call `wake(head)` on every publication until unsubscribed; in force when this returns."""

    def publish(self, topic: str, head: int) -> None:
        """Wake every listener of the topic, here and elsewhere. Never blocks, never raises."""

    def wake_here(self, topic: str, head: int) -> None:
        """Wake the listeners of this process only."""

    def topics(self) -> list[str]:
        """The topics that somebody in this process listens to."""

    async def start(self) -> None:
        """Begin to carry messages."""

    async def stop(self) -> None:
        """Stop carrying messages; what is still queued is dropped."""


class InProcessBus:
    """A bus for one process."""

    def __init__(self) -> None:
        self.on_gap: Callable[[list[str]], Awaitable[None]] | None = None
        self._listeners: defaultdict[str, list[Wake]] = defaultdict(list)

    async def subscribe(self, topic: str, wake: Wake) -> Unsubscribe:
        """As Bus.subscribe."""
        self._listeners[topic].append(wake)

        async def unsubscribe() -> None:
            with contextlib.suppress(ValueError):
                self._listeners[topic].remove(wake)
            if not self._listeners[topic]:
                del self._listeners[topic]

        return unsubscribe

    def publish(self, topic: str, head: int) -> None:
        """As Bus.publish."""
        self.wake_here(topic, head)

    def wake_here(self, topic: str, head: int) -> None:
        """As Bus.wake_here."""
        for wake in tuple(self._listeners.get(topic, ())):
            wake(head)

    def topics(self) -> list[str]:
        """As Bus.topics."""
        return list(self._listeners)

    async def start(self) -> None:
        """As Bus.start."""

    async def stop(self) -> None:
        """As Bus.stop."""


class RedisBus(InProcessBus):
    """A bus for many processes: one Redis subscription per topic and process, fanned out locally.

    A process hears its own publications at once and again through Redis; heads make the echo harmless.
    """

    def __init__(self, url: str, prefix: str) -> None:
        super().__init__()
        self._redis: Any = redis.Redis.from_url(
            url, socket_timeout=None, socket_keepalive=True, health_check_interval=15
        )
        self._prefix = prefix + ":topic:"
        self._pubsub: Any = self._redis.pubsub()
        #: By topic: set once Redis has confirmed it, or whoever subscribed waits no longer. What comes then is a gap.
        self._confirmed: dict[str, asyncio.Event] = {}
        #: The topics that Redis has been asked for.
        self._followed: set[str] = set()
        self._changed = asyncio.Event()
        self._has_asked = asyncio.Event()
        self._outgoing: asyncio.Queue[tuple[str, int]] = asyncio.Queue(_MOST_OUTGOING)
        self._gaps: asyncio.Queue[str] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Connect and begin to carry; returns although Redis is away, and carries once it is back."""
        work = (self._follow(), self._read(), self._write(), self._mend())
        self._tasks = [asyncio.create_task(each) for each in work]

    async def stop(self) -> None:
        """As Bus.stop."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._pubsub.aclose()
        await self._redis.aclose()

    async def subscribe(self, topic: str, wake: Wake) -> Unsubscribe:
        """As Bus.subscribe; with Redis away it returns after two seconds, and the gap is filled later."""
        leave = await super().subscribe(topic, wake)
        confirmed = self._confirmed.setdefault(topic, asyncio.Event())
        self._changed.set()

        async def unsubscribe() -> None:
            await leave()
            self._changed.set()

        try:
            async with asyncio.timeout(_CONFIRMATION_TIMEOUT_S):
                await confirmed.wait()
        except TimeoutError:
            confirmed.set()
        except BaseException:
            await unsubscribe()
            raise
        return unsubscribe

    def publish(self, topic: str, head: int) -> None:
        """As Bus.publish."""
        self.wake_here(topic, head)
        if self._outgoing.full():
            # The oldest matters least: a later head says more, and listeners compare heads by themselves.
            self._outgoing.get_nowait()
        self._outgoing.put_nowait((topic, head))

    async def is_ready(self) -> bool:
        """Whether Redis answers."""
        try:
            async with asyncio.timeout(1):
                await self._redis.ping()
        except (RedisError, OSError, TimeoutError):
            return False
        return True

    async def _follow(self) -> None:
        # Alone in asking Redis for topics: a PubSub connects when it is first asked, and two at once would make two
        # connections, of which one is never read. It also keeps a wish only once Redis has heard it.
        while True:
            self._changed.clear()
            try:
                await self._ask()
            except (RedisError, OSError):
                await asyncio.sleep(_RECONNECT_PAUSE_S)
                continue
            await self._changed.wait()

    async def _ask(self) -> None:
        if added := self._wanted() - self._followed:
            await self._pubsub.subscribe(*[self._prefix + topic for topic in added])
            self._followed |= added
            self._has_asked.set()
        if dropped := self._followed - self._wanted():
            self._followed -= dropped
            for topic in dropped:
                self._confirmed.pop(topic, None)
            await self._pubsub.unsubscribe(*[self._prefix + topic for topic in dropped])

    def _wanted(self) -> set[str]:
        # A PubSub that follows no channel at all has no connection to listen on.
        return {"", *self._listeners}

    async def _write(self) -> None:
        while True:
            waiting = [await self._outgoing.get()]
            while not self._outgoing.empty():
                waiting.append(self._outgoing.get_nowait())
            try:
                pipeline = self._redis.pipeline(transaction=False)
                for topic, head in waiting:
                    pipeline.publish(self._prefix + topic, head)
                async with asyncio.timeout(_PUBLISH_WITHIN_S):
                    await pipeline.execute()
            except (RedisError, OSError):
                # Listeners elsewhere find it by comparing heads; the facts are in the database.
                log.warning("bus.publish_failed", messages=len(waiting))
                await asyncio.sleep(_RECONNECT_PAUSE_S)

    async def _read(self) -> None:
        await self._has_asked.wait()
        while True:
            try:
                async for message in self._pubsub.listen():
                    self._take(message)
            except (RedisError, OSError):
                log.warning("bus.redis_away")
            await asyncio.sleep(_RECONNECT_PAUSE_S)

    def _take(self, message: dict[str, Any]) -> None:
        topic = message["channel"].decode().removeprefix(self._prefix)
        if message["type"] == "message":
            self.wake_here(topic, int(message["data"]))
        elif message["type"] == "subscribe" and topic in self._confirmed:
            if self._confirmed[topic].is_set():
                self._gaps.put_nowait(topic)
            self._confirmed[topic].set()

    async def _mend(self) -> None:
        while True:
            topics = {await self._gaps.get()}
            while not self._gaps.empty():
                topics.add(self._gaps.get_nowait())
            if self.on_gap is None:
                continue
            try:
                await self.on_gap(sorted(topics))
            except Exception:
                # Where Redis was away the database may be too; the net finds the same a few seconds later.
                log.warning("bus.gap_not_mended", topics=len(topics), exc_info=True)
