"""Refunds: one number however often they are tried, and never lost."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from app.core import audit, clock, db, outbox
from app.core.ids import OrderId, RefundId, new_id
from app.core.models import FactRow
from app.desk.models import DeskItem, Matter
from app.group_buying import flows as group_buying
from app.group_buying.models import Seat
from app.group_buying.states import SeatStatus
from app.ledger.models import Posting
from app.orders.models import Order
from app.orders.states import OrderStatus
from app.payments import actions, facts, jobs
from app.payments.models import Payment, Refund, RefundStatus
from app.wechat import current
from app.wiring import CHECKS
from tests.conftest import WeChat
from tests.factories.group_buying import a_group

Work = Callable[[], Awaitable[None]]


async def _promised(wechat: WeChat) -> Refund:
    """A member has paid at WeChat and left: her refund waits to be sent."""
    group = await a_group(size=3, taken=2, wechat=wechat)
    order = await group_buying.leave(member=group.members[1].id, group=group.code, key="leave")
    await wechat.faults(drop_notifications=1)
    return await Refund.get(order_id=order)


async def _now(refund: Refund) -> Refund:
    return await Refund.get(id=refund.id)


async def _send(wechat: WeChat, *, after: float = 0, **weather: Any) -> None:
    await wechat.faults(drop_notifications=1, **weather)
    await wechat.move_clock(after)
    await jobs.send_refunds()


async def _at_wechat(wechat: WeChat) -> list[str]:
    return [refund["out_refund_no"] for refund in (await wechat.sent())["refunds"]]


async def _states(order: OrderId) -> tuple[OrderStatus, SeatStatus]:
    return (await Order.get(id=order)).status, (await Seat.get(order_id=order)).status


async def _next_in(refund: Refund) -> timedelta:
    due = (await _now(refund)).next_attempt_at
    assert due is not None
    return due - await clock.now()


async def test_a_refund_is_sent_asked_about_and_booked_when_it_has_arrived(wechat: WeChat) -> None:
    refund = await _promised(wechat)
    await _send(wechat)
    assert (await _now(refund)).status is RefundStatus.PROCESSING
    assert await _states(refund.order_id) == (OrderStatus.REFUNDING, SeatStatus.REFUNDING)
    assert await jobs.send_refunds() == 0
    await _send(wechat, after=21)
    now = await _now(refund)
    assert (now.status, now.next_attempt_at) == (RefundStatus.SUCCEEDED, None)
    assert now.finished_at is not None
    assert await _states(refund.order_id) == (OrderStatus.REFUNDED, SeatStatus.REFUNDED)
    assert await _at_wechat(wechat) == [refund.out_refund_no]
    (fact,) = await FactRow.filter(name="RefundSucceeded")
    buyer = (await Payment.get(id=refund.payment_id)).user_id
    expected = facts.RefundSucceeded(refund.id, refund.order_id, buyer, 1990, "LEFT")
    assert outbox.read(fact.name, fact.payload) == expected
    assert await audit.run(CHECKS) == []


async def test_an_accepted_refund_that_takes_days_is_asked_about_ever_more_rarely(wechat: WeChat) -> None:
    refund = await _promised(wechat)
    await _send(wechat, refund="PROCESSING")
    for pause in (20, 60, 300, 1800, 7200, 7200):
        assert timedelta(seconds=pause - 2) < await _next_in(refund) <= timedelta(seconds=pause)
        await _send(wechat, after=pause + 1, refund="PROCESSING")
    assert (await _now(refund)).status is RefundStatus.PROCESSING


async def test_with_too_low_a_balance_refunds_wait_are_retried_and_a_person_is_told(wechat: WeChat) -> None:
    refund = await _promised(wechat)
    await _send(wechat, refund="NOT_ENOUGH")
    await _send(wechat, after=3, refund="NOT_ENOUGH")
    now = await _now(refund)
    assert (now.status, now.attempts) == (RefundStatus.WAITING, 2)
    assert now.last_error is not None
    assert now.last_error.startswith("NOT_ENOUGH")
    (item,) = await DeskItem.all()
    assert (item.matter, item.subject, item.resolved_at) == (Matter.BALANCE_TOO_LOW, str(refund.id), None)
    assert await audit.run(CHECKS) == []
    await _send(wechat, after=11)
    await _send(wechat, after=301)
    assert (await _now(refund)).status is RefundStatus.SUCCEEDED
    assert (await DeskItem.get(id=item.id)).resolved_at is not None
    assert await _at_wechat(wechat) == [refund.out_refund_no]


@pytest.mark.parametrize("end", ["ABNORMAL", "CLOSED"])
async def test_a_refund_that_wechat_cannot_pay_out_lies_on_the_desk(wechat: WeChat, end: str) -> None:
    refund = await _promised(wechat)
    await _send(wechat, refund=end)
    await _send(wechat, after=21)
    now = await _now(refund)
    assert (now.status, now.last_error) == (RefundStatus.FAILED, end)
    assert await _states(refund.order_id) == (OrderStatus.REFUNDING, SeatStatus.REFUND_FAILED)
    (item,) = await DeskItem.all()
    assert (item.matter, item.subject) == (Matter.REFUND_FAILED, str(refund.id))
    assert item.detail == {"order": str(refund.order_id), "amount_fen": 1990, "error": end}
    assert await FactRow.filter(name="RefundFailed").count() == 1
    assert await jobs.send_refunds() == 0
    assert await audit.run(CHECKS) == []


async def test_a_person_sends_a_failed_refund_again_under_its_old_number(wechat: WeChat) -> None:
    refund = await _promised(wechat)
    await _send(wechat, refund="ABNORMAL")
    await _send(wechat, after=21)
    assert await actions.retry_refund(refund.id)
    assert not await actions.retry_refund(refund.id)
    await _send(wechat)
    assert (await _now(refund)).status is RefundStatus.FAILED
    assert await DeskItem.filter(resolved_at=None).count() == 1
    await wechat.play("refund", out_refund_no=refund.out_refund_no, status="SUCCESS")
    assert await actions.retry_refund(refund.id)
    await _send(wechat)
    assert (await _now(refund)).status is RefundStatus.SUCCEEDED
    assert await _states(refund.order_id) == (OrderStatus.REFUNDED, SeatStatus.REFUNDED)
    assert await DeskItem.filter(resolved_at=None).count() == 0
    assert await _at_wechat(wechat) == [refund.out_refund_no]
    assert await audit.run(CHECKS) == []


async def test_one_that_wechat_has_closed_for_good_is_sent_again_under_a_new_number(wechat: WeChat) -> None:
    refund = await _promised(wechat)
    await _send(wechat, refund="CLOSED")
    await _send(wechat, after=21)
    assert await actions.retry_refund(refund.id)
    await _send(wechat)
    again = (await _now(refund)).out_refund_no
    assert await _at_wechat(wechat) == [refund.out_refund_no, again]
    await _send(wechat, after=21)
    assert (await _now(refund)).status is RefundStatus.SUCCEEDED
    assert await Posting.filter(reason="REFUND_SENT").count() == 1
    assert await DeskItem.filter(resolved_at=None).count() == 0
    assert await audit.run(CHECKS) == []


async def test_a_failed_refund_is_asked_about_now_and_then_and_leaves_the_desk_when_it_has_arrived(
    wechat: WeChat,
) -> None:
    refund = await _promised(wechat)
    await _send(wechat, refund="ABNORMAL")
    await _send(wechat, after=21)
    for hours in (1, 1, 2, 6, 24, 24):
        assert timedelta(hours=hours) - timedelta(seconds=5) < await _next_in(refund) <= timedelta(hours=hours)
        await _send(wechat, after=hours * 3600 + 1)
        assert (await _now(refund)).status is RefundStatus.FAILED
    await _send(wechat, after=86_401, system_busy=1)
    # A person pays it out in WeChat's own console; its notification is lost.
    await wechat.play("refund", out_refund_no=refund.out_refund_no, status="SUCCESS")
    await _send(wechat, after=86_401)
    assert (await _now(refund)).status is RefundStatus.SUCCEEDED
    assert await _states(refund.order_id) == (OrderStatus.REFUNDED, SeatStatus.REFUNDED)
    assert await DeskItem.filter(resolved_at=None).count() == 0
    assert await _at_wechat(wechat) == [refund.out_refund_no]
    assert await audit.run(CHECKS) == []


async def test_a_member_is_told_once_that_somebody_is_at_work_on_her_refund(wechat: WeChat) -> None:
    refund = await _promised(wechat)
    await _send(wechat, refund="ABNORMAL")
    await _send(wechat, after=21)
    for _ in range(2):
        assert await actions.retry_refund(refund.id)
        await _send(wechat)
    assert (await _now(refund)).status is RefundStatus.FAILED
    assert await FactRow.filter(name="RefundFailed").count() == 1


async def test_only_a_failed_refund_is_sent_again_by_hand(wechat: WeChat) -> None:
    refund = await _promised(wechat)
    assert not await actions.retry_refund(refund.id)
    assert not await actions.retry_refund(RefundId(new_id()))


async def test_while_wechat_is_busy_a_refund_is_tried_again_and_again(wechat: WeChat) -> None:
    refund = await _promised(wechat)
    for after, pause in ((0, 2), (3, 10), (11, 60)):
        await _send(wechat, after=after, system_busy=1)
        assert timedelta(0) < await _next_in(refund) <= timedelta(seconds=pause)
    assert (await _now(refund)).status is RefundStatus.WAITING
    assert await DeskItem.all().count() == 0
    await _send(wechat, after=61)
    assert await _at_wechat(wechat) == [refund.out_refund_no]


async def _asked(requests: list[Any]) -> list[tuple[str, bool]]:
    return [(each.method, each.url.path.endswith("/refunds")) for each in requests if "/refund/" in each.url.path]


async def test_an_answer_that_was_lost_is_asked_for_before_anything_is_sent_again(wechat: WeChat) -> None:
    refund = await _promised(wechat)
    await _send(wechat, lost_replies=1, lost_paths=["/v3/refund"], refund_s=1000)
    assert (await _now(refund)).status is RefundStatus.WAITING
    requests: list[Any] = []

    async def note(request: Any) -> None:
        requests.append(request)

    current.pay()._api._http.event_hooks["request"].append(note)
    await _send(wechat, after=3)
    assert await _asked(requests) == [("GET", False)]
    assert (await _now(refund)).status is RefundStatus.PROCESSING
    assert await _at_wechat(wechat) == [refund.out_refund_no]


async def test_a_refund_that_wechat_does_not_know_though_it_was_sent_is_sent_under_the_same_number(
    wechat: WeChat,
) -> None:
    refund = await _promised(wechat)
    # As after a crash between the claim and the call, or a restore of WeChat's side.
    await Refund.filter(id=refund.id).update(status=RefundStatus.PROCESSING, attempts=3)
    await _send(wechat)
    assert await _at_wechat(wechat) == [refund.out_refund_no]
    await _send(wechat, after=1801)
    assert (await _now(refund)).status is RefundStatus.SUCCEEDED


async def test_a_refusal_to_tell_is_no_refusal_of_the_refund(wechat: WeChat) -> None:
    refund = await _promised(wechat)
    await _send(wechat, refund="PROCESSING")
    await _send(wechat, after=21, errors={"/v3/refund": "NO_AUTH"})
    now = await _now(refund)
    assert now.status is RefundStatus.PROCESSING
    assert now.next_attempt_at is not None
    assert await DeskItem.all().count() == 0


async def test_a_refund_that_wechat_refuses_is_a_persons_work(wechat: WeChat) -> None:
    refund = await _promised(wechat)
    await _send(wechat, errors={"/v3/refund": "PARAM_ERROR"})
    assert (await _now(refund)).status is RefundStatus.FAILED
    assert await DeskItem.filter(matter=Matter.REFUND_FAILED).count() == 1


async def test_a_refund_that_fails_on_our_side_does_not_keep_the_others(wechat: WeChat) -> None:
    group = await a_group(size=4, taken=3, wechat=wechat)
    for member in group.members[1:]:
        await group_buying.leave(member=member.id, group=group.code, key="leave")
    broken, other = await Refund.all().order_by("created_at", "id")
    # A row that this version cannot read.
    await db.execute("UPDATE refunds SET reason = 'NONSENSE' WHERE id = $1", broken.id)
    with capture_logs() as logged:
        for _ in range(3):
            await _send(wechat, after=61)
    assert (await _now(other)).status is RefundStatus.SUCCEEDED
    assert {line["item"] for line in logged if line["event"] == "job.item_failed"} == {str(broken.id)}


async def test_late_news_of_a_failure_change_nothing(wechat: WeChat) -> None:
    refund = await _promised(wechat)
    await _send(wechat)
    await _send(wechat, after=21)
    await actions.record_refund_failed(out_refund_no=refund.out_refund_no, error="ABNORMAL")
    await actions.note_refund_accepted(refund)
    await actions.note_refund_not_accepted(refund, error="busy")
    assert (await _now(refund)).status is RefundStatus.SUCCEEDED
    assert (await _now(refund)).next_attempt_at is None
    assert await Posting.filter(reason="REFUND_SENT").count() == 1
