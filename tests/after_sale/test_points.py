"""A refund returns points item by item, and reverses what the purchase had brought: nothing is kept twice."""

from uuid import UUID

import pytest

from app.accounts.models import Role
from app.after_sale import actions, queries
from app.after_sale.states import AfterSaleReason, AfterSaleStatus
from app.core import audit, db
from app.core.ids import OrderId, new_id
from app.membership.actions.points import earn_points
from app.membership.queries import points as points_of
from app.membership.states import PointsReason
from app.orders import actions as orders
from app.orders import queries as order_queries
from app.orders.models import OrderLine
from app.orders.states import OrderStatus
from app.payments import queries as payments
from app.payments.actions import record_refund_sent
from app.wiring import CHECKS
from tests.factories.accounts import staff
from tests.factories.checkout import MadeProduct, a_product, buys
from tests.factories.group_buying import Buyer, a_buyer, money_arrives
from tests.factories.orders import PARCEL, a_merchant

pytestmark = pytest.mark.usefixtures("wechat")


async def _rich() -> Buyer:
    ann = await a_buyer("ann")
    async with db.transaction():
        await earn_points(ann.id, 1000, PointsReason.STAFF, f"gift-{new_id()}")
    return ann


async def _has(buyer: Buyer) -> int:
    return (await points_of(buyer.id)).balance


async def _given_back(buyer: Buyer, order: OrderId, pieces: dict[UUID, int] | None) -> tuple[int, int]:
    """The buyer asks, staff grant; the money and the points that come back."""
    request = await actions.request(
        buyer=buyer.id, order=order, pieces=pieces, reason=AfterSaleReason.OTHER, note="", key=f"k-{new_id()}"
    )
    by = await staff(Role.SUPPORT, username=f"s-{new_id()}")
    await actions.approve(by=by, request=request, expected_version=1)
    found = await queries.after_sale(request)
    return found.amount_fen, found.points


async def test_points_come_back_piece_by_piece_and_the_fee_with_the_last() -> None:
    ann, product = await _rich(), await a_product(prices=(1000,), shipping_fen=500)
    order = await buys(ann, product, quantity=3, use_points=700)
    await money_arrives(order)
    seen = await order_queries.order_by_id(order)
    await orders.ship(by=await a_merchant(), order=order, parcel=PARCEL, expected_version=seen.version)
    (line,) = (await order_queries.lines_of([order]))[order]
    back = [await _given_back(ann, order, pieces) for pieces in ({line.id: 1}, {line.id: 1}, None)]
    assert [sum(part) for part in back] == [1000, 1000, 1500]
    assert (sum(fen for fen, _ in back), sum(points for _, points in back)) == (2800, 700)
    assert await _has(ann) == 1000
    assert (await order_queries.order_by_id(order)).status is OrderStatus.REFUNDING
    assert await audit.run(CHECKS) == []


async def test_what_was_paid_with_points_alone_comes_back_at_once() -> None:
    ann, product = await _rich(), await a_product(prices=(900,), shipping_fen=100)
    order = await buys(ann, product, use_points=1000)
    stock = await product.stock()
    assert await _has(ann) == 0
    assert await _given_back(ann, order, None) == (0, 1000)
    assert await _has(ann) == 1000
    assert (await order_queries.order_by_id(order)).status is OrderStatus.REFUNDED
    (request,) = (await queries.after_sales_of([order]))[order]
    assert request.status is AfterSaleStatus.REFUNDED
    assert await product.stock() == stock + 1
    assert await audit.run(CHECKS) == []


async def _with_a_line_for_points_alone(buyer: Buyer, product: MadeProduct) -> tuple[OrderId, OrderLine, OrderLine]:
    """A paid order whose points paid for one of its two lines, and its money for the other."""
    order = await buys(buyer, product, use_points=300)
    (line,) = (await order_queries.lines_of([order]))[order]
    await OrderLine.filter(id=line.id).update(unit_price_fen=line.unit_price_fen - 300, points=0)
    for_points = await OrderLine.create(
        order_id=order, product_id=product.id, sku_id=product.skus[0], title="茶样", quantity=1, unit_price_fen=300,
        points=300,
    )  # fmt: skip
    await money_arrives(order)
    seen = await order_queries.order_by_id(order)
    await orders.ship(by=await a_merchant(), order=order, parcel=PARCEL, expected_version=seen.version)
    return order, line, for_points


@pytest.mark.parametrize("arrives_first", [True, False])
async def test_an_order_has_gone_back_whole_with_its_last_piece_not_with_its_last_fen(arrives_first: bool) -> None:
    ann, product = await _rich(), await a_product(prices=(1000,))
    order, for_money, for_points = await _with_a_line_for_points_alone(ann, product)

    async def status() -> OrderStatus:
        return (await order_queries.order_by_id(order)).status

    assert await _given_back(ann, order, {for_money.id: 1}) == (700, 0)
    assert await status() is OrderStatus.SHIPPED
    (refund,) = await payments.refunds_of([order])
    if arrives_first:
        await record_refund_sent(refund.out_refund_no)
        assert await status() is OrderStatus.SHIPPED
    assert await _given_back(ann, order, {for_points.id: 1}) == (0, 300)
    assert await _has(ann) == 1000
    if not arrives_first:
        assert await status() is OrderStatus.REFUNDING
        await record_refund_sent(refund.out_refund_no)
    assert await status() is OrderStatus.REFUNDED
    assert await audit.run(CHECKS) == []
