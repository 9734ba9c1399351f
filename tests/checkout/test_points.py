"""Points pay with a purchase, and come back with whatever did not come about."""

import pytest

from app.checkout import flows, jobs
from app.core import audit, db
from app.core.ids import new_id
from app.group_buying import flows as group_buying
from app.group_buying import jobs as group_jobs
from app.membership.actions.points import earn_points
from app.membership.queries import points as points_of
from app.membership.states import PointsReason
from app.orders import queries as orders
from app.orders.states import OrderStatus
from app.pricing.queries import paid_order
from app.pricing.rules import Share, gives_back
from app.wiring import CHECKS
from tests.conftest import WeChat
from tests.factories.checkout import a_product, buys, hold_runs_out, order_now
from tests.factories.group_buying import Buyer, a_buyer, a_deal, a_group, group_of, joins, lapses, money_arrives, opens

pytestmark = pytest.mark.usefixtures("wechat")


async def _rich(points: int = 1000, name: str = "ann") -> Buyer:
    ann = await a_buyer(name)
    async with db.transaction():
        await earn_points(ann.id, points, PointsReason.STAFF, f"gift-{new_id()}")
    return ann


async def _has(buyer: Buyer) -> int:
    return (await points_of(buyer.id)).balance


async def test_points_are_spent_with_the_hold_and_come_back_when_it_lapses(wechat: WeChat) -> None:
    product, ann = await a_product(prices=(3980,)), await _rich()
    order = await order_now(await buys(ann, product, use_points=600))
    assert (order.amount_fen, order.points_used, await _has(ann)) == (3380, 600, 400)
    await hold_runs_out(wechat, order.id)
    for _ in range(2):
        await jobs.release_holds()
        assert await _has(ann) == 1000
    assert await audit.run(CHECKS) == []


async def test_points_come_back_when_a_purchase_is_cancelled_and_late_money_brings_none() -> None:
    product, ann = await a_product(prices=(3980,)), await _rich()
    order = await buys(ann, product, use_points=600)
    await flows.cancel_order(buyer=ann.id, order=order, key="c")
    await money_arrives(order)
    assert (await order_now(order)).status is OrderStatus.REFUNDING
    assert await _has(ann) == 1000
    assert await audit.run(CHECKS) == []


async def test_an_order_paid_with_points_alone_is_paid_at_once() -> None:
    product, ann = await a_product(prices=(900,), shipping_fen=100), await _rich()
    order = await order_now(await buys(ann, product, use_points=5000))
    assert (order.status, order.amount_fen, order.points_used) == (OrderStatus.TO_SHIP, 0, 1000)
    (line,) = (await orders.lines_of([order.id]))[order.id]
    assert (line.points, await _has(ann)) == (900, 0)
    back = gives_back(await paid_order(order.id), {line.id: 1})
    assert (back.lines[line.id], back.shipping) == (Share(0, 900), Share(0, 100))
    assert await audit.run(CHECKS) == []


async def test_a_repeat_spends_no_points_again() -> None:
    product, ann = await a_product(), await _rich()
    first = await buys(ann, product, use_points=600, key="k")
    assert await buys(ann, product, use_points=600, key="k") == first
    assert await _has(ann) == 400


async def test_points_pay_for_a_seat_and_come_back_when_it_is_given_up_unpaid(wechat: WeChat) -> None:
    group, ann = await a_group(size=3), await _rich()
    held = await joins(ann, await group.now(), use_points=600)
    assert ((await order_now(held.order)).amount_fen, await _has(ann)) == (1390, 400)
    await lapses(wechat, held)
    assert await _has(ann) == 1000
    assert await audit.run(CHECKS) == []


async def test_points_come_back_to_who_leaves_a_group() -> None:
    group, ann = await a_group(size=3), await _rich()
    held = await joins(ann, await group.now(), use_points=600)
    await money_arrives(held.order)
    await group_buying.leave(member=ann.id, group=group.code, key="l")
    assert await _has(ann) == 1000
    assert await audit.run(CHECKS) == []


async def test_points_come_back_to_the_members_of_a_failing_group_also_where_they_paid_all(wechat: WeChat) -> None:
    ann = await _rich(5000)
    held = await opens(ann, await a_deal(prices=(1990,)), use_points=5000)
    assert ((await order_now(held.order)).status, await _has(ann)) == (OrderStatus.PAID_FORMING, 3010)
    group = await group_of(held)
    ben = await _rich(100, "ben")
    second = await joins(ben, group, use_points=100)
    await money_arrives(second.order)
    await wechat.move_clock(86_401)
    await group_jobs.decide_deadlines()
    await group_jobs.refund_members()
    assert (await _has(ann), await _has(ben)) == (5000, 100)
    assert (await order_now(held.order)).status is OrderStatus.REFUNDED
    assert await audit.run(CHECKS) == []
