"""Groups that do not come about: deadlines, deals taken down, members refunded one by one."""

from collections.abc import Awaitable, Callable

import pytest
from structlog.testing import capture_logs

from app.core import audit, clock, outbox
from app.core.ids import DealId, RefundId, new_id
from app.core.models import FactRow
from app.desk.models import DeskItem, Matter
from app.group_buying import errors, facts, jobs, queries
from app.group_buying.actions import dealing, ending, offering
from app.group_buying.models import Deal, Group, Seat
from app.group_buying.states import (
    DealMove,
    DealStatus,
    GroupChangeKind,
    GroupFailure,
    GroupStatus,
    SeatEnd,
    SeatStatus,
)
from app.orders.models import Order
from app.orders.states import CloseReason, OrderStatus
from app.payments import actions as payments
from app.payments import jobs as payment_jobs
from app.payments.models import Refund, RefundReason, RefundStatus
from app.wiring import CHECKS
from tests.conftest import WeChat
from tests.factories.group_buying import (
    Opened,
    a_buyer,
    a_deal,
    a_group,
    group_of,
    joins,
    money_arrives,
    opens,
    order_of,
    prepaid,
    quota_left,
    seat_of,
)

Work = Callable[[], Awaitable[None]]

pytestmark = pytest.mark.usefixtures("wechat")


async def _until_deadline(wechat: WeChat, group: Opened, *, beyond: float) -> None:
    expires_at = (await group.now()).expires_at
    assert expires_at is not None
    await wechat.move_clock((expires_at - await clock.now()).total_seconds() + beyond)


async def _statuses(group: Opened) -> list[SeatStatus]:
    return [seat.status for seat in await Seat.filter(group_id=group.id, taken_at__isnull=False).order_by("taken_at")]


async def test_a_group_that_is_not_full_at_its_deadline_fails_and_refunds_every_member(
    wechat: WeChat, do_all_work: Work
) -> None:
    group = await a_group(size=4, taken=3, wechat=wechat)
    await _until_deadline(wechat, group, beyond=-2)
    assert await jobs.decide_deadlines() == 0
    await _until_deadline(wechat, group, beyond=0.1)
    assert await jobs.decide_deadlines() == 1
    now = await group.now()
    assert (now.status, now.reason) == (GroupStatus.FAILING, GroupFailure.EXPIRED)
    assert (now.refunds_done, now.refunds_total, now.taken) == (0, 3, 3)
    (fact,) = await FactRow.filter(name="GroupFailing")
    told = tuple(member.id for member in group.members)
    assert outbox.read(fact.name, fact.payload) == facts.GroupFailing(group.id, told, "EXPIRED", now.version)
    await do_all_work()
    await wechat.move_clock(60)
    await do_all_work()
    now = await group.now()
    assert (now.status, now.refunds_done, now.last_change) == (GroupStatus.FAILED, 3, GroupChangeKind.FAILED)
    assert await _statuses(group) == [SeatStatus.REFUNDED] * 3
    assert {each.status for each in await Order.filter(id__in=group.orders)} == {OrderStatus.REFUNDED}
    assert {each.reason for each in await Refund.all()} == {RefundReason.GROUP_FAILED}
    assert await quota_left(group.deal) == 100
    assert await audit.run(CHECKS) == []


async def test_a_hold_made_before_the_deadline_keeps_the_group_undecided_until_it_ends(wechat: WeChat) -> None:
    group = await a_group(size=3)
    await _until_deadline(wechat, group, beyond=-130)
    ben = await a_buyer("ben")
    held = await joins(ben, await group.now())
    await prepaid(wechat, ben, held.order)
    await _until_deadline(wechat, group, beyond=1)
    assert await jobs.decide_deadlines() == 0
    assert not await ending.expire(group.id)
    assert (await group.now()).status is GroupStatus.FORMING
    await wechat.faults(system_busy=1)
    seat = await seat_of(held)
    assert seat.held_until is not None
    await wechat.move_clock((seat.held_until - await clock.now()).total_seconds() + 1)
    await jobs.release_holds()
    assert (await seat_of(held)).status is SeatStatus.RELEASING
    assert await jobs.decide_deadlines() == 0
    await wechat.move_clock(61)
    await jobs.release_holds()
    assert await jobs.decide_deadlines() == 1
    assert (await group.now()).status is GroupStatus.FAILING


