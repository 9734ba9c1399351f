"""Holds that run out or are cancelled: WeChat is asked, the payment closed, the seat given back."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from structlog.testing import capture_logs

from app.core import audit, clock, db, idempotency
from app.core.errors import IdempotencyKeyReused
from app.core.ids import SeatId
from app.desk.models import DeskItem, Matter
from app.group_buying import errors, flows, jobs, rules
from app.group_buying.actions import opening
from app.group_buying.actions.opening import HeldSeat
from app.group_buying.models import Seat
from app.group_buying.states import GroupChangeKind, GroupStatus, SeatEnd, SeatStatus
from app.orders.errors import OrderAlreadyPaid, OrderNotFound, OrderNotPayable
from app.orders.models import Order
from app.orders.states import CloseReason, OrderStatus
from app.payments import jobs as payment_jobs
from app.payments.flows import Fate
from app.payments.models import Payment, PaymentStatus, Refund
from app.wiring import CHECKS
from tests.conftest import WeChat
from tests.factories.group_buying import (
    Buyer,
    Opened,
    a_buyer,
    a_choice,
    a_deal,
    a_group,
    group_of,
    joins,
    lapses,
    opens,
    order_of,
    pays_unheard,
    prepaid,
    quota_left,
    seat_of,
)
from tests.factories.rows import everything

Work = Callable[[], Awaitable[None]]

SILENCE = {"system_busy": 1}


async def _held(wechat: WeChat, size: int = 3) -> tuple[Opened, Buyer, HeldSeat]:
    """A group, a friend who holds a seat in it, and WeChat knows that she may pay."""
    group = await a_group(size=size)
    ben = await a_buyer("ben")
    held = await joins(ben, await group.now())
    await prepaid(wechat, ben, held.order)
    return group, ben, held


async def _states_at(wechat: WeChat) -> list[str]:
    return [order["trade_state"] for order in (await wechat.sent())["orders"]]


async def test_a_hold_that_ran_out_is_queried_closed_and_given_back(wechat: WeChat) -> None:
    group, _, held = await _held(wechat)
    before = await group.now()
    assert await jobs.release_holds() == 0
    await lapses(wechat, held)
    seat, order, after = await seat_of(held), await order_of(held), await group.now()
    assert (seat.status, seat.end, seat.release_due_at) == (SeatStatus.RELEASED, SeatEnd.LAPSED, None)
    assert (order.status, order.close_reason, order.pay_by) == (OrderStatus.CLOSED, CloseReason.HOLD_ENDED, None)
    assert (after.held, after.version, after.last_change) == (0, before.version + 1, GroupChangeKind.SEAT_FREED)
    assert (await Payment.get(order_id=held.order)).status is PaymentStatus.CLOSED
    assert await _states_at(wechat) == ["CLOSED"]
    assert await quota_left(group.deal) == 99
    assert await audit.run(CHECKS) == []


async def test_what_wechat_was_never_asked_for_is_closed_without_asking(wechat: WeChat) -> None:
    await wechat.faults(**SILENCE)
    held = await opens(await a_buyer(), await a_deal())
    await lapses(wechat, held)
    assert (await Payment.get(order_id=held.order)).status is PaymentStatus.CLOSED
    assert (await group_of(held)).status is GroupStatus.CANCELLED


async def test_a_seat_that_is_being_released_still_counts(wechat: WeChat) -> None:
    group, ben, held = await _held(wechat, size=2)
    await wechat.faults(**SILENCE)
    await wechat.move_clock(rules.LAST_SEAT_HOLD.total_seconds() + 1)
    await jobs.release_holds()
    assert (await seat_of(held)).status is SeatStatus.RELEASING
    assert (await group.now()).held == 1
    with pytest.raises(errors.GroupFull):
        await joins(await a_buyer("cat"), await group.now())
    with pytest.raises(errors.AlreadyInGroup):
        await joins(ben, await group.now())


async def test_money_that_came_before_the_close_takes_the_seat(wechat: WeChat) -> None:
    group, ben, held = await _held(wechat)
    await pays_unheard(wechat, ben, held.order)
    await wechat.move_clock(rules.HOLD.total_seconds() + 1)
    await jobs.release_holds()
    assert (await seat_of(held)).status is SeatStatus.TAKEN
    assert (await order_of(held)).status is OrderStatus.PAID_FORMING
    assert (await group.now()).taken == 2
    assert await flows.release(held.seat) is Fate.PAID
    assert await audit.run(CHECKS) == []


async def test_after_a_minute_without_an_answer_the_seat_is_given_back_and_its_money_refunded_by_itself(
    wechat: WeChat, do_all_work: Work
) -> None:
    group, ben, held = await _held(wechat)
    await pays_unheard(wechat, ben, held.order)
    await wechat.faults(**SILENCE)
    await wechat.move_clock(rules.HOLD.total_seconds() + 1)
    await jobs.release_holds()
    await wechat.move_clock(rules.RELEASE_PATIENCE.total_seconds() - 5)
    await jobs.release_holds()
    assert (await seat_of(held)).status is SeatStatus.RELEASING
    await wechat.move_clock(11)
    await jobs.release_holds()
    assert (await seat_of(held)).status is SeatStatus.RELEASED
    assert (await group.now()).held == 0
    assert (await Payment.get(order_id=held.order)).status is PaymentStatus.OPEN
    await wechat.faults()
    for _ in range(3):
        await wechat.move_clock(400)
        await do_all_work()
    assert (await order_of(held)).status is OrderStatus.REFUNDED
    assert (await Payment.get(order_id=held.order)).status is PaymentStatus.PAID
    assert await audit.run(CHECKS) == []


async def test_what_was_not_paid_in_the_silence_is_closed_when_wechat_speaks_again(
    wechat: WeChat, do_all_work: Work
) -> None:
    _, _, held = await _held(wechat)
    await wechat.faults(**SILENCE)
    await wechat.move_clock(rules.HOLD.total_seconds() + 1)
    await jobs.release_holds()
    await wechat.move_clock(rules.RELEASE_PATIENCE.total_seconds() + 1)
    await jobs.release_holds()
    await wechat.faults()
    await wechat.move_clock(400)
    await do_all_work()
    assert (await Payment.get(order_id=held.order)).status is PaymentStatus.CLOSED
    assert (await order_of(held)).status is OrderStatus.CLOSED
    assert await _states_at(wechat) == ["CLOSED"]


async def test_a_refusal_of_wechat_to_answer_keeps_no_seat_either(wechat: WeChat) -> None:
    _, _, held = await _held(wechat)
    await wechat.faults(errors={"/v3/pay/transactions": "NO_AUTH"})
    await wechat.move_clock(rules.HOLD.total_seconds() + 1)
    await jobs.release_holds()
    await wechat.move_clock(rules.RELEASE_PATIENCE.total_seconds() + 1)
    await jobs.release_holds()
    assert (await seat_of(held)).status is SeatStatus.RELEASED


async def test_money_in_another_amount_lies_on_the_desk_and_keeps_no_seat(wechat: WeChat) -> None:
    group, ben, held = await _held(wechat)
    transaction = await pays_unheard(wechat, ben, held.order)
    await Payment.filter(order_id=held.order).update(amount_fen=5)
    await Order.filter(id=held.order).update(amount_fen=5)
    await db.execute("UPDATE order_lines SET unit_price_fen = 5 WHERE order_id = $1", held.order)
    await wechat.move_clock(rules.HOLD.total_seconds() + 1)
    await jobs.release_holds()
    assert (await seat_of(held)).status is SeatStatus.RELEASED
    assert (await group.now()).held == 0
    (item,) = await DeskItem.all()
    assert (item.matter, item.subject, item.detail["amount_fen"]) == (Matter.WRONG_AMOUNT, transaction, 1990)
    assert await audit.run(CHECKS) == []


async def test_one_seat_that_cannot_be_released_does_not_keep_the_others(wechat: WeChat) -> None:
    group = await a_group(size=5)
    held = [await joins(await a_buyer(name), await group.now()) for name in ("ben", "cat", "dan")]
    # A row that this version cannot read.
    await db.execute("UPDATE seats SET if_seat_lost = 'NONSENSE' WHERE id = $1", held[0].seat)
    await wechat.move_clock(rules.HOLD.total_seconds() + 1)
    with capture_logs() as logged:
        assert await jobs.release_holds() == 2
    assert [line["item"] for line in logged if line["event"] == "job.item_failed"] == [str(held[0].seat)]
    assert [(await seat_of(each)).status for each in held[1:]] == [SeatStatus.RELEASED] * 2


async def test_members_whose_refund_cannot_be_promised_keep_no_other_from_hers(
    wechat: WeChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "BATCH", 2)
    group = await a_group(size=5, taken=4)
    for order in group.orders[:3]:
        await db.execute("UPDATE seats SET if_seat_lost = 'NONSENSE' WHERE order_id = $1", order)
    await db.execute("UPDATE groups SET status = 'FAILING' WHERE id = $1", group.id)
    await db.execute("UPDATE seats SET \"end\" = 'GROUP_FAILED' WHERE group_id = $1", group.id)
    with capture_logs() as logged:
        assert await jobs.refund_members() == 1
    assert len([line for line in logged if line["event"] == "job.item_failed"]) == 3
    assert (await Refund.get()).order_id == group.orders[3]


async def test_a_seat_that_one_worker_is_releasing_is_left_alone_and_asked_about_again_soon_after(
    wechat: WeChat,
) -> None:
    _, _, held = await _held(wechat)
    await wechat.move_clock(rules.HOLD.total_seconds() + 1)
    due = await db.rows(SeatId, jobs._CLAIM_RELEASES, await clock.now() + jobs.LEASE, await clock.now(), 10)
    assert due == [held.seat]
    await wechat.move_clock(45)
    # Two calls of up to 20 seconds each: the first worker is at it still.
    assert await jobs.release_holds() == 0
    await wechat.faults(errors={"/v3/pay": "SYSTEM_ERROR"})
    await wechat.move_clock(10)
    await Seat.filter(id=held.seat).update(releasing_since=await clock.now())
    assert await flows.release(held.seat) is Fate.UNKNOWN
    due_at = (await seat_of(held)).release_due_at
    assert due_at is not None
    assert due_at - await clock.now() <= rules.RELEASE_RETRY


async def test_a_leaders_hold_that_ends_cancels_her_group(wechat: WeChat) -> None:
    deal = await a_deal()
    ann = await a_buyer("ann")
    held = await opens(ann, deal)
    await lapses(wechat, held)
    group = await group_of(held)
    assert (group.status, group.held, group.last_change) == (GroupStatus.CANCELLED, 0, GroupChangeKind.CANCELLED)
    assert group.ended_at is not None
    assert await Refund.all().count() == 0
    with pytest.raises(errors.GroupEnded) as refused:
        await joins(await a_buyer("ben"), group)
    assert refused.value.status is GroupStatus.CANCELLED
    await opens(ann, deal)
    assert await audit.run(CHECKS) == []


async def test_a_cancelled_order_is_closed_at_wechat_and_its_seat_is_free(wechat: WeChat) -> None:
    group, ben, held = await _held(wechat, size=2)
    for _ in range(2):
        await flows.cancel(buyer=ben.id, order=held.order, key="k")
    order, seat = await order_of(held), await seat_of(held)
    assert (order.status, order.close_reason) == (OrderStatus.CLOSED, CloseReason.CANCELLED)
    assert (seat.status, seat.end) == (SeatStatus.RELEASED, SeatEnd.CANCELLED)
    assert await _states_at(wechat) == ["CLOSED"]
    await joins(await a_buyer("cat"), await group.now())


async def test_cancelling_what_was_paid_meanwhile_is_refused_and_the_seat_is_hers(wechat: WeChat) -> None:
    _, ben, held = await _held(wechat)
    await pays_unheard(wechat, ben, held.order)
    for _ in range(2):
        with pytest.raises(OrderAlreadyPaid):
            await flows.cancel(buyer=ben.id, order=held.order, key="k")
    assert (await seat_of(held)).status is SeatStatus.TAKEN


async def test_only_the_buyer_cancels_her_order_and_a_key_names_one_order(wechat: WeChat) -> None:
    _, ben, held = await _held(wechat)
    other = await opens(ben, await a_deal())
    before = await everything()
    with pytest.raises(OrderNotFound):
        await flows.cancel(buyer=(await a_buyer("eve")).id, order=held.order, key="k")
    assert (await everything())["orders"] == before["orders"]
    await flows.cancel(buyer=ben.id, order=other.order, key="k")
    with pytest.raises(IdempotencyKeyReused):
        await flows.cancel(buyer=ben.id, order=held.order, key="k")


async def test_cancelling_while_wechat_is_silent_gives_the_seat_back_a_little_later(wechat: WeChat) -> None:
    _, ben, held = await _held(wechat)
    await wechat.faults(**SILENCE)
    await flows.cancel(buyer=ben.id, order=held.order, key="k")
    assert (await seat_of(held)).status is SeatStatus.RELEASING
    await wechat.faults()
    await wechat.move_clock(rules.RELEASE_RETRY.total_seconds() + 1)
    await jobs.release_holds()
    assert (await order_of(held)).close_reason is CloseReason.CANCELLED


async def _joins_again(ben: Buyer, group: Opened, key: str) -> flows.Checkout:
    return await flows.join(buyer=ben.id, group=group.code, choice=a_choice(ben), key=key)


async def test_a_key_repeated_after_the_order_was_given_up_gives_nothing_to_pay_with(wechat: WeChat) -> None:
    group, ben = await a_group(size=3), await a_buyer("ben")
    await wechat.login_code(ben.name)
    first = await _joins_again(ben, group, "k")
    assert first.prepaid.parameters is not None
    await wechat.faults(**SILENCE)
    await flows.cancel(buyer=ben.id, order=first.order, key="c")
    again = await _joins_again(ben, group, "k")
    assert (again.order, again.prepaid.parameters, again.prepaid.retry_after_ms) == (first.order, None, None)
    with pytest.raises(OrderNotPayable):
        await flows.pay(buyer=ben.id, order=first.order, key="p")
    await wechat.move_clock(rules.RELEASE_PATIENCE.total_seconds() + 1)
    await jobs.release_holds()
    assert (await Payment.get(order_id=first.order)).status is PaymentStatus.OPEN
    assert (await _joins_again(ben, group, "k")).prepaid.parameters is None


async def test_a_crash_between_the_commit_and_wechats_answer_is_carried_on_by_the_same_key(wechat: WeChat) -> None:
    group, ben = await a_group(size=3), await a_buyer("ben")
    await wechat.login_code(ben.name)
    held = await opening.hold_seat(buyer=ben.id, group=group.code, choice=a_choice(ben), key="k")
    checkout = await _joins_again(ben, group, "k")
    assert checkout.order == held.order
    assert checkout.prepaid.parameters is not None
    assert len((await wechat.sent())["orders"]) == 1
    signed_again = await _joins_again(ben, group, "k")
    assert signed_again.prepaid.parameters is not None
    assert signed_again.prepaid.parameters.package == checkout.prepaid.parameters.package


async def test_an_order_can_be_paid_again_until_the_last_minute_of_its_hold(wechat: WeChat) -> None:
    _, ben, held = await _held(wechat)
    checkout = await flows.pay(buyer=ben.id, order=held.order, key="k")
    assert checkout.prepaid.parameters is not None
    with pytest.raises(OrderNotFound):
        await flows.pay(buyer=(await a_buyer("eve")).id, order=held.order, key="k")
    await wechat.move_clock(rules.HOLD.total_seconds() - 59)
    before = await everything()
    with pytest.raises(OrderNotPayable) as refused:
        await flows.pay(buyer=ben.id, order=held.order, key="other")
    assert refused.value.status is OrderStatus.UNPAID
    assert await everything() == before


async def test_a_key_of_payment_names_one_order(wechat: WeChat) -> None:
    _, ben, held = await _held(wechat)
    other = await opens(ben, await a_deal())
    await flows.pay(buyer=ben.id, order=held.order, key="k")
    with pytest.raises(IdempotencyKeyReused):
        await flows.pay(buyer=ben.id, order=other.order, key="k")


async def test_a_key_is_forgotten_after_seven_days(wechat: WeChat) -> None:
    _, ben, held = await _held(wechat)
    await flows.pay(buyer=ben.id, order=held.order, key="k")
    await wechat.move_clock(idempotency.KEPT.total_seconds() - 60)
    assert await idempotency.forget_old() == 0
    await wechat.move_clock(120)
    assert await idempotency.forget_old() > 0


async def test_a_payment_whose_notification_never_came_is_found_by_asking(wechat: WeChat) -> None:
    group, ben, held = await _held(wechat)
    await pays_unheard(wechat, ben, held.order)
    assert await payment_jobs.poll_payments() == 0
    await wechat.move_clock(11)
    assert await payment_jobs.poll_payments() == 1
    assert (await seat_of(held)).status is SeatStatus.TAKEN
    assert (await group.now()).taken == 2


async def test_two_workers_release_the_same_seats_once(wechat: WeChat) -> None:
    group = await a_group(size=6, wechat=wechat)
    held = [await joins(await a_buyer(name), await group.now()) for name in ("ben", "cat", "dan")]
    before = await group.now()
    await wechat.move_clock(rules.HOLD.total_seconds() + 1)
    await asyncio.gather(*[jobs.release_holds() for _ in range(3)], *[flows.release(each.seat) for each in held])
    await jobs.release_holds()
    after = await group.now()
    assert (after.held, after.version) == (0, before.version + 3)
    assert await quota_left(group.deal) == 99
    assert await Refund.all().count() == 0
    assert await audit.run(CHECKS) == []
