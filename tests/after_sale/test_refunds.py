"""Money for goods is asked back, granted or declined; the books, the seat and the stock agree."""

import asyncio
import functools
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from app.after_sale import actions, errors, queries
from app.after_sale.models import AfterSale
from app.after_sale.states import AfterSaleReason, AfterSaleStatus
from app.audit_log import queries as audit_log
from app.catalog.models import Product
from app.checkout.models import SoloPurchase
from app.checkout.states import PurchaseStatus
from app.core import audit, clock
from app.core.errors import DomainError, IdempotencyKeyReused, Stale
from app.core.ids import AfterSaleId, OrderId, UserId, new_id
from app.core.models import FactRow
from app.group_buying.models import Seat
from app.group_buying.queries import seats_of
from app.group_buying.states import SeatEnd, SeatStatus
from app.ledger.models import Account
from app.ledger.queries import balances
from app.orders import actions as orders
from app.orders import jobs, rules
from app.orders import queries as order_queries
from app.orders.errors import AfterSaleOpen, OrderNotFound
from app.orders.states import OrderNote, OrderStatus
from app.payments import queries as payments
from app.payments.models import RefundReason, RefundStatus
from app.payments.rules import REFUND_POLL_PAUSES
from app.wiring import CHECKS
from tests.conftest import ON_POSTGRES, WeChat
from tests.factories.accounts import staff
from tests.factories.checkout import a_product, buys
from tests.factories.group_buying import a_buyer, pays, quota_left
from tests.factories.orders import PARCEL, Bought, a_bought, a_merchant, receives, settles, ships
from tests.factories.rows import everything

pytestmark = pytest.mark.usefixtures("wechat")

Work = Callable[[], Awaitable[None]]


async def asks(bought: Bought, quantity: int | None = None, *, key: str = "") -> AfterSaleId:
    """The buyer asks for so many pieces' money, or for all that is left."""
    return await actions.request(
        buyer=bought.buyer.id,
        order=bought.id,
        pieces=await _pieces(bought, quantity),
        reason=AfterSaleReason.DAMAGED,
        note="碎了",
        key=key or f"ask-{new_id()}",
    )


async def _pieces(bought: Bought, quantity: int | None) -> dict[UUID, int] | None:
    if quantity is None:
        return None
    (line,) = (await order_queries.lines_of([bought.id]))[bought.id]
    return {line.id: quantity}


async def support() -> UserId:
    return await staff(username=f"s-{new_id()}")


async def grants(request: AfterSaleId, by: UserId | None = None) -> None:
    seen = await queries.after_sale(request)
    await actions.approve(by=by or await support(), request=request, expected_version=seen.version)


async def declines(request: AfterSaleId) -> None:
    seen = await queries.after_sale(request)
    await actions.reject(by=await support(), request=request, reason="已拆封", expected_version=seen.version)


async def _arrives(wechat: WeChat, do_all_work: Work) -> None:
    """WeChat takes the refund, and pays it out a little later."""
    await do_all_work()
    await wechat.move_clock(REFUND_POLL_PAUSES[0].total_seconds() + 1)
    await do_all_work()


async def _seat(bought: Bought) -> Seat:
    return await Seat.get(order_id=bought.id)


async def _sold(bought: Bought) -> int:
    return (await Product.get(id=bought.group.deal.product)).sold_count


async def _status(request: AfterSaleId) -> AfterSaleStatus:
    return (await queries.after_sale(request)).status


async def _facts(name: str) -> list[str]:
    return [row.payload for row in await FactRow.filter(name=name).order_by("recorded_at", "id")]


