"""The worker: hears facts for the reactions, and starts what the clock starts.

Any number of workers may run, in one process with the server or in their own. Each claims what is due under
a lease; one that dies leaves its lease to run out, and another goes on. A reaction that keeps failing backs
off and, after DEAD_AFTER attempts, is left for a person.
"""

import asyncio
import contextlib
import contextvars
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from app.core import clock, db, outbox
from app.core.log import logger
from app.core.streams import bus

T = TypeVar("T")

log = logger("worker")

#: Short, because whom a dead worker would have told waits for its end; renewed while a batch takes longer.
LEASE = timedelta(seconds=15)
BATCH = 50
DEAD_AFTER = 12
LONGEST_PAUSE = timedelta(hours=1)
#: How long a worker that knows no such reaction or shape leaves a delivery to newer ones.
PARKED = timedelta(minutes=1)
#: How often the table is looked at although nothing woke the worker.
SWEEP_SECONDS = 1.0
_now = time.monotonic


@dataclass(frozen=True, slots=True)
class Job:
    """What the clock starts: `run` claims what is due, does it, and says how much it did."""

    name: str
    run: Callable[[], Awaitable[int]]
    every_seconds: float


async def run_worker(jobs: Sequence[Job]) -> None:
    """Work until cancelled. Cancelling loses nothing: what was claimed is handed back."""
    async with asyncio.TaskGroup() as group:
        # An empty context: a worker that is started from within a request must not think itself inside it.
        group.create_task(_deliver_for_ever(), context=contextvars.Context())
        for job in jobs:
            group.create_task(_run_for_ever(job), context=contextvars.Context())


async def do_each(due: Iterable[T], do: Callable[[T], Awaitable[object]], *, at_once: int = 1) -> int:
    """Do all that is due, so many at once; how many were done. `do` says False where there was nothing to do.

    One that fails is logged and stays due: it must not keep the others from their turn for ever. What waits for
    WeChat is done many at once, so that one that gets no answer holds no other up.
    """
    turns = asyncio.Semaphore(at_once)

    async def attempt(each: T) -> bool:
        async with turns:
            try:
                return await do(each) is not False
            except Exception:
                log.exception("job.item_failed", item=str(each))
                return False

    return sum(await asyncio.gather(*[attempt(each) for each in due]))


async def run_until_idle(jobs: Sequence[Job]) -> None:
    """Do everything that is due now, and what becomes due by it. For tests and commands."""
    while True:
        did = await deliver_due()
        for job in jobs:
            did += await job.run()
        if not did:
            return


async def deliver_due() -> int:
    """Claim one batch of due deliveries and do them; how many were claimed. Cancelled, it hands back what is left."""
    until, due = await _claim()
    left = deque(due)
    renew_at = _now() + LEASE.total_seconds() / 3
    try:
        while left:
            if _now() > renew_at:
                until = await _renewed(left, until)
                renew_at = _now() + LEASE.total_seconds() / 3
            await _deliver(left[0], until)
            left.popleft()
    except asyncio.CancelledError:
        # Whoever takes over need not wait for the lease to run out. A database that is away costs no time here.
        with contextlib.suppress(Exception):
            async with asyncio.timeout(2):
                await asyncio.shield(_hand_back(left, until))
        raise
    return len(due)


async def _deliver_for_ever() -> None:
    woken = asyncio.Event()
    leave = await bus().subscribe(outbox.DELIVERIES, lambda _: woken.set())
    try:
        while True:
            woken.clear()
            if await _guarded("deliveries", deliver_due):
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SWEEP_SECONDS):
                    await woken.wait()
    finally:
        await leave()


async def _run_for_ever(job: Job) -> None:
    while True:
        if not await _guarded(job.name, job.run):
            await asyncio.sleep(job.every_seconds)


async def _guarded(name: str, run: Callable[[], Awaitable[int]]) -> int:
    try:
        return await run()
    except Exception:
        # The database may be away for a while; dying here would only move the retry into whoever restarts us.
        log.exception("worker.round_failed", job=name)
        await asyncio.sleep(1)
        return 0


