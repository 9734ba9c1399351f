"""Staff ship, WeChat hears of it, the buyer receives, the after-sale window ends."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from app.core import audit, clock
from app.core.errors import DomainError, Stale
from app.core.ids import OrderId, new_id
from app.core.models import FactRow
from app.desk import queries as desk
from app.desk.models import Matter
from app.group_buying.models import Seat
from app.group_buying.states import SeatStatus
from app.ledger.models import Account
from app.ledger.queries import balances
from app.orders import actions, errors, jobs, queries, rules
from app.orders.actions import Parcel
from app.orders.models import Order, Shipment
from app.orders.states import OrderNote, OrderStatus, UploadStatus
from app.wiring import CHECKS
from tests.conftest import ON_POSTGRES, WeChat
from tests.factories.group_buying import a_group
from tests.factories.orders import PARCEL, Bought, a_bought, a_merchant, receives, settles, ships
from tests.factories.rows import everything

pytestmark = pytest.mark.usefixtures("wechat")

Work = Callable[[], Awaitable[None]]
DAYS = rules.RECEIVED_AFTER.total_seconds()


async def _parcel(bought: Bought) -> Shipment:
    return (await queries.shipments_of([bought.id]))[bought.id]


async def _status(bought: Bought) -> OrderStatus:
    return (await bought.now()).status


async def _clean() -> None:
    assert await audit.run(CHECKS) == []


async def test_a_parcel_is_shipped_received_and_settled_and_what_was_kept_is_earned(
    wechat: WeChat, do_all_work: Work
) -> None:
    bought = await a_bought(wechat=wechat)
    await ships(bought)
    await do_all_work()
    assert (await _parcel(bought)).upload is UploadStatus.DONE
    (sent,) = (await wechat.sent())["shipping_uploads"]
    (told,) = sent["shipping_list"]
    assert (told["express_company"], told["tracking_no"]) == ("SF", "SF1234567890")
    # Never the whole phone.
    assert told["contact"] == {"receiver_contact": "138****8000"}
    await receives(bought)
    before = await balances()
    await settles(bought)
    assert (await balances())[Account.SALES] == before[Account.SALES] - 1990
    assert (await balances())[Account.BUYERS] == before[Account.BUYERS] + 1990
    assert (await Seat.get(order_id=bought.id)).status is SeatStatus.SETTLED
    history = await queries.history_of(bought.id)
    assert [event.status for event in history] == [
        OrderStatus.UNPAID,
        OrderStatus.PAID_FORMING,
        OrderStatus.TO_SHIP,
        OrderStatus.SHIPPED,
        OrderStatus.RECEIVED,
        OrderStatus.SETTLED,
    ]
    await do_all_work()
    await _clean()


async def test_only_what_waits_to_be_shipped_is_shipped(wechat: WeChat) -> None:
    del wechat
    forming = (await a_group(size=2)).orders[0]
    by = await a_merchant()
    version = (await queries.order_by_id(forming)).version
    before = await everything()
    for order, parcel, seen, refusal in (
        (forming, PARCEL, version, errors.OrderNotShippable),
        (forming, PARCEL, version + 1, Stale),
        (forming, Parcel("PIGEON", "12345"), version, errors.CarrierUnknown),
        (OrderId(new_id()), PARCEL, 1, errors.OrderNotFound),
    ):
        with pytest.raises(refusal):
            await actions.ship(by=by, order=order, parcel=parcel, expected_version=seen)
    assert await everything() == before


async def test_a_number_is_corrected_once_and_wechat_is_told_again(wechat: WeChat, do_all_work: Work) -> None:
    bought, by = await a_bought(wechat=wechat), await a_merchant()
    await ships(bought, by)
    await do_all_work()
    await clock.move(60)
    right = Parcel("YTO", "YT99")
    seen = (await bought.now()).version
    await actions.correct(by=by, order=bought.id, parcel=right, expected_version=seen)
    await do_all_work()
    assert (await _parcel(bought)).tracking_number == "YT99"
    first, second = (await wechat.sent())["shipping_uploads"]
    assert second["shipping_list"][0]["tracking_no"] == "YT99"
    assert second["upload_time"] > first["upload_time"]
    before = await everything()
    with pytest.raises(errors.TrackingCorrected):
        await actions.correct(by=by, order=bought.id, parcel=PARCEL, expected_version=seen + 1)
    with pytest.raises(Stale):
        await actions.correct(by=by, order=bought.id, parcel=PARCEL, expected_version=seen)
    assert await everything() == before
    await _clean()


async def test_wechat_is_told_again_until_it_listens(wechat: WeChat, do_all_work: Work) -> None:
    bought = await a_bought(wechat=wechat)
    await wechat.faults(system_busy=1)
    await ships(bought)
    await do_all_work()
    parcel = await _parcel(bought)
    assert (parcel.upload, parcel.upload_attempts) == (UploadStatus.WAITING, 1)
    assert parcel.next_upload_at is not None
    assert parcel.next_upload_at > await clock.now()
    await wechat.faults()
    assert await jobs.upload_shipping() == 0
    await wechat.move_clock(rules.UPLOAD_PAUSES[0].total_seconds() + 1)
    await do_all_work()
    assert (await _parcel(bought)).upload is UploadStatus.DONE
    await _clean()


async def test_what_wechat_refuses_lies_on_the_desk_until_it_is_told_rightly(wechat: WeChat, do_all_work: Work) -> None:
    # WeChat knows of no such payment: the money came by another way.
    bought, by = await a_bought(), await a_merchant()
    await ships(bought, by)
    await do_all_work()
    assert (await _parcel(bought)).upload is UploadStatus.REFUSED
    (item,) = await desk.open_items()
    assert (item.matter, item.subject) == (Matter.SHIPPING_REFUSED, str(bought.id))
    await _clean()
    await actions.upload_again(by=by, order=bought.id)
    assert (await _parcel(bought)).upload is UploadStatus.WAITING
    await do_all_work()
    assert len(await desk.open_items()) == 1
    other = await a_bought(wechat=wechat, prefix="other")
    with pytest.raises(errors.OrderNotShippable):
        await actions.upload_again(by=by, order=other.id)


async def test_wechat_hears_nothing_of_what_cost_nothing(wechat: WeChat, do_all_work: Work) -> None:
    bought = await a_bought(price=0)
    await ships(bought)
    await do_all_work()
    assert (await _parcel(bought)).upload is UploadStatus.NOT_NEEDED
    assert (await wechat.sent())["shipping_uploads"] == []
    await receives(bought)
    await settles(bought)
    await _clean()


async def test_a_parcel_counts_as_received_when_its_days_are_over(do_all_work: Work) -> None:
    bought = await a_bought(price=0)
    await ships(bought)
    await clock.move(DAYS - 60)
    await do_all_work()
    assert await _status(bought) is OrderStatus.SHIPPED
    await clock.move(61)
    await do_all_work()
    assert await _status(bought) is OrderStatus.RECEIVED
    notes = [event.note for event in await queries.history_of(bought.id)]
    assert notes[-1] is OrderNote.RECEIVED_BY_ITSELF
    assert not await actions.receive_by_itself(bought.id)
    until = (await bought.now()).after_sale_until
    assert until is not None
    assert until - await clock.now() > rules.AFTER_SALE_WINDOW - timedelta(minutes=1)
    await _clean()


async def test_receipt_is_the_buyers_to_confirm_and_a_repeat_changes_nothing() -> None:
    bought = await a_bought(price=0)
    before = await everything()
    with pytest.raises(errors.OrderNotReceivable):
        await receives(bought)
    assert await everything() == before
    await ships(bought)
    with pytest.raises(errors.OrderNotFound):
        await actions.confirm_receipt(buyer=bought.group.members[1].id, order=bought.id)
    await receives(bought)
    before = await everything()
    await receives(bought)
    assert await everything() == before


async def test_an_order_is_settled_only_after_its_window() -> None:
    bought = await a_bought(price=0)
    await ships(bought)
    await receives(bought)
    await clock.move(rules.AFTER_SALE_WINDOW.total_seconds() - 60)
    assert await jobs.settle_orders() == 0
    assert not await actions.settle(bought.id)
    await clock.move(61)
    assert await actions.settle(bought.id)
    assert not await actions.settle(bought.id)


async def test_each_step_is_told_once() -> None:
    bought = await a_bought()
    await ships(bought)
    await receives(bought)
    await settles(bought)
    told = {row.name: json.loads(row.payload) for row in await FactRow.filter(name__startswith="Order")}
    whose = {"order": str(bought.id), "buyer": str(bought.buyer.id)}
    assert told == {
        "OrderShipped": whose,
        "OrderReceived": whose,
        "OrderSettled": whose | {"amount_fen": 1990},
    }
    assert await FactRow.filter(name__startswith="Order").count() == 3


if ON_POSTGRES:

    async def test_of_two_who_ship_at_once_one_ships() -> None:
        bought, by = await a_bought(), await a_merchant()
        seen = (await bought.now()).version
        answers = await asyncio.gather(
            *[actions.ship(by=by, order=bought.id, parcel=PARCEL, expected_version=seen) for _ in range(8)],
            return_exceptions=True,
        )
        assert sum(answer is None for answer in answers) == 1
        assert all(answer is None or isinstance(answer, DomainError) for answer in answers)
        assert await Shipment.filter(order_id=bought.id).count() == 1

    async def test_receipt_by_the_buyer_and_by_itself_at_once_is_one_receipt() -> None:
        bought = await a_bought(price=0)
        await ships(bought)
        await clock.move(DAYS + 1)
        await asyncio.gather(
            *[receives(bought) for _ in range(4)], *[actions.receive_by_itself(bought.id) for _ in range(4)]
        )
        events = [each for each in await queries.history_of(bought.id) if each.status is OrderStatus.RECEIVED]
        assert sum(each.note is None for each in events) == 1

    async def test_an_order_is_settled_once() -> None:
        bought = await a_bought()
        await ships(bought)
        await receives(bought)
        await clock.move(rules.AFTER_SALE_WINDOW.total_seconds() + 1)
        answers = await asyncio.gather(*[actions.settle(bought.id) for _ in range(8)])
        assert sum(answers) == 1
        assert await Order.filter(status=OrderStatus.SETTLED).count() == 1