async def test_before_it_is_shipped_the_whole_comes_back_and_the_pieces_are_sold_again(
    wechat: WeChat, do_all_work: Work
) -> None:
    bought = await a_bought(wechat=wechat, quantity=2)
    left, sold = await quota_left(bought.group.deal), await _sold(bought)
    request = await asks(bought)
    await grants(request)
    assert (await bought.now()).status is OrderStatus.REFUNDING
    seat = await _seat(bought)
    assert (seat.status, seat.end) == (SeatStatus.REFUNDING, SeatEnd.RETURNED)
    assert await quota_left(bought.group.deal) == left + 2
    assert await _sold(bought) == sold - 2
    assert await audit.run(CHECKS) == []
    await _arrives(wechat, do_all_work)
    assert (await bought.now()).status is OrderStatus.REFUNDED
    assert (await _seat(bought)).status is SeatStatus.REFUNDED
    assert await _status(request) is AfterSaleStatus.REFUNDED
    (refund,) = await payments.refunds_of([bought.id])
    assert (refund.reason, refund.amount_fen, refund.status) == (
        RefundReason.AFTER_SALE,
        3980,
        RefundStatus.SUCCEEDED,
    )
    (told,) = await _facts("OrderRefunded")
    assert '"refunded_fen":3980,"paid_fen":3980,"is_whole":true' in told
    # The group is complete for ever, with everybody who was in it.
    assert len((await seats_of([bought.group.id]))[bought.group.id]) == 2
    assert await audit.run(CHECKS) == []


async def test_what_a_refunded_purchase_did_to_limits_is_undone(wechat: WeChat, do_all_work: Work) -> None:
    bought = await a_bought(wechat=wechat)
    assert await order_queries.has_bought([bought.buyer.id])
    await grants(await asks(bought))
    assert not await order_queries.has_bought([bought.buyer.id])
    await _arrives(wechat, do_all_work)
    assert not await order_queries.has_bought([bought.buyer.id])


async def test_piece_by_piece_gives_back_what_was_paid_and_not_a_fen_more(wechat: WeChat, do_all_work: Work) -> None:
    bought = await a_bought(wechat=wechat, quantity=3, price=333)
    left = await quota_left(bought.group.deal)
    await ships(bought)
    await receives(bought)
    amounts = []
    for pieces in (1, 1, None):
        request = await asks(bought, pieces)
        amounts.append((await queries.after_sale(request)).amount_fen)
        await grants(request)
        await _arrives(wechat, do_all_work)
        assert await audit.run(CHECKS) == []
        last = pieces is None
        assert (await bought.now()).status is (OrderStatus.REFUNDED if last else OrderStatus.RECEIVED)
    assert amounts == [333, 333, 333]
    assert len(await payments.refunds_of([bought.id])) == 3
    payment = await payments.payment_of(bought.id)
    assert payment is not None
    assert payment.refunded_fen == payment.amount_fen == 999
    # They left the shop: nobody sells them again.
    assert await quota_left(bought.group.deal) == left
    whole = ['"is_whole":true' in told for told in await _facts("OrderRefunded")]
    assert whole == [False, False, True]
    assert (await balances())[Account.SALES] == 0


async def test_what_is_kept_is_earned_after_a_part_went_back(wechat: WeChat, do_all_work: Work) -> None:
    bought = await a_bought(wechat=wechat, quantity=2)
    await ships(bought)
    await receives(bought)
    await grants(await asks(bought, 1))
    await _arrives(wechat, do_all_work)
    await settles(bought)
    (told,) = await _facts("OrderSettled")
    assert '"amount_fen":1990' in told
    assert (await _seat(bought)).status is SeatStatus.SETTLED
    await _arrives(wechat, do_all_work)
    assert await audit.run(CHECKS) == []


async def test_what_cost_nothing_comes_back_at_once(do_all_work: Work) -> None:
    bought = await a_bought(price=0)
    left = await quota_left(bought.group.deal)
    request = await asks(bought)
    await grants(request)
    assert await _status(request) is AfterSaleStatus.REFUNDED
    assert (await bought.now()).status is OrderStatus.REFUNDED
    assert (await _seat(bought)).status is SeatStatus.REFUNDED
    assert await quota_left(bought.group.deal) == left + 1
    await do_all_work()
    assert await audit.run(CHECKS) == []