async def test_who_held_the_last_seat_before_the_deadline_may_still_complete_the_group(wechat: WeChat) -> None:
    group = await a_group(size=2)
    await _until_deadline(wechat, group, beyond=-130)
    held = await joins(await a_buyer("ben"), await group.now())
    await _until_deadline(wechat, group, beyond=20)
    await money_arrives(held.order)
    assert (await group.now()).status is GroupStatus.COMPLETED
    assert await jobs.decide_deadlines() == 0


async def test_one_stuck_refund_blocks_no_other_and_the_group_has_failed_when_it_is_settled(
    wechat: WeChat, do_all_work: Work
) -> None:
    group = await a_group(size=4, taken=3, wechat=wechat)
    await _until_deadline(wechat, group, beyond=1)
    await jobs.decide_deadlines()
    await jobs.refund_members()
    stuck, *others = await Refund.all().order_by("created_at", "id")
    await wechat.faults(refund="ABNORMAL")
    await Refund.filter(id__in=[each.id for each in others]).update(next_attempt_at=None)
    await payment_jobs.send_refunds()
    await wechat.move_clock(21)
    await payment_jobs.send_refunds()
    assert (await Refund.get(id=stuck.id)).status is RefundStatus.FAILED
    await wechat.faults()
    await Refund.filter(id__in=[each.id for each in others]).update(next_attempt_at=await clock.now())
    for _ in range(2):
        await do_all_work()
        await wechat.move_clock(21)
    now = await group.now()
    assert (now.status, now.refunds_done, now.refunds_total) == (GroupStatus.FAILING, 2, 3)
    assert sorted(await _statuses(group)) == [SeatStatus.REFUNDED, SeatStatus.REFUNDED, SeatStatus.REFUND_FAILED]
    (item,) = await DeskItem.filter(resolved_at=None)
    assert (item.matter, item.subject) == (Matter.REFUND_FAILED, str(stuck.id))
    assert await audit.run(CHECKS) == []
    await wechat.play("refund", out_refund_no=stuck.out_refund_no, status="SUCCESS")
    assert await payments.retry_refund(RefundId(stuck.id))
    await do_all_work()
    now = await group.now()
    assert (now.status, now.refunds_done) == (GroupStatus.FAILED, 3)
    assert await DeskItem.filter(resolved_at=None).count() == 0
    assert await audit.run(CHECKS) == []


async def test_a_member_who_cannot_be_refunded_does_not_keep_the_others_from_their_money(wechat: WeChat) -> None:
    group = await a_group(size=4, taken=3)
    broken = await Seat.get(order_id=group.orders[0])
    await Seat.filter(id=broken.id).update(order_id=new_id())
    await _until_deadline(wechat, group, beyond=1)
    await jobs.decide_deadlines()
    with capture_logs() as logged:
        assert await jobs.refund_members() == 2
        assert await jobs.refund_members() == 0
    assert {line["item"] for line in logged if line["event"] == "job.item_failed"} == {str(broken.id)}
    assert await Refund.all().count() == 2


async def test_a_deal_that_is_taken_down_fails_its_groups_and_begins_none() -> None:
    deal = await a_deal(size=3)
    forming = await a_group(deal=deal, taken=2)
    held = await joins(await a_buyer("holds"), await forming.now())
    pending = await opens(await a_buyer("pending"), deal)
    other = await a_group(prefix="other")
    for _ in range(2):
        await dealing.take_down(deal.id, reason="质量问题")
    row = await Deal.get(id=deal.id)
    assert (row.status, row.taken_down_reason) == (DealStatus.TAKEN_DOWN, "质量问题")
    now = await forming.now()
    assert (now.status, now.reason, now.refunds_total) == (GroupStatus.FAILING, GroupFailure.TAKEN_DOWN, 2)
    for each in (held, pending):
        assert (await seat_of(each)).status is SeatStatus.RELEASING
    await jobs.release_holds()
    await jobs.refund_members()
    assert (await group_of(pending)).status is GroupStatus.CANCELLED
    assert (await order_of(pending)).close_reason is CloseReason.HOLD_ENDED
    assert await _statuses(forming) == [SeatStatus.REFUNDING] * 2
    assert (await other.now()).status is GroupStatus.FORMING
    assert await quota_left(deal) == 100
    with pytest.raises(errors.DealNotRunning) as refused:
        await opens(await a_buyer("eve"), deal)
    assert refused.value.starts_at is None
    assert await audit.run(CHECKS) == []


