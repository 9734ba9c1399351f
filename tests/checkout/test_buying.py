"""Buying alone: what it costs, what it claims, and who may."""

from datetime import timedelta
from typing import Any

import pytest

from app.accounts.errors import AddressNotFound
from app.accounts.models import Role, UserRole
from app.catalog.errors import ProductNotFound
from app.catalog.models import Sku
from app.checkout import errors, flows, jobs, rules
from app.checkout.models import SoloPurchase
from app.checkout.states import PurchaseEnd, PurchaseStatus
from app.core import audit, clock
from app.core.errors import DomainError, IdempotencyKeyReused
from app.core.ids import ProductId, new_id
from app.orders import queries as orders
from app.orders.errors import AddressRequired, QuantityInvalid
from app.orders.states import CloseReason, OrderStatus
from app.payments.models import Payment, PaymentStatus, Purpose, Refund, RefundReason
from app.wiring import CHECKS
from tests.conftest import WeChat
from tests.factories.checkout import MadeProduct, a_product, buys, hold_runs_out, order_now
from tests.factories.group_buying import a_buyer, money_arrives, pays, prepaid
from tests.factories.rows import everything

pytestmark = pytest.mark.usefixtures("wechat")


async def test_buying_alone_holds_pieces_of_the_stock_and_asks_for_the_solo_price() -> None:
    product, ann = await a_product(prices=(3980,), stock=5), await a_buyer()
    order = await order_now(await buys(ann, product, quantity=2))
    assert (order.status, order.amount_fen, order.purpose) == (OrderStatus.UNPAID, 7960, Purpose.SOLO)
    purchase = await SoloPurchase.get(order_id=order.id)
    assert (purchase.status, order.pay_by) == (PurchaseStatus.HELD, purchase.held_until)
    assert abs(purchase.held_until - await clock.now() - rules.HOLD) < timedelta(seconds=5)
    payment = await Payment.get(order_id=order.id)
    assert (payment.amount_fen, payment.expires_at, payment.purpose) == (7960, order.pay_by, Purpose.SOLO)
    assert (await product.stock(), await product.sold()) == (3, 0)
    (line,) = (await orders.lines_of([order.id]))[order.id]
    assert (line.title, line.quantity, line.unit_price_fen, line.discount_fen) == ("龙井茶", 2, 3980, 0)
    assert await audit.run(CHECKS) == []


async def test_a_solo_purchase_goes_from_unpaid_to_to_ship() -> None:
    product = await a_product(stock=5)
    order = await buys(await a_buyer(), product)
    await money_arrives(order)
    paid = await order_now(order)
    assert (paid.status, paid.pay_by) == (OrderStatus.TO_SHIP, None)
    assert (await SoloPurchase.get(order_id=order)).status is PurchaseStatus.BOUGHT
    assert (await product.stock(), await product.sold()) == (4, 1)
    assert await audit.run(CHECKS) == []


async def test_shipping_costs_what_the_product_says_however_many_pieces() -> None:
    order = await order_now(await buys(await a_buyer(), await a_product(prices=(1000,), shipping_fen=800), quantity=3))
    assert (order.amount_fen, order.shipping_fen) == (3800, 800)


async def test_an_order_of_0_fen_leaves_unpaid_at_once() -> None:
    product = await a_product(prices=(0,), stock=5)
    order = await order_now(await buys(await a_buyer(), product))
    assert (order.status, await product.stock(), await product.sold()) == (OrderStatus.TO_SHIP, 4, 1)
    assert await audit.run(CHECKS) == []


async def test_the_same_key_never_places_a_second_order() -> None:
    product, ann = await a_product(), await a_buyer()
    first = await buys(ann, product, key="k")
    assert await buys(ann, product, key="k") == first
    assert await product.stock() == 99
    with pytest.raises(IdempotencyKeyReused):
        await buys(ann, product, key="k", quantity=2)


async def _refused(refusal: type[DomainError], product: MadeProduct, who: str = "ann", **changes: Any) -> None:
    ann = await a_buyer(who)
    before = await everything()
    with pytest.raises(refusal):
        await buys(ann, product, **changes)
    assert await everything() == before


async def test_a_product_that_is_not_there_is_not_sold() -> None:
    await _refused(ProductNotFound, MadeProduct(ProductId(new_id()), ()))


async def test_of_several_kinds_one_of_its_own_must_be_chosen() -> None:
    product = await a_product(prices=(3980, 4980))
    await _refused(errors.SkuRequired, product)
    other = await a_product()
    await _refused(errors.SkuRequired, product, who="cat", sku=other.skus[0])
    order = await order_now(await buys(await a_buyer("ben"), product, sku=product.skus[1]))
    assert order.amount_fen == 4980


@pytest.mark.parametrize("quantity", [0, -1, rules.MOST_PIECES + 1])
async def test_a_number_of_pieces_that_nobody_sells_is_refused(quantity: int) -> None:
    await _refused(QuantityInvalid, await a_product(stock=10**6), quantity=quantity)


async def test_more_pieces_than_there_are_are_sold_out() -> None:
    await _refused(errors.SoldOut, await a_product(stock=1), quantity=2)


async def test_goods_need_an_address_of_the_buyers_own() -> None:
    product = await a_product()
    await _refused(AddressRequired, product, address=None)
    await _refused(AddressNotFound, product, who="cat", address=(await a_buyer("ben")).address)


