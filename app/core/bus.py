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
        self._redis: Any = redis.Redis.from_url(url, socket_timeout=None, health_check_interval=15)
        self._prefix = prefix + ":topic:"
        self._pubsub: Any = self._redis.pubsub()
        self._confirmed: dict[str, asyncio.Event] = {}
        self._outgoing: asyncio.Queue[tuple[str, int]] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Connect and begin to carry; returns although Redis is away, and carries once it is back."""
        self._tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._write())]

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
        if topic not in self._confirmed:
            self._confirmed[topic] = asyncio.Event()
            await self._tell_redis("subscribe", topic)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CONFIRMATION_TIMEOUT_S):
                await self._confirmed[topic].wait()

        async def unsubscribe() -> None:
            await leave()
            if topic not in self._listeners and topic in self._confirmed:
                del self._confirmed[topic]
                await self._tell_redis("unsubscribe", topic)

        return unsubscribe

    def publish(self, topic: str, head: int) -> None:
        """As Bus.publish."""
        self.wake_here(topic, head)
        self._outgoing.put_nowait((topic, head))

    async def is_ready(self) -> bool:
        """Whether Redis answers."""
        try:
            async with asyncio.timeout(1):
                await self._redis.ping()
        except (RedisError, OSError, TimeoutError):
            return False
        return True

    async def _tell_redis(self, verb: str, topic: str) -> None:
        # With Redis away the wish is kept by the PubSub object, which subscribes anew when it reconnects.
        with contextlib.suppress(RedisError, OSError, TimeoutError):
            async with asyncio.timeout(_CONFIRMATION_TIMEOUT_S):
                await getattr(self._pubsub, verb)(self._prefix + topic)

    async def _write(self) -> None:
        while True:
            waiting = [await self._outgoing.get()]
            while not self._outgoing.empty():
                waiting.append(self._outgoing.get_nowait())
            try:
                pipeline = self._redis.pipeline(transaction=False)
                for topic, head in waiting:
                    pipeline.publish(self._prefix + topic, head)
                await pipeline.execute()
            except (RedisError, OSError):
                # Listeners elsewhere find it by comparing heads; the facts are in the database.
                log.warning("bus.publish_failed", messages=len(waiting))
                await asyncio.sleep(_RECONNECT_PAUSE_S)

    async def _read(self) -> None:
        # A PubSub that follows no channel has no connection to listen on.
        await self._tell_redis("subscribe", "")
        while True:
            try:
                async for message in self._pubsub.listen():
                    await self._take(message)
            except (RedisError, OSError):
                log.warning("bus.redis_away")
            await asyncio.sleep(_RECONNECT_PAUSE_S)
            if not self._pubsub.subscribed:
                await self._tell_redis("subscribe", "")

    async def _take(self, message: dict[str, Any]) -> None:
        topic = message["channel"].decode().removeprefix(self._prefix)
        if message["type"] == "message":
            self.wake_here(topic, int(message["data"]))
        elif message["type"] == "subscribe":
            confirmed = self._confirmed.get(topic)
            if confirmed is None:
                return
            if confirmed.is_set() and self.on_gap is not None:
                await self.on_gap([topic])
            confirmed.set()
