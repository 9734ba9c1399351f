"""Money arrives: a seat is taken, the group completes, or the money goes back."""

from datetime import timedelta

import pytest

from app.catalog.models import Product
from app.core import audit, outbox
from app.core.models import FactRow
from app.group_buying import facts
from app.group_buying.actions import leaving, refunding
from app.group_buying.actions.change import begin_release
from app.group_buying.models import Deal, Seat
from app.group_buying.states import DealStatus, GroupChangeKind, GroupStatus, IfSeatLost, SeatEnd, SeatStatus
from app.orders import queries as orders
from app.orders.models import Order
from app.orders.states import CloseReason, OrderStatus
from app.payments import queries as payment_queries
from app.payments.models import Payment, PaymentStatus, RefundReason, RefundStatus
from app.wiring import CHECKS
from tests.conftest import WeChat
from tests.factories.group_buying import (
    Opened,
    a_buyer,
    a_deal,
    a_group,
    group_of,
    joins,
    lapses,
    money_arrives,
    opens,
    order_of,
    quota_left,
    seat_of,
)
from tests.factories.rows import everything

pytestmark = pytest.mark.usefixtures("wechat")


async def _recorded(fact: type[outbox.Fact]) -> list[outbox.Fact]:
    return [outbox.read(row.name, row.payload) for row in await FactRow.filter(name=fact.__name__).order_by("id")]


async def test_the_window_begins_when_the_leader_has_paid() -> None:
    held = await opens(await a_buyer(), await a_deal(window_seconds=3600))
    await money_arrives(held.order)
    group, seat, order = await group_of(held), await seat_of(held), await order_of(held)
    assert (group.status, group.taken, group.held) == (GroupStatus.FORMING, 1, 0)
    assert seat.taken_at is not None
    assert group.expires_at == seat.taken_at + timedelta(hours=1)
    assert group.closes_at == group.expires_at - timedelta(minutes=2)
    assert (seat.status, order.status, order.pay_by) == (SeatStatus.TAKEN, OrderStatus.PAID_FORMING, None)


async def test_a_seat_is_taken_with_the_money_that_paid_for_it() -> None:
    group = await a_group(size=3)
    held = await joins(await a_buyer("ben"), await group.now())
    assert (await group.now()).terms.seats_left == 1
    await money_arrives(held.order)
    now = await group.now()
    assert (now.status, now.taken, now.held) == (GroupStatus.FORMING, 2, 0)
    assert (await payment_queries.payment_of(held.order)).status is PaymentStatus.PAID  # type: ignore[union-attr]
    last = (await _recorded(facts.SeatTaken))[-1]
    assert last == facts.SeatTaken(group.id, held.seat, (await seat_of(held)).user_id, now.version)


async def test_the_last_seat_completes_the_group_and_every_order_may_ship() -> None:
    group = await a_group(size=3, taken=2)
    held = await joins(await a_buyer("last"), await group.now(), quantity=2)
    await money_arrives(held.order)
    now = await group.now()
    assert (now.status, now.taken, now.last_change) == (GroupStatus.COMPLETED, 3, GroupChangeKind.COMPLETED)
    members = [*group.orders, held.order]
    assert {each.status for each in await Order.filter(id__in=members)} == {OrderStatus.TO_SHIP}
    assert (await Product.get(id=group.deal.product)).sold_count == 4
    completed = await _recorded(facts.GroupCompleted)
    buyers = [*(each.id for each in group.members), (await seat_of(held)).user_id]
    assert completed == [facts.GroupCompleted(group.id, tuple(buyers), tuple(members), now.version)]


async def test_an_order_was_paid_when_its_money_came_not_when_the_group_completed() -> None:
    group = await a_group(size=2)
    before = await Order.get(id=group.orders[0])
    held = await joins(await a_buyer("ben"), await group.now())
    await money_arrives(held.order)
    after = await Order.get(id=group.orders[0])
    assert (after.status, after.paid_at) == (OrderStatus.TO_SHIP, before.paid_at)
    told = [event.status for event in await orders.history_of(before.id)]
    assert told == [OrderStatus.UNPAID, OrderStatus.PAID_FORMING, OrderStatus.TO_SHIP]


async def test_the_same_news_again_changes_nothing() -> None:
    group = await a_group(size=2)
    held = await joins(await a_buyer("ben"), await group.now())
    await money_arrives(held.order)
    before = await everything()
    await money_arrives(held.order)
    await money_arrives(group.orders[0])
    assert await everything() == before


async def test_an_order_of_nothing_is_paid_at_once_and_may_complete_the_group() -> None:
    deal = await a_deal(prices=(0,), size=2)
    opened = await opens(await a_buyer("ann"), deal)
    group = await group_of(opened)
    assert (group.status, group.taken, group.held) == (GroupStatus.FORMING, 1, 0)
    joined = await joins(await a_buyer("ben"), group)
    assert (await group_of(opened)).status is GroupStatus.COMPLETED
    for held in (opened, joined):
        assert (await order_of(held)).status is OrderStatus.TO_SHIP
        assert (await seat_of(held)).status is SeatStatus.TAKEN
    assert await Payment.all().count() == 0
    assert len(await _recorded(facts.GroupCompleted)) == 1
    assert await audit.run(CHECKS) == []


