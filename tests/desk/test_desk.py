"""The queue of what needs a person."""

import asyncio

import pytest

from app.core import db
from app.desk import actions, queries
from app.desk.models import DeskItem, Matter
from tests.factories.rows import everything

pytestmark = pytest.mark.usefixtures("database")


async def _put(subject: str = "r-1", matter: Matter = Matter.REFUND_FAILED, amount_fen: int = 1) -> None:
    await actions.put(matter=matter, subject=subject, detail={"amount_fen": amount_fen})


async def test_an_open_item_is_not_opened_twice_and_stays_as_it_is() -> None:
    await _put()
    before = await everything()
    await _put(amount_fen=2)
    assert await everything() == before
    (item,) = await queries.open_items()
    assert (item.matter, item.subject, item.detail) == (Matter.REFUND_FAILED, "r-1", {"amount_fen": 1})


async def test_two_who_find_the_same_at_once_open_one_item() -> None:
    await asyncio.gather(*[_put() for _ in range(4)])
    assert await DeskItem.all().count() == 1


async def test_each_matter_and_each_subject_has_its_own_item() -> None:
    await _put()
    await _put("r-2")
    await _put(matter=Matter.BALANCE_TOO_LOW)
    assert len(await queries.open_items()) == 3


async def test_what_is_settled_leaves_the_desk_and_may_come_again() -> None:
    await _put()
    assert await actions.resolve(matter=Matter.REFUND_FAILED, subject="r-1") == 1
    assert await actions.resolve(matter=Matter.REFUND_FAILED, subject="r-1") == 0
    assert await queries.open_items() == []
    await _put(amount_fen=2)
    assert [item.detail["amount_fen"] for item in await queries.open_items()] == [2]
    assert await DeskItem.all().count() == 2


async def test_the_oldest_lies_on_top() -> None:
    for subject in ("c", "a", "b"):
        await _put(subject)
    assert [item.subject for item in await queries.open_items()] == ["c", "a", "b"]


async def test_an_item_goes_away_with_the_transaction_that_rolls_back() -> None:
    with pytest.raises(ZeroDivisionError):
        await _puts_and_fails()
    assert await DeskItem.all().count() == 0


async def _puts_and_fails() -> None:
    async with db.transaction():
        await _put()
        raise ZeroDivisionError