async def test_taking_down_goes_on_where_a_crash_interrupted_it() -> None:
    deal = await a_deal(size=3)
    forming = await a_group(deal=deal, taken=2)
    pending = await opens(await a_buyer("pending"), deal)
    await Deal.filter(id=deal.id).update(status=DealStatus.TAKEN_DOWN)
    assert await jobs.end_taken_down() == 2
    assert await jobs.end_taken_down() == 0
    assert (await forming.now()).reason is GroupFailure.TAKEN_DOWN
    assert (await seat_of(pending)).status is SeatStatus.RELEASING


async def test_a_deal_that_does_not_exist_cannot_be_taken_down_or_paused() -> None:
    with pytest.raises(errors.DealNotFound):
        await dealing.take_down(DealId(new_id()), reason="")
    with pytest.raises(errors.DealNotFound):
        await offering.move_deal(by=None, deal=DealId(new_id()), move=DealMove.PAUSE)


async def test_a_group_that_is_stopped_for_its_risk_fails_or_never_begins() -> None:
    group = await a_group(size=3, taken=2)
    await dealing.stop(group.id, GroupFailure.RISK)
    now = await group.now()
    assert (now.status, now.reason) == (GroupStatus.FAILING, GroupFailure.RISK)
    version = now.version
    await dealing.stop(group.id, GroupFailure.TAKEN_DOWN)
    assert (await group.now()).version == version


@pytest.mark.parametrize("given_up", [False, True])
async def test_a_pending_group_that_was_stopped_does_not_begin_though_its_leader_pays(given_up: bool) -> None:
    held = await opens(await a_buyer(), await a_deal())
    if given_up:
        await Seat.filter(id=held.seat).update(status=SeatStatus.RELEASING, end=SeatEnd.LAPSED)
    await dealing.stop(held.group, GroupFailure.RISK)
    await money_arrives(held.order)
    assert (await group_of(held)).status is GroupStatus.CANCELLED
    assert (await order_of(held)).status is OrderStatus.REFUNDING
    assert await audit.run(CHECKS) == []


async def test_a_paused_deal_opens_no_groups_until_it_runs_again() -> None:
    deal = await a_deal()
    await offering.move_deal(by=None, deal=deal.id, move=DealMove.PAUSE)
    assert await queries.deals_page(search="", limit=10, after=None) == []
    with pytest.raises(errors.DealNotRunning):
        await opens(await a_buyer(), deal)
    await offering.move_deal(by=None, deal=deal.id, move=DealMove.RESUME)
    await opens(await a_buyer("ben"), deal)


@pytest.mark.parametrize("status", [DealStatus.DRAFT, DealStatus.ENDED, DealStatus.TAKEN_DOWN])
async def test_only_a_deal_that_runs_or_will_run_can_be_paused(status: DealStatus) -> None:
    deal = await a_deal()
    await Deal.filter(id=deal.id).update(status=status)
    for move in (DealMove.PAUSE, DealMove.RESUME):
        with pytest.raises(errors.DealMoveRefused):
            await offering.move_deal(by=None, deal=deal.id, move=move)
    assert (await Deal.get(id=deal.id)).status is status


async def test_deciding_a_deadline_twice_fails_the_group_once(wechat: WeChat) -> None:
    group = await a_group(size=3)
    await _until_deadline(wechat, group, beyond=1)
    assert [await ending.expire(group.id) for _ in range(2)] == [True, False]
    assert await FactRow.filter(name="GroupFailing").count() == 1
    assert await Group.filter(status=GroupStatus.FAILING).count() == 1