async def test_a_purchase_alone_gives_its_stock_back(wechat: WeChat, do_all_work: Work) -> None:
    ann, product = await a_buyer("ann"), await a_product()
    order = await buys(ann, product, quantity=2)
    await pays(wechat, ann, order)
    stock = await product.stock()
    request = await actions.request(
        buyer=ann.id, order=order, pieces=None, reason=AfterSaleReason.CHANGED_MIND, note="", key="k"
    )
    await grants(request)
    assert (await SoloPurchase.get(order_id=order)).status is PurchaseStatus.RETURNED
    await _arrives(wechat, do_all_work)
    assert (await order_queries.order_by_id(order)).status is OrderStatus.REFUNDED
    assert await product.stock() == stock + 2
    assert await audit.run(CHECKS) == []


async def test_while_a_request_waits_the_order_goes_nowhere(do_all_work: Work) -> None:
    bought, by = await a_bought(), await a_merchant()
    request = await asks(bought)
    seen = (await bought.now()).version
    before = await everything()
    with pytest.raises(AfterSaleOpen):
        await orders.ship(by=by, order=bought.id, parcel=PARCEL, expected_version=seen)
    with pytest.raises(AfterSaleOpen):
        await asks(bought)
    assert await everything() == before
    await actions.withdraw(buyer=bought.buyer.id, request=request)
    await ships(bought, by)
    await asks(bought, 1)
    await clock.move(rules.RECEIVED_AFTER.total_seconds() + 1)
    await do_all_work()
    assert (await bought.now()).status is OrderStatus.SHIPPED
    assert await audit.run(CHECKS) == []


async def test_a_request_of_the_last_moment_keeps_the_order_from_being_settled(wechat: WeChat) -> None:
    bought = await a_bought(wechat=wechat)
    await ships(bought)
    await receives(bought)
    request = await asks(bought)
    await clock.move(rules.AFTER_SALE_WINDOW.total_seconds() + 1)
    assert await jobs.settle_orders() == 0
    assert not await orders.settle(bought.id)
    await grants(request)
    assert (await bought.now()).status is OrderStatus.REFUNDING
    assert not await orders.settle(bought.id)


async def test_who_was_declined_may_ask_once_more_and_is_told_why(do_all_work: Work) -> None:
    bought = await a_bought()
    first = await asks(bought)
    await declines(first)
    row = await queries.after_sale(first)
    assert (row.status, row.answer) == (AfterSaleStatus.REJECTED, "已拆封")
    second = await asks(bought)
    await declines(second)
    before = await everything()
    with pytest.raises(errors.AskedTwice):
        await asks(bought)
    assert await everything() == before
    notes = [event.note for event in await order_queries.history_of(bought.id) if event.note]
    assert notes == [OrderNote.REFUND_REQUESTED, OrderNote.REFUND_REJECTED] * 2
    await do_all_work()
    assert await audit.run(CHECKS) == []


async def gives_back(bought: Bought, quantity: int | None = None, *, by: UserId | None = None) -> AfterSaleId:
    """Staff give so many pieces' money back, or all that is left, without being asked."""
    return await actions.refund(
        by=by or await support(),
        order=bought.id,
        pieces=await _pieces(bought, quantity),
        reason=AfterSaleReason.OTHER,
        answer="缺货",
        expected_version=(await bought.now()).version,
    )


async def test_staff_give_back_what_was_declined_as_often_as_may_be_asked(wechat: WeChat, do_all_work: Work) -> None:
    bought, by = await a_bought(wechat=wechat, quantity=2), await support()
    await ships(bought)
    for _ in range(2):
        await declines(await asks(bought))
    part = await gives_back(bought, 1, by=by)
    await _arrives(wechat, do_all_work)
    assert (await bought.now()).status is OrderStatus.SHIPPED
    assert await _status(part) is AfterSaleStatus.REFUNDED
    assert (await queries.after_sale(part)).answer == "缺货"
    rest = await gives_back(bought, by=by)
    await _arrives(wechat, do_all_work)
    assert (await bought.now()).status is OrderStatus.REFUNDED
    assert [(await queries.after_sale(each)).amount_fen for each in (part, rest)] == [1990, 1990]
    noted = await audit_log.page(limit=9, by=by)
    assert [(each.verb, each.reason) for each in noted] == [("order.refund", "缺货")] * 2
    # She did not ask: her order's history does not say so.
    notes = [event.note for event in await order_queries.history_of(bought.id)]
    assert notes.count(OrderNote.REFUND_REQUESTED) == 2
    assert await audit.run(CHECKS) == []


