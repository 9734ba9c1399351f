"""Points: lots that expire first in, first out; a debt is kept; every move happens once."""

import asyncio
from datetime import timedelta

import pytest

from app.core import audit, clock, db
from app.core.ids import UserId, to_public
from app.membership import queries
from app.membership.actions import points as actions
from app.membership.audit import CHECKS
from app.membership.errors import PointsNotEnough
from app.membership.models import PointsLot
from app.membership.states import PointsReason
from app.orders.models import Order
from tests.conftest import ON_POSTGRES, Api
from tests.factories.accounts import a_token
from tests.factories.checkout import a_product
from tests.factories.group_buying import a_buyer
from tests.factories.notifications import a_user_id
from tests.factories.rows import everything
from tests.journeys.processes import until

pytestmark = pytest.mark.usefixtures("database")

_DAY = 86_400


async def earns(user: UserId, points: int, reference: str) -> None:
    async with db.transaction():
        await actions.earn_points(user, points, PointsReason.PURCHASE, reference)


async def loses(user: UserId, points: int, reference: str, *, earned: str | None = None) -> None:
    async with db.transaction():
        await actions.reverse_points(user, points, PointsReason.PURCHASE, reference, earned=earned)


@db.retried
async def spends(user: UserId, points: int, reference: str) -> None:
    async with db.transaction():
        await actions.spend_points(user, points, PointsReason.ORDER, reference)


async def gets_back(user: UserId, points: int, reference: str, *, spent: str | None = None) -> None:
    async with db.transaction():
        await actions.return_points(user, points, PointsReason.ORDER, reference, spent=spent)


async def balance(user: UserId) -> int:
    return (await queries.points(user)).balance


async def adds_up() -> None:
    assert await audit.run(CHECKS[:1]) == []


async def test_points_expire_first_in_first_out() -> None:
    ann = a_user_id()
    await earns(ann, 100, "first")
    await clock.move(100 * _DAY)
    await earns(ann, 50, "second")
    await spends(ann, 30, "order")
    assert [lot.unused for lot in await queries.lots(ann)] == [70, 50]
    await clock.move(265 * _DAY - 60)
    assert await balance(ann) == 120
    await clock.move(120)
    assert await balance(ann) == 50
    await adds_up()


async def test_what_expires_within_thirty_days_is_told_the_soonest_first() -> None:
    ann = a_user_id()
    await earns(ann, 100, "first")
    await clock.move(10 * _DAY)
    await earns(ann, 50, "second")
    await clock.move(334 * _DAY)
    assert [lot.unused for lot in (await queries.points(ann)).soon] == [100]
    await clock.move(10 * _DAY)
    assert [lot.unused for lot in (await queries.points(ann)).soon] == [100, 50]


async def test_every_move_of_points_happens_once() -> None:
    ann = a_user_id()
    await earns(ann, 100, "order")
    await earns(ann, 100, "order")
    await spends(ann, 60, "paid")
    await spends(ann, 60, "paid")
    assert await balance(ann) == 40
    await gets_back(ann, 60, "paid")
    await gets_back(ann, 60, "paid")
    assert await balance(ann) == 100
    await loses(ann, 30, "refund", earned="order")
    await loses(ann, 30, "refund", earned="order")
    assert await balance(ann) == 70
    await adds_up()


async def test_who_has_too_few_points_spends_none() -> None:
    ann = a_user_id()
    await earns(ann, 100, "order")
    before = await everything()
    with pytest.raises(PointsNotEnough) as refused:
        await spends(ann, 101, "paid")
    assert refused.value.code == "POINTS_NOT_ENOUGH"
    assert await everything() == before


async def test_points_that_are_taken_back_after_they_were_spent_are_a_debt_that_later_points_pay() -> None:
    ann = a_user_id()
    await earns(ann, 100, "order")
    await spends(ann, 80, "paid")
    await loses(ann, 100, "order")
    assert await balance(ann) == -80
    before = await everything()
    with pytest.raises(PointsNotEnough):
        await spends(ann, 1, "again")
    assert await everything() == before
    await earns(ann, 100, "next")
    assert await balance(ann) == 20
    await adds_up()


async def test_taking_back_points_that_have_expired_makes_no_debt() -> None:
    ann = a_user_id()
    await earns(ann, 100, "order")
    await clock.move(366 * _DAY)
    await earns(ann, 10, "later")
    await loses(ann, 100, "order")
    assert await balance(ann) == 10
    await adds_up()


async def test_points_that_are_given_back_are_never_more_than_were_spent() -> None:
    ann = a_user_id()
    await earns(ann, 100, "order")
    await spends(ann, 60, "paid")
    await gets_back(ann, 40, "paid:1", spent="paid")
    await gets_back(ann, 40, "paid:2", spent="paid")
    assert await balance(ann) == 100
    await gets_back(ann, 40, "paid:3", spent="paid")
    await gets_back(ann, 40, "never spent")
    assert await balance(ann) == 100
    await adds_up()


async def test_points_that_are_given_back_late_live_thirty_days_more() -> None:
    ann = a_user_id()
    await earns(ann, 100, "order")
    await clock.move(364 * _DAY)
    await spends(ann, 100, "paid")
    await clock.move(10 * _DAY)
    await gets_back(ann, 100, "paid")
    lot = await PointsLot.get(user_id=ann, unused=100)
    assert timedelta(days=29) < lot.expires_at - await clock.now() <= timedelta(days=30)


@pytest.mark.skipif(not ON_POSTGRES, reason="SQLite has one writer")
async def test_of_two_who_spend_the_same_points_at_once_one_is_refused() -> None:
    ann = a_user_id()
    await earns(ann, 100, "order")
    outcomes = await asyncio.gather(*[spends(ann, 60, f"paid-{number}") for number in range(5)], return_exceptions=True)
    assert sorted(type(each).__name__ for each in outcomes) == ["NoneType", *["PointsNotEnough"] * 4]
    assert await balance(ann) == 40
    await adds_up()


@pytest.mark.skipif(not ON_POSTGRES, reason="SQLite has one writer")
async def test_a_purchase_whose_points_are_taken_back_while_it_is_placed_is_refused(api: Api) -> None:
    ann, product = await a_buyer("ann"), await a_product()
    token = await a_token(ann.id)
    await earns(ann.id, 100, "order")
    given = {
        "productId": to_public("product", product.id), "addressId": to_public("address", ann.address), "usePoints": 100,
        "idempotencyKey": "k",
    }  # fmt: skip
    taken, is_priced = asyncio.Event(), asyncio.Event()

    async def is_taken_back() -> None:
        async with db.transaction():
            await actions.reverse_points(ann.id, 100, PointsReason.PURCHASE, "order")
            taken.set()
            await is_priced.wait()

    async def waits_to_spend_them() -> bool:
        return bool(await db.value(int, _WAITING))

    taking = asyncio.create_task(is_taken_back())
    await taken.wait()
    buying = asyncio.create_task(api("BuyNow", {"input": given}, token=token))
    await until(waits_to_spend_them, "the purchase is priced with the points that she had, and waits to spend them")
    is_priced.set()
    await taking
    answer = (await buying)["data"]["buyNow"]
    assert (answer["__typename"], answer["code"]) == ("Refusal", "POINTS_NOT_ENOUGH")
    assert await Order.all().count() == 0
    assert (await product.stock(), await balance(ann.id)) == (100, 0)


_WAITING = """
SELECT COUNT(*) AS n FROM pg_stat_activity
 WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%points_accounts%'
"""
