"""The story and its other ending, through the actions."""

from collections.abc import Awaitable, Callable, Iterable

import pytest

from app.core import audit
from app.core.ids import OrderId
from app.group_buying.states import GroupStatus, SeatStatus
from app.orders.models import Order
from app.orders.states import OrderStatus
from app.wiring import CHECKS
from tests.conftest import WeChat
from tests.factories.group_buying import a_buyer, a_group, joins, money_arrives, quota_left

Work = Callable[[], Awaitable[None]]

pytestmark = pytest.mark.usefixtures("wechat")


async def _statuses(orders: Iterable[OrderId]) -> set[OrderStatus]:
    return {order.status for order in await Order.filter(id__in=list(orders))}


async def test_a_group_is_opened_joined_paid_for_and_completed(do_all_work: Work) -> None:
    group = await a_group(taken=2)
    assert (await group.now()).status is GroupStatus.FORMING
    held = await joins(await a_buyer("last"), await group.now())
    await money_arrives(held.order)
    assert (await group.now()).status is GroupStatus.COMPLETED
    assert await _statuses([*group.orders, held.order]) == {OrderStatus.TO_SHIP}
    await do_all_work()
    assert await audit.run(CHECKS) == []


async def test_a_group_that_nobody_joins_expires_and_gives_everything_back(wechat: WeChat, do_all_work: Work) -> None:
    group = await a_group(wechat=wechat)
    assert await _statuses(group.orders) == {OrderStatus.PAID_FORMING}
    for seconds in (86_401, 120):
        await wechat.move_clock(seconds)
        await do_all_work()
    assert [seat.status for seat in await group.seats()] == [SeatStatus.REFUNDED]
    assert (await group.now()).status is GroupStatus.FAILED
    assert await _statuses(group.orders) == {OrderStatus.REFUNDED}
    assert await quota_left(group.deal) == 100
    assert await audit.run(CHECKS) == []