async def test_staff_give_back_what_is_out_of_stock_before_it_is_shipped(wechat: WeChat, do_all_work: Work) -> None:
    bought = await a_bought(wechat=wechat, quantity=2)
    with pytest.raises(errors.WholeOrderOnly):
        await gives_back(bought, 1)
    await gives_back(bought)
    await _arrives(wechat, do_all_work)
    assert (await bought.now()).status is OrderStatus.REFUNDED
    assert await audit.run(CHECKS) == []


async def test_staff_give_nothing_back_beside_a_request_or_twice_or_too_late(wechat: WeChat) -> None:
    bought, by = await a_bought(wechat=wechat, quantity=3), await support()
    await ships(bought)
    request = await asks(bought, 1)
    before = await everything()
    with pytest.raises(AfterSaleOpen):
        await gives_back(bought, by=by)
    assert await everything() == before
    await actions.withdraw(buyer=bought.buyer.id, request=request)
    seen = (await bought.now()).version
    once = functools.partial(
        actions.refund, by=by, order=bought.id, pieces=await _pieces(bought, 1),
        reason=AfterSaleReason.OTHER, answer="缺货", expected_version=seen,
    )  # fmt: skip
    await once()
    before = await everything()
    with pytest.raises(Stale):
        await once()
    with pytest.raises(OrderNotFound):
        await actions.refund(
            by=by, order=OrderId(new_id()), pieces=None, reason=AfterSaleReason.OTHER, answer="x", expected_version=1
        )
    assert await everything() == before
    await receives(bought)
    await settles(bought)
    before = await everything()
    with pytest.raises(errors.OrderNotRefundable):
        await gives_back(bought, by=by)
    assert await everything() == before


async def test_an_answer_is_final_and_needs_the_newest_version() -> None:
    bought, by = await a_bought(), await support()
    request = await asks(bought)
    seen = (await queries.after_sale(request)).version
    before = await everything()
    for answer in (
        actions.approve(by=by, request=request, expected_version=seen + 1),
        actions.reject(by=by, request=request, reason="no", expected_version=seen + 1),
    ):
        with pytest.raises(Stale):
            await answer
    with pytest.raises(errors.AfterSaleNotFound):
        await actions.approve(by=by, request=AfterSaleId(new_id()), expected_version=1)
    with pytest.raises(errors.AfterSaleNotFound):
        await actions.withdraw(buyer=bought.group.members[1].id, request=request)
    assert await everything() == before
    await actions.withdraw(buyer=bought.buyer.id, request=request)
    before = await everything()
    await actions.withdraw(buyer=bought.buyer.id, request=request)
    with pytest.raises(errors.AfterSaleDecided):
        await actions.approve(by=by, request=request, expected_version=seen + 1)
    assert await everything() == before
    other = await asks(bought)
    await grants(other, by)
    with pytest.raises(errors.AfterSaleDecided):
        await actions.withdraw(buyer=bought.buyer.id, request=other)


async def test_the_same_key_asks_once() -> None:
    bought = await a_bought(quantity=2)
    await ships(bought)
    request = await asks(bought, 1, key="k")
    assert await asks(bought, 1, key="k") == request
    with pytest.raises(IdempotencyKeyReused):
        await asks(bought, 2, key="k")
    await grants(request)
    assert await asks(bought, 1, key="k") == request
    assert await AfterSale.all().count() == 1


