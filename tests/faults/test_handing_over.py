"""A worker that ends with deliveries in its hands: another does them, soon."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from app.core import db
from app.core.worker import LEASE
from app.notifications.models import Notification, NotificationKind
from tests.factories.group_buying import Opened, a_deal, a_group
from tests.faults.conftest import House
from tests.journeys.processes import Process, until

#: How late a push may be after its worker was asked to end, and after it was killed; seconds.
SOON_S = 3.0
AFTER_A_KILL_S = 20.0


@asynccontextmanager
async def _in_the_hands_of(house: House, name: str) -> AsyncIterator[tuple[Process, Opened]]:
    """A worker that has begun to tell a group's members and gets no further; another one that has nothing to do."""
    worker = await house.shop.worker(f"{name}-first")
    locked = await asyncpg.connect(house.postgres.url)
    try:
        await locked.execute("BEGIN")
        await locked.execute("LOCK TABLE inbox_heads IN EXCLUSIVE MODE")
        group = await a_group(taken=3, deal=await a_deal(), prefix=name)
        await until(_are_held, "the worker has deliveries in its hands")
        await house.shop.worker(f"{name}-second")
        yield worker, group
    finally:
        await locked.close()


async def _are_held() -> bool:
    held = "SELECT COUNT(*) AS n FROM deliveries WHERE leased_until > $now AND attempts = 1"
    free = "SELECT COUNT(*) AS n FROM deliveries WHERE leased_until IS NULL"
    return bool(await db.value(int, held)) and not await db.value(int, free)


async def _everybody_is_told_once(house: House, group: Opened, within: float) -> None:
    await house.shop.all_is_done(within)
    kinds = {NotificationKind.GROUP_COMPLETED: 3, NotificationKind.SEAT_TAKEN: 2}
    for kind, times in kinds.items():
        people = [member.id for member in group.members]
        assert await Notification.filter(user_id__in=people, kind=kind).count() == times


async def test_after_sigterm_another_worker_tells_them_at_once(house: House) -> None:
    async with _in_the_hands_of(house, "ended") as (worker, group):
        worker.terminate()
        await worker.ended(SOON_S * 2)
    await _everybody_is_told_once(house, group, SOON_S)


async def test_after_sigkill_another_worker_tells_them_when_the_lease_has_run_out(house: House) -> None:
    assert LEASE.total_seconds() + SOON_S < AFTER_A_KILL_S
    async with _in_the_hands_of(house, "killed") as (worker, group):
        await worker.kill()
        assert await _are_held()
        await house.shop.move_clock(LEASE.total_seconds())
    await _everybody_is_told_once(house, group, SOON_S)
