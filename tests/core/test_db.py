import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from app.core import clock, db
from app.core.ids import new_id
from app.core.models import IdempotencyKey
from app.desk.models import DeskItem, Matter

pytestmark = pytest.mark.usefixtures("database")


async def _item(subject: str = "one") -> None:
    await DeskItem.create(matter=Matter.REFUND_FAILED, subject=subject, detail={}, opened_at=await clock.now())


async def test_an_exception_rolls_back_and_dispatches_nothing() -> None:
    told: list[str] = []
    with pytest.raises(KeyError):
        async with db.transaction():
            await _item()
            db.after_commit(lambda: told.append("committed"))
            raise KeyError
    assert await DeskItem.all().count() == 0
    assert told == []


async def test_an_inner_transaction_joins_and_dispatch_waits_for_the_outermost() -> None:
    told: list[str] = []
    async with db.transaction():
        async with db.transaction():
            await _item()
            db.after_commit(lambda: told.append("committed"))
        assert told == []
    assert told == ["committed"]
    assert await DeskItem.all().count() == 1


async def test_a_refused_savepoint_leaves_the_rest() -> None:
    async with db.transaction():
        await _item("kept")
        with pytest.raises(KeyError):
            async with db.savepoint():
                await _item("undone")
                raise KeyError
    assert [each.subject for each in await DeskItem.all()] == ["kept"]


async def test_a_task_started_inside_may_not_use_the_transaction() -> None:
    async def stray() -> None:
        async with db.transaction():
            raise AssertionError("unreachable")

    async with db.transaction():
        with pytest.raises(RuntimeError, match="task"):
            await asyncio.create_task(stray())


async def test_the_clock_moves_for_statements_and_for_now_alike() -> None:
    before = await clock.now()
    await clock.move(3600)
    after = await clock.now()
    assert timedelta(minutes=59) < after - before < timedelta(minutes=61)
    assert await db.value(bool, "SELECT $now > $1 AS later", before + timedelta(minutes=59))
    assert abs(before - datetime.now(tz=UTC)) < timedelta(seconds=5)  # noqa: TID251 - the machine's clock is the subject


async def test_a_list_parameter_finds_the_same_rows_on_both_databases() -> None:
    await _item("one")
    await _item("two")
    await _item("three")
    found = await db.rows(
        str, "SELECT subject FROM desk_items WHERE subject = ANY($1) ORDER BY subject", ["one", "two"]
    )
    assert found == ["one", "two"]


async def test_times_and_ids_come_back_as_they_went_in() -> None:
    now = await clock.now()
    key = await IdempotencyKey.create(
        user_id=new_id(), mutation="m", key="k", input_digest="d", result={"a": "b"}, created_at=now
    )
    assert await db.value(datetime, "SELECT created_at FROM idempotency_keys WHERE id = $1", key.id) == now


async def test_forty_concurrent_transactions_lose_nothing() -> None:
    async def one(number: int) -> None:
        async with db.transaction():
            await _item(str(number))

    await asyncio.gather(*[one(number) for number in range(40)])
    assert await DeskItem.all().count() == 40
