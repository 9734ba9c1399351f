"""Allowances: how much one person, or one address, may ask of us in a minute, over all processes.

A process draws leases from Redis and counts them down by itself, so a request costs a round trip only when a
lease is used up. Without Redis there is one process, and its own count is the whole. With Redis away, each
process counts by itself: a shop that refused everybody then would be worse.
"""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

import redis.asyncio as redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

MINUTE = 60
#: A tenth of a minute's allowance at a time: few round trips, little left unused at other processes.
_LEASES = 10


#: Somebody waits for the answer to her request meanwhile.
_ANSWER_WITHIN_S = 0.25
#: How long a Redis that gave no answer is left alone.
_AWAY_S = 5.0


def _connected(url: str) -> Any:
    return redis.Redis.from_url(
        url,
        socket_timeout=_ANSWER_WITHIN_S,
        socket_connect_timeout=_ANSWER_WITHIN_S,
        retry=Retry(NoBackoff(), 0),
    )


@dataclass(slots=True)
class _Lease:
    minute: int
    left: int = 0
    #: What this process has drawn so far, used or not.
    drawn: int = 0
    spent: bool = False
    #: Requests that come together draw one lease, not one each: else a crowd here leaves nothing to other processes.
    drawing: asyncio.Lock = field(default_factory=asyncio.Lock)


class Allowance:
    """So many units a minute for each key. Without `redis_url` this process is the only one."""

    def __init__(self, per_minute: int, redis_url: str = "", prefix: str = "") -> None:
        self._per_minute = per_minute
        self._redis: Any = _connected(redis_url) if redis_url else None
        #: Until when Redis is not asked, after it gave no answer.
        self._away_until = 0.0
        self._prefix = prefix
        self._leases: dict[str, _Lease] = {}

    async def aclose(self) -> None:
        """Close the connection to Redis."""
        if self._redis is not None:
            await self._redis.aclose()

    async def take(self, key: str, units: int) -> int | None:
        """Use units up; None where that is allowed, else the milliseconds until it will be."""
        now = time.time()
        minute = int(now // MINUTE)
        lease = self._leases.get(key)
        if lease is None or lease.minute != minute:
            self._forget_earlier(minute)
            lease = self._leases[key] = _Lease(minute)
        if lease.left < units and not lease.spent:
            async with lease.drawing:
                if lease.left < units and not lease.spent:
                    await self._draw(key, lease, units)
        if lease.left < units:
            return int(((minute + 1) * MINUTE - now) * 1000) + 1
        lease.left -= units
        return None

    async def _draw(self, key: str, lease: _Lease, units: int) -> None:
        wanted = max(units, self._per_minute // _LEASES) if self._redis else self._per_minute
        by_all = await self._drawn_by_all(f"{self._prefix}:allowance:{key}:{lease.minute}", wanted)
        before = lease.drawn if by_all is None else by_all
        granted = max(0, min(wanted, self._per_minute - before))
        lease.left += granted
        lease.drawn += granted
        lease.spent = granted < wanted or self._redis is None

    async def _drawn_by_all(self, name: str, wanted: int) -> int | None:
        """What all processes had drawn before this draw; None where Redis cannot tell."""
        if self._redis is None or time.monotonic() < self._away_until:
            return None
        try:
            pipeline = self._redis.pipeline(transaction=False)
            pipeline.incrby(name, wanted)
            pipeline.expire(name, 2 * MINUTE)
            drawn, _ = await pipeline.execute()
        except (RedisError, OSError):
            # Every request would wait for it anew.
            self._away_until = time.monotonic() + _AWAY_S
            return None
        return int(drawn) - wanted

    def _forget_earlier(self, minute: int) -> None:
        # Once a minute is enough; whoever asks first in it sweeps.
        if not any(lease.minute == minute for lease in self._leases.values()):
            self._leases.clear()
