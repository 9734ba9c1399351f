"""Facts are told to every reaction, once in effect, whatever fails in between."""

import asyncio
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import pytest

from app.core import clock, db, outbox, worker
from app.core.models import Delivery, FactRow
from app.core.outbox import Fact
from app.desk.models import DeskItem, Matter

pytestmark = pytest.mark.usefixtures("database")


@dataclass(frozen=True, slots=True)
class BellRang(Fact):
    """For these tests only."""

    room: str
    times: int = 1


heard: list[str] = []
failures: list[Exception] = []


async def leave_a_trace(fact: BellRang) -> None:
    await DeskItem.create(matter=Matter.WRONG_AMOUNT, subject=fact.room, detail={}, opened_at=await clock.now())
    if failures:
        raise failures.pop()
    heard.append(fact.room)


async def also_hear(fact: BellRang) -> None:
    heard.append(f"also {fact.room}")


@pytest.fixture(autouse=True)
def _registered() -> Iterator[None]:
    outbox.register({BellRang: [leave_a_trace, also_hear]})
    heard.clear()
    failures.clear()
    yield
    del outbox._reactions[BellRang]
    del outbox._facts["BellRang"]


async def _ring(room: str = "kitchen") -> None:
    async with db.transaction():
        await outbox.record(BellRang(room))


async def _traces() -> int:
    return await DeskItem.all().count()


async def test_every_reaction_hears_a_fact_and_the_deliveries_are_gone() -> None:
    await _ring()
    assert await worker.deliver_due() == 2
    assert sorted(heard) == ["also kitchen", "kitchen"]
    assert await Delivery.all().count() == 0
    assert await FactRow.all().count() == 1


async def test_a_fact_of_a_transaction_that_rolled_back_is_never_told() -> None:
    with pytest.raises(KeyError):
        async with db.transaction():
            await outbox.record(BellRang("attic"))
            raise KeyError
    assert await worker.deliver_due() == 0
    assert await FactRow.all().count() == 0


async def test_a_fact_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        await outbox.record(BellRang("attic"))


async def test_a_reaction_that_fails_leaves_no_effect_and_is_tried_again_later() -> None:
    failures.append(ValueError("no bell"))
    await _ring()
    await worker.deliver_due()
    assert await _traces() == 0
    waiting = await Delivery.get()
    assert waiting.last_error is not None
    assert "no bell" in waiting.last_error
    assert await worker.deliver_due() == 0
    await clock.move(5)
    await worker.deliver_due()
    assert await _traces() == 1
    assert await Delivery.all().count() == 0


async def test_a_reaction_that_keeps_failing_is_left_for_a_person() -> None:
    await _ring()
    await Delivery.all().update(attempts=worker.DEAD_AFTER - 1)
    failures.append(ValueError("broken for good"))
    await worker.deliver_due()
    dead = await Delivery.get(dead_at__isnull=False)
    assert dead.reaction == "tests.leave_a_trace"
    await clock.move(100_000)
    assert await worker.deliver_due() == 0
    assert await _traces() == 0


async def test_what_a_dead_worker_had_claimed_is_done_by_another_when_the_lease_ends() -> None:
    await _ring()
    await worker._claim()
    assert await worker.deliver_due() == 0
    await clock.move(worker.LEASE.total_seconds() + 1)
    assert await worker.deliver_due() == 2
    assert await _traces() == 1


async def test_a_worker_that_is_stopped_hands_back_what_it_has_not_done() -> None:
    stopped = asyncio.Event()

    async def waits(_: BellRang) -> None:
        stopped.set()
        await asyncio.sleep(60)

    outbox._reactions[BellRang] = {"tests.leave_a_trace": waits, "tests.also_hear": waits}
    await _ring()
    working = asyncio.create_task(worker.deliver_due())
    await stopped.wait()
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert {each.attempts for each in await Delivery.all()} == {0}
    outbox.register({BellRang: [leave_a_trace, also_hear]})
    # At once: another worker waits for no lease.
    assert await worker.deliver_due() == 2
    assert await _traces() == 1


async def test_a_batch_that_takes_longer_than_a_lease_keeps_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_now", itertools.count(0, 6).__next__)

    async def takes_long(fact: BellRang) -> None:
        await clock.move(6)
        _, by_another = await worker._claim()
        assert by_another == []
        heard.append(fact.room)

    outbox._reactions[BellRang] = {"tests.leave_a_trace": takes_long}
    for number in range(4):
        await _ring(f"room {number}")
    assert await worker.deliver_due() == 4
    assert sorted(heard) == [f"room {number}" for number in range(4)]
    assert await Delivery.all().count() == 0


async def test_a_worker_that_lost_its_lease_has_no_effect() -> None:
    await _ring()
    until, due = await worker._claim()
    await clock.move(worker.LEASE.total_seconds() + 1)
    assert await worker.deliver_due() == 2
    for late in due:
        await worker._deliver(late, until)
    assert await _traces() == 1


async def test_workers_at_once_share_the_deliveries() -> None:
    for number in range(20):
        await _ring(str(number))
    await asyncio.gather(*[worker.deliver_due() for _ in range(4)])
    while await worker.deliver_due():
        pass
    assert await _traces() == 20
    assert sorted(heard) == sorted([str(n) for n in range(20)] + [f"also {n}" for n in range(20)])


async def test_a_shape_from_the_future_is_parked_and_costs_no_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    newer: ClassVar[int] = 2  # type: ignore[misc]  # the shape that a newer worker would know
    await _ring()
    await FactRow.all().update(version=newer)
    await worker.deliver_due()
    assert heard == []
    assert {each.attempts for each in await Delivery.all()} == {0}
    monkeypatch.setattr(BellRang, "version_of_shape", newer)
    await clock.move(worker.PARKED.total_seconds() + 1)
    await worker.deliver_due()
    assert sorted(heard) == ["also kitchen", "kitchen"]


async def test_a_field_with_a_default_may_be_added() -> None:
    async with db.transaction():
        await outbox.record(BellRang("cellar", times=3))
    await FactRow.all().update(payload='{"room": "cellar"}')
    await worker.deliver_due()
    assert "cellar" in heard