async def test_who_expects_a_lower_price_is_told_the_new_one() -> None:
    product, ann = await a_product(prices=(3980,)), await a_buyer()
    with pytest.raises(errors.AmountChanged) as refused:
        await buys(ann, product, quantity=2, expected_fen=7959)
    assert refused.value.amount_fen == 7960
    assert await product.stock() == 100
    await buys(ann, product, quantity=2, expected_fen=7960)


async def test_staff_of_the_merchant_cannot_buy() -> None:
    ann, product = await a_buyer(), await a_product()
    await UserRole.create(user_id=ann.id, role=Role.MERCHANT)
    before = await everything()
    with pytest.raises(errors.NotEligible):
        await buys(ann, product)
    assert await everything() == before


async def test_five_unpaid_purchases_are_allowed_and_a_sixth_waits_for_the_first_to_end() -> None:
    product, ann = await a_product(), await a_buyer()
    held = [await buys(ann, product) for _ in range(rules.UNPAID_PURCHASES)]
    with pytest.raises(errors.HoldLimit) as refused:
        await buys(ann, product)
    assert refused.value.until == (await SoloPurchase.get(order_id=held[0])).held_until
    await money_arrives(held[0])
    await buys(ann, product)


async def test_five_purchases_that_lapsed_pause_the_buyer_for_half_an_hour(wechat: WeChat) -> None:
    product, ann = await a_product(), await a_buyer()
    for _ in range(rules.LAPSES):
        await hold_runs_out(wechat, await buys(ann, product))
        await jobs.release_holds()
    with pytest.raises(errors.HoldLimit) as refused:
        await buys(ann, product)
    left = refused.value.until - await clock.now()
    assert timedelta(minutes=29) < left <= rules.PAUSE
    await wechat.move_clock(left.total_seconds() + 0.1)
    await buys(ann, product)


async def test_a_hold_that_runs_out_gives_the_pieces_back(wechat: WeChat) -> None:
    product = await a_product(stock=1)
    order = await buys(await a_buyer(), product)
    assert await jobs.release_holds() == 0
    await hold_runs_out(wechat, order)
    assert await jobs.release_holds() == 1
    closed = await order_now(order)
    assert (closed.status, closed.close_reason) == (OrderStatus.CLOSED, CloseReason.HOLD_ENDED)
    purchase = await SoloPurchase.get(order_id=order)
    assert (purchase.status, purchase.end) == (PurchaseStatus.RELEASED, PurchaseEnd.LAPSED)
    assert (await Payment.get(order_id=order)).status is PaymentStatus.CLOSED
    assert await product.stock() == 1
    assert await audit.run(CHECKS) == []
    await buys(await a_buyer("ben"), product)


async def test_a_payment_that_arrived_unheard_wins_over_the_hold_that_ran_out(wechat: WeChat) -> None:
    product, ann = await a_product(stock=1), await a_buyer()
    order = await buys(ann, product)
    await wechat.pay(await prepaid(wechat, ann, order), ann.name)
    await hold_runs_out(wechat, order)
    await jobs.release_holds()
    assert (await order_now(order)).status is OrderStatus.TO_SHIP
    assert await product.stock() == 0


async def test_while_wechat_is_silent_pieces_are_kept_for_a_minute_and_late_money_goes_back(wechat: WeChat) -> None:
    product, ann = await a_product(stock=1), await a_buyer()
    order = await buys(ann, product)
    await wechat.pay(await prepaid(wechat, ann, order), ann.name)
    await wechat.faults(system_busy=1)
    await hold_runs_out(wechat, order)
    await jobs.release_holds()
    assert (await SoloPurchase.get(order_id=order)).status is PurchaseStatus.RELEASING
    assert await product.stock() == 0
    await wechat.move_clock(rules.RELEASE_PATIENCE.total_seconds() + 1)
    await jobs.release_holds()
    assert (await order_now(order)).status is OrderStatus.CLOSED
    assert await product.stock() == 1
    await wechat.faults()
    await money_arrives(order)
    assert (await order_now(order)).status is OrderStatus.REFUNDING
    assert (await Refund.get(order_id=order)).reason is RefundReason.OVERFLOW
    assert (await product.stock(), await product.sold()) == (1, 0)
    assert await audit.run(CHECKS) == []


async def test_an_unpaid_purchase_is_cancelled_and_a_repeat_is_no_error() -> None:
    product, ann = await a_product(stock=1), await a_buyer()
    order = await buys(ann, product)
    for _ in range(2):
        await flows.cancel_order(buyer=ann.id, order=order, key="c")
    assert (await SoloPurchase.get(order_id=order)).end is PurchaseEnd.CANCELLED
    closed = await order_now(order)
    assert (closed.status, closed.close_reason, await product.stock()) == (
        OrderStatus.CLOSED,
        CloseReason.CANCELLED,
        1,
    )
    assert await audit.run(CHECKS) == []


async def test_prices_are_those_of_the_moment_of_the_order(wechat: WeChat) -> None:
    product, ann = await a_product(prices=(3980,)), await a_buyer()
    order = await buys(ann, product)
    await Sku.filter(id=product.skus[0]).update(price_fen=5980)
    await pays(wechat, ann, order)
    assert (await order_now(order)).amount_fen == 3980
    assert await audit.run(CHECKS) == []