async def _claim() -> tuple[datetime, list[outbox.DueDelivery]]:
    now = await clock.now()
    until = now + LEASE
    claimed = await db.rows(_Claimed, _CLAIM, until, now, BATCH)
    if not claimed:
        return until, []
    # In the order they became due: an inbox should read as it happened.
    return until, await db.rows(outbox.DueDelivery, _CLAIMED_WITH_FACTS, [each.id for each in claimed])


@dataclass(frozen=True, slots=True)
class _Claimed:
    id: str


#: Takes a batch of due deliveries; rivals skip what is being taken and, on SQLite, wait their turn.
_CLAIM = """
UPDATE deliveries SET leased_until = $1, attempts = attempts + 1
 WHERE id IN (SELECT id FROM deliveries
               WHERE dead_at IS NULL AND available_at <= $2 AND (leased_until IS NULL OR leased_until <= $2)
               ORDER BY available_at, id LIMIT $3 FOR UPDATE SKIP LOCKED)
RETURNING id
"""

_CLAIMED_WITH_FACTS = """
SELECT d.id, d.reaction, d.attempts, f.name, f.version, f.payload
  FROM deliveries d JOIN facts f ON f.id = d.fact_id
 WHERE d.id = ANY($1) ORDER BY d.available_at, d.id
"""


async def _renewed(left: Iterable[outbox.DueDelivery], until: datetime) -> datetime:
    """Hold the rest of a batch for longer; those that were lost meanwhile are found so when they are done."""
    renewed = await clock.now() + LEASE
    await db.execute(
        "UPDATE deliveries SET leased_until = $1 WHERE id = ANY($2) AND leased_until = $3",
        renewed, [each.id for each in left], until,
    )  # fmt: skip
    return renewed


async def _hand_back(left: Iterable[outbox.DueDelivery], until: datetime) -> None:
    await db.execute(
        "UPDATE deliveries SET leased_until = NULL, attempts = attempts - 1 WHERE id = ANY($1) AND leased_until = $2",
        [each.id for each in left], until,
    )  # fmt: skip


async def _deliver(delivery: outbox.DueDelivery, leased_until: datetime) -> None:
    reaction = outbox.reaction(delivery.name, delivery.reaction)
    if reaction is None or not outbox.can_read(delivery.name, delivery.version):
        await _park(delivery, leased_until)
        return
    try:
        fact = outbox.read(delivery.name, delivery.payload)
        await _react(reaction, fact, delivery, leased_until)
    except _LeaseLostError:
        log.warning("worker.lease_lost", reaction=delivery.reaction)
    except Exception as error:
        log.exception("worker.reaction_failed", reaction=delivery.reaction, attempts=delivery.attempts)
        await _postpone(delivery, leased_until, error)


@db.retried
async def _react(
    reaction: outbox.Reaction, fact: outbox.Fact, delivery: outbox.DueDelivery, leased_until: datetime
) -> None:
    async with db.transaction():
        await reaction(fact)
        ended = await db.execute(
            "DELETE FROM deliveries WHERE id = $1 AND leased_until = $2", delivery.id, leased_until
        )
        if not ended:
            raise _LeaseLostError


class _LeaseLostError(Exception):
    """Another worker has taken the delivery over; our effect must roll back."""


async def _postpone(delivery: outbox.DueDelivery, leased_until: datetime, error: Exception) -> None:
    now = await clock.now()
    pause = min(timedelta(seconds=2**delivery.attempts), LONGEST_PAUSE)
    dead_at = now if delivery.attempts >= DEAD_AFTER else None
    await db.execute(
        "UPDATE deliveries SET leased_until = NULL, available_at = $1, last_error = $2, dead_at = $3 "
        "WHERE id = $4 AND leased_until = $5",
        now + pause, repr(error)[:2000], dead_at, delivery.id, leased_until,
    )  # fmt: skip


async def _park(delivery: outbox.DueDelivery, leased_until: datetime) -> None:
    log.warning("worker.parked", fact=delivery.name, version=delivery.version, reaction=delivery.reaction)
    await db.execute(
        "UPDATE deliveries SET leased_until = NULL, attempts = attempts - 1, available_at = $1 "
        "WHERE id = $2 AND leased_until = $3",
        await clock.now() + PARKED, delivery.id, leased_until,
    )  # fmt: skip