async def test_money_is_asked_back_by_its_buyer_in_time(wechat: WeChat) -> None:
    bought = await a_bought(wechat=wechat, quantity=2)
    before = await everything()
    with pytest.raises(errors.WholeOrderOnly):
        await asks(bought, 1)
    with pytest.raises(errors.RefundQuantityInvalid):
        await asks(bought, 3)
    with pytest.raises(OrderNotFound):
        await actions.request(
            buyer=bought.group.members[1].id,
            order=bought.id,
            pieces=None,
            reason=AfterSaleReason.OTHER,
            note="",
            key="k",
        )
    assert await everything() == before
    await ships(bought)
    await receives(bought)
    await clock.move(rules.AFTER_SALE_WINDOW.total_seconds() + 1)
    with pytest.raises(errors.OrderNotRefundable):
        await asks(bought)


async def test_a_refund_that_wechat_refuses_waits_for_a_person(wechat: WeChat, do_all_work: Work) -> None:
    bought = await a_bought(wechat=wechat)
    await wechat.faults(refund="ABNORMAL")
    request = await asks(bought)
    await grants(request)
    await _arrives(wechat, do_all_work)
    assert (await _seat(bought)).status is SeatStatus.REFUND_FAILED
    assert await _status(request) is AfterSaleStatus.APPROVED
    assert (await bought.now()).status is OrderStatus.REFUNDING
    assert await audit.run(CHECKS) == []


if ON_POSTGRES:

    async def test_of_two_requests_at_once_one_is_made() -> None:
        bought = await a_bought()
        answers = await asyncio.gather(*[asks(bought) for _ in range(8)], return_exceptions=True)
        assert sum(isinstance(answer, UUID) for answer in answers) == 1
        assert sum(isinstance(answer, AfterSaleOpen) for answer in answers) == 7

    async def test_a_request_is_granted_once(do_all_work: Work) -> None:
        bought, by = await a_bought(quantity=2), await support()
        await ships(bought)
        request = await asks(bought, 1)
        answers = await asyncio.gather(*[grants(request, by) for _ in range(8)], return_exceptions=True)
        assert sum(answer is None for answer in answers) == 1
        assert all(answer is None or isinstance(answer, DomainError) for answer in answers)
        assert len(await payments.refunds_of([bought.id])) == 1
        del do_all_work
        assert await audit.run(CHECKS) == []

    async def test_granted_and_withdrawn_at_once_is_one_of_both() -> None:
        bought, by = await a_bought(), await support()
        request = await asks(bought)
        answers = await asyncio.gather(
            grants(request, by),
            actions.withdraw(buyer=bought.buyer.id, request=request),
            return_exceptions=True,
        )
        assert sum(answer is None for answer in answers) == 1
        assert await audit.run(CHECKS) == []

    async def test_shipping_and_asking_at_once_never_both() -> None:
        by = await a_merchant()
        for number in range(4):
            bought = await a_bought(prefix=f"p{number}")
            await asyncio.gather(ships(bought, by), asks(bought), return_exceptions=True)
            order = await bought.now()
            # A request that came after the parcel had left is one for shipped goods: it waits, and the parcel goes on.
            shipped_first = (await order_queries.history_of(bought.id))[-1].note is OrderNote.REFUND_REQUESTED
            assert order.status is (OrderStatus.SHIPPED if order.receive_by else OrderStatus.TO_SHIP)
            assert order.disputed or not shipped_first
        assert await audit.run(CHECKS) == []

    async def test_the_last_request_and_the_settlement_never_both() -> None:
        bought, by = await a_bought(), await support()
        await ships(bought)
        await receives(bought)
        request = await asks(bought)
        await clock.move(rules.AFTER_SALE_WINDOW.total_seconds() + 1)
        answers = await asyncio.gather(
            grants(request, by), *[orders.settle(bought.id) for _ in range(4)], return_exceptions=True
        )
        assert answers[0] is None
        assert answers[1:] == [False] * 4
        assert (await bought.now()).status is OrderStatus.REFUNDING
        assert await audit.run(CHECKS) == []
