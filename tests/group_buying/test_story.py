"""The story and its other ending, through the actions."""

import pytest

from app.core import audit, worker
from app.group_buying.states import GroupStatus, SeatStatus
from app.orders.models import Order
from app.orders.states import OrderStatus
from app.wiring import CHECKS, JOBS
from tests.conftest import WeChat
from tests.factories.group_buying import a_buyer, a_deal, a_group, joins, money_arrives, opens

pytestmark = pytest.mark.usefixtures("wechat")


async def _statuses(orders: object) -> set[OrderStatus]:
    return {order.status for order in await Order.filter(id__in=list(orders))}  # type: ignore[call-overload]


async def test_a_group_is_opened_joined_paid_for_and_completed() -> None:
    group = await a_group(taken=2)
    assert (await group.now()).status is GroupStatus.FORMING
    last = await a_buyer("last")
    held = await joins(last, await group.now())
    await money_arrives(held.order)
    assert (await group.now()).status is GroupStatus.COMPLETED
    assert await _statuses([*group.orders, held.order]) == {OrderStatus.TO_SHIP}
    await worker.run_until_idle(JOBS)
    assert await audit.run(CHECKS) == []


async def test_a_group_that_nobody_joins_expires_and_gives_everything_back(wechat: WeChat) -> None:
    deal = await a_deal()
    leader = await a_buyer()
    await wechat.login_code(leader.name)
    held = await opens(leader, deal)
    from app.payments import flows

    prepaid = await flows.prepay(held.order)
    assert prepaid.parameters is not None
    await wechat.pay(prepaid.parameters.package, leader.name)
    await flows.confirm(held.order)
    assert await _statuses([held.order]) == {OrderStatus.PAID_FORMING}
    await wechat.move_clock(86_401)
    await worker.run_until_idle(JOBS)
    await wechat.move_clock(120)
    await worker.run_until_idle(JOBS)
    from app.group_buying.models import Group, Offer, Seat

    assert (await Seat.get(id=held.seat)).status is SeatStatus.REFUNDED
    assert (await Group.get(id=held.group)).status is GroupStatus.FAILED
    assert await _statuses([held.order]) == {OrderStatus.REFUNDED}
    assert (await Offer.get(id=deal.offers[0])).quota_left == 100
    assert await audit.run(CHECKS) == []