async def test_an_order_of_nothing_is_refunded_at_once() -> None:
    deal = await a_deal(prices=(0,), size=3)
    leader, friend = await a_buyer("ann"), await a_buyer("ben")
    opened = await opens(leader, deal)
    group = await group_of(opened)
    joined = await joins(friend, group)
    await refunding.leave(member=leader.id, group=group.code, key="k")
    assert (await seat_of(opened)).status is SeatStatus.REFUNDED
    assert (await order_of(opened)).status is OrderStatus.REFUNDED
    assert (await group_of(opened)).leader_id == friend.id
    await refunding.leave(member=friend.id, group=group.code, key="k")
    assert (await group_of(opened)).status is GroupStatus.FAILED
    assert (await order_of(joined)).status is OrderStatus.REFUNDED
    assert await quota_left(deal) == 100
    assert await audit.run(CHECKS) == []


async def _is_refunded_as_late(order: Order, *, closed: CloseReason) -> None:
    assert (order.status, order.close_reason) == (OrderStatus.REFUNDING, closed)
    (refund,) = await payment_queries.refunds_of([order.id])
    assert (refund.reason, refund.amount_fen, refund.status) == (
        RefundReason.OVERFLOW,
        order.amount_fen,
        RefundStatus.WAITING,
    )
    seat = await Seat.get(order_id=order.id)
    assert (seat.status, seat.overflow) == (SeatStatus.RELEASED, IfSeatLost.REFUND)
    late = (await _recorded(facts.LatePaymentRefunded))[-1]
    assert late == facts.LatePaymentRefunded(order.id, order.user_id, seat.group_id, order.amount_fen)
    assert await audit.run(CHECKS) == []


@pytest.mark.parametrize("choice", list(IfSeatLost))
async def test_money_after_the_hold_is_refunded_whatever_was_chosen(wechat: WeChat, choice: IfSeatLost) -> None:
    group = await a_group(size=3)
    held = await joins(await a_buyer("ben"), await group.now(), if_seat_lost=choice)
    await lapses(wechat, held)
    before = await group.now()
    await money_arrives(held.order)
    await _is_refunded_as_late(await order_of(held), closed=CloseReason.HOLD_ENDED)
    after = await group.now()
    assert (after.version, after.taken, after.held) == (before.version, before.taken, before.held)
    assert await quota_left(group.deal) == 99


async def test_money_for_a_cancelled_order_is_refunded_by_itself(wechat: WeChat) -> None:
    group = await a_group(size=3)
    held = await joins(await a_buyer("ben"), await group.now())
    await lapses(wechat, held, cancelled=True)
    assert (await order_of(held)).status is OrderStatus.CLOSED
    await money_arrives(held.order)
    await _is_refunded_as_late(await order_of(held), closed=CloseReason.CANCELLED)


async def test_a_leader_who_pays_after_her_group_was_cancelled_is_refunded(wechat: WeChat) -> None:
    held = await opens(await a_buyer(), await a_deal())
    await lapses(wechat, held)
    assert (await group_of(held)).status is GroupStatus.CANCELLED
    await money_arrives(held.order)
    await _is_refunded_as_late(await order_of(held), closed=CloseReason.HOLD_ENDED)
    assert (await group_of(held)).status is GroupStatus.CANCELLED


async def test_a_leaders_money_begins_no_group_of_a_deal_that_was_taken_down() -> None:
    deal = await a_deal()
    held = await opens(await a_buyer(), deal)
    await Deal.filter(id=deal.id).update(status=DealStatus.TAKEN_DOWN)
    await money_arrives(held.order)
    group = await group_of(held)
    assert (group.status, group.held, group.taken) == (GroupStatus.CANCELLED, 0, 0)
    await _is_refunded_as_late(await order_of(held), closed=CloseReason.HOLD_ENDED)
    assert await quota_left(deal) == 100


async def test_money_into_a_group_that_fails_goes_back_and_the_group_fails_when_all_have_theirs() -> None:
    group = await a_group(size=3)
    held = await joins(await a_buyer("ben"), await group.now())
    await refunding.leave(member=group.members[0].id, group=group.code, key="k")
    assert (await group.now()).status is GroupStatus.FAILING
    await money_arrives(held.order)
    assert (await group.now()).held == 0
    await _is_refunded_as_late(await order_of(held), closed=CloseReason.HOLD_ENDED)


async def test_money_wins_the_race_while_the_seat_is_being_released() -> None:
    group = await a_group(size=3)
    held = await joins(await a_buyer("ben"), await group.now())
    await begin_release(SeatEnd.LAPSED, id=held.seat)
    await money_arrives(held.order)
    seat = await seat_of(held)
    assert seat.status is SeatStatus.TAKEN
    assert [seat.end, seat.releasing_since, seat.release_due_at] == [None] * 3
    assert not await leaving.free_seat(held.seat)
    assert (await group.now()).taken == 2
    assert await audit.run(CHECKS) == []


async def test_every_choice_of_a_group_is_counted_in_pieces() -> None:
    deal = await a_deal(prices=(1990, 2990), size=2, quota=10)
    opened = await opens(await a_buyer("ann"), deal, offer=deal.offers[0], quantity=2)
    await money_arrives(opened.order)
    group = Opened(opened.group, (await group_of(opened)).code, deal, [], [])
    joined = await joins(await a_buyer("ben"), await group.now(), offer=deal.offers[1], quantity=3)
    await money_arrives(joined.order)
    assert [(await order_of(held)).amount_fen for held in (opened, joined)] == [3980, 8970]
    assert [await quota_left(deal, 0), await quota_left(deal, 1)] == [8, 7]
    assert (await Product.get(id=deal.product)).sold_count == 5
