"""Placing orders, moving them on, and reading them."""

from datetime import timedelta

import pytest

from app.core import clock
from app.core.ids import OrderId, ProductId, SkuId, UserId, new_id
from app.orders import actions, queries
from app.orders.actions import NewLine
from app.orders.errors import OrderNotFound
from app.orders.models import Order, OrderEvent
from app.orders.states import CloseReason, OrderStatus
from app.payments.models import Purpose
from tests.factories.rows import everything

pytestmark = pytest.mark.usefixtures("database")


def a_line(quantity: int = 1, price: int = 1990) -> NewLine:
    return NewLine(
        product=ProductId(new_id()),
        sku=SkuId(new_id()),
        title="龙井茶",
        picture_path=None,
        quantity=quantity,
        unit_price_fen=price,
    )


async def an_order(user: UserId | None = None, *lines: NewLine) -> Order:
    pay_by = await clock.now() + timedelta(minutes=10)
    return await actions.place(
        user=user or UserId(new_id()),
        lines=lines or [a_line()],
        address=None,
        pay_by=pay_by,
        share_code=None,
        purpose=Purpose.GROUP_SEAT,
    )


async def test_an_order_costs_what_its_lines_cost() -> None:
    order = await an_order(None, a_line(2, 1990), a_line(3, 5))
    assert (order.status, order.amount_fen) == (OrderStatus.UNPAID, 3995)
    lines = (await queries.lines_of([order.id]))[order.id]
    assert sorted((line.quantity, line.unit_price_fen) for line in lines) == [(2, 1990), (3, 5)]


async def test_moving_on_is_noted_and_a_repeat_moves_nothing() -> None:
    order = await an_order()
    assert await actions.advance(order.id, OrderStatus.PAID_FORMING)
    before = await everything()
    assert not await actions.advance(order.id, OrderStatus.PAID_FORMING)
    assert not await actions.advance(order.id, OrderStatus.REFUNDED)
    assert not await actions.advance(OrderId(new_id()), OrderStatus.CLOSED)
    assert await everything() == before
    history = await queries.history_of(order.id)
    assert [event.status for event in history] == [OrderStatus.UNPAID, OrderStatus.PAID_FORMING]


async def test_an_order_is_paid_once_and_has_nothing_to_pay_afterwards() -> None:
    order = await an_order()
    await actions.advance(order.id, OrderStatus.PAID_FORMING)
    paid = await Order.get(id=order.id)
    assert paid.paid_at is not None
    assert paid.pay_by is None
    await actions.advance(order.id, OrderStatus.TO_SHIP)
    await actions.advance(order.id, OrderStatus.REFUNDING)
    assert (await Order.get(id=order.id)).paid_at == paid.paid_at


async def test_a_purchase_alone_is_paid_when_it_may_ship() -> None:
    order = await an_order()
    await actions.advance(order.id, OrderStatus.TO_SHIP)
    assert (await Order.get(id=order.id)).paid_at is not None


async def test_many_orders_move_on_together_and_those_that_cannot_stay() -> None:
    orders = [await an_order() for _ in range(4)]
    await actions.close(orders[0].id, CloseReason.CANCELLED)
    moved = await actions.advance_all([each.id for each in orders], OrderStatus.PAID_FORMING)
    # Late money may reopen a closed order, so that one moves too; a refunded one would not.
    assert set(moved) == {each.id for each in orders}
    await actions.advance_all([orders[1].id], OrderStatus.REFUNDING)
    moved = await actions.advance_all([each.id for each in orders], OrderStatus.TO_SHIP)
    assert set(moved) == {orders[0].id, orders[2].id, orders[3].id}
    assert await OrderEvent.filter(status=OrderStatus.TO_SHIP).count() == 3
    assert await actions.advance_all([], OrderStatus.CLOSED) == []


@pytest.mark.parametrize("reason", list(CloseReason))
async def test_only_an_unpaid_order_is_closed_and_it_says_why(reason: CloseReason) -> None:
    unpaid, paid = await an_order(), await an_order()
    await actions.advance(paid.id, OrderStatus.PAID_FORMING)
    assert await actions.close(unpaid.id, reason)
    assert not await actions.close(unpaid.id, reason)
    assert not await actions.close(paid.id, reason)
    closed = await Order.get(id=unpaid.id)
    assert (closed.status, closed.close_reason, closed.pay_by) == (OrderStatus.CLOSED, reason, None)
    assert (await Order.get(id=paid.id)).close_reason is None


async def test_an_order_is_its_buyers_alone() -> None:
    order = await an_order()
    assert (await queries.order_of(order.user_id, order.id)).id == order.id
    with pytest.raises(OrderNotFound):
        await queries.order_of(UserId(new_id()), order.id)
    with pytest.raises(OrderNotFound):
        await queries.order_of(order.user_id, OrderId(new_id()))


async def test_orders_are_read_by_pages_the_newest_first_though_two_came_in_one_moment() -> None:
    ann, moment = UserId(new_id()), await clock.now()
    made = [await an_order(ann) for _ in range(5)]
    await an_order()
    await Order.filter(id__in=[each.id for each in made[1:4]]).update(created_at=moment)
    found: list[Order] = []
    while page := await queries.page(ann, limit=2, before=(found[-1].created_at, found[-1].id) if found else None):
        found += page
    assert [each.id for each in found] == [
        each.id for each in sorted(found, key=lambda each: (each.created_at, each.id), reverse=True)
    ]
    assert {each.id for each in found} == {each.id for each in made}
    assert len(found) == 5


async def test_somebody_has_bought_who_paid_and_was_not_refunded() -> None:
    order = await an_order()
    assert not await queries.has_bought([order.user_id])
    await actions.advance(order.id, OrderStatus.PAID_FORMING)
    assert await queries.has_bought([order.user_id, UserId(new_id())])
    await actions.advance(order.id, OrderStatus.REFUNDING)
    assert not await queries.has_bought([order.user_id])
    assert not await queries.has_bought([])
