"""Members leave: they are refunded, the seat is free, and somebody leads."""

import asyncio

import pytest

from app.core import audit, outbox
from app.core.errors import IdempotencyKeyReused
from app.core.ids import GroupCode
from app.core.models import FactRow
from app.core.targets import Target
from app.group_buying import errors, facts, flows, jobs
from app.group_buying.actions import dealing
from app.group_buying.models import Seat
from app.group_buying.states import GroupChangeKind, GroupFailure, GroupStatus, SeatEnd, SeatStatus
from app.orders.errors import OrderAlreadyPaid
from app.orders.models import Order
from app.orders.states import CloseReason, OrderStatus
from app.payments.models import Refund, RefundReason
from app.wiring import CHECKS
from share import queries as share
from tests.conftest import WeChat
from tests.factories.group_buying import (
    Buyer,
    Opened,
    a_buyer,
    a_deal,
    a_group,
    group_of,
    joins,
    money_arrives,
    opens,
    order_of,
    pays_unheard,
    prepaid,
    quota_left,
    seat_of,
)
from tests.factories.rows import everything
from tests.factories.share import a_link

pytestmark = pytest.mark.usefixtures("wechat")


async def _leaves(buyer: Buyer, group: Opened, key: str = "leave") -> object:
    return await flows.leave(member=buyer.id, group=group.code, key=key)


async def _seat(group: Opened, buyer: Buyer) -> Seat:
    return await Seat.get(group_id=group.id, user_id=buyer.id)


async def test_a_member_who_leaves_is_refunded_and_her_seat_is_free() -> None:
    group = await a_group(size=3, taken=2)
    before = await group.now()
    assert await _leaves(group.members[1], group) == group.orders[1]
    now, seat = await group.now(), await _seat(group, group.members[1])
    assert (now.status, now.taken, now.leader_id) == (GroupStatus.FORMING, 1, before.leader_id)
    assert (now.version, now.last_change) == (before.version + 1, GroupChangeKind.SEAT_FREED)
    assert (seat.status, seat.end) == (SeatStatus.REFUNDING, SeatEnd.LEFT)
    assert (await Order.get(id=group.orders[1])).status is OrderStatus.REFUNDING
    refund = await Refund.get(order_id=group.orders[1])
    assert (refund.amount_fen, refund.reason) == (1990, RefundReason.LEFT)
    assert await audit.run(CHECKS) == []


async def test_what_a_refunded_purchase_did_to_limits_is_undone() -> None:
    group = await a_group(size=3, taken=2, limit_per_user=1)
    ben = group.members[1]
    assert await quota_left(group.deal) == 98
    await _leaves(ben, group)
    assert await quota_left(group.deal) == 99
    again = await joins(ben, await group.now())
    assert (await seat_of(again)).status is SeatStatus.HELD


async def test_when_the_leader_leaves_the_member_who_paid_first_leads_and_deadline_and_links_stay() -> None:
    group = await a_group(size=5, taken=3)
    before = await group.now()
    link = await a_link(group.members[0].id, Target("group", group.id))
    # Whoever holds a seat, or paid later, does not lead.
    await joins(await a_buyer("holds"), before)
    await _leaves(group.members[0], group)
    now = await group.now()
    assert (now.leader_id, now.opener_id) == (group.members[1].id, group.members[0].id)
    assert (now.code, now.expires_at, now.status) == (before.code, before.expires_at, GroupStatus.FORMING)
    assert now.last_change is GroupChangeKind.LEADER_CHANGED
    assert await share.link(link.code) == link
    (fact,) = await FactRow.filter(name="LeaderChanged")
    assert outbox.read(fact.name, fact.payload) == facts.LeaderChanged(group.id, group.members[1].id, now.version)
    assert await audit.run(CHECKS) == []


async def test_a_group_is_handed_to_the_first_who_leads_no_other_of_its_deal() -> None:
    group = await a_group(size=5, taken=3)
    own = await opens(group.members[1], group.deal)
    await _leaves(group.members[0], group)
    assert (await group.now()).leader_id == group.members[2].id
    assert (await group_of(own)).leader_id == group.members[1].id
    assert await audit.run(CHECKS) == []


async def test_where_every_member_leads_another_group_the_first_leads_both_rather_than_that_it_fails() -> None:
    group = await a_group(size=5, taken=3)
    for member in group.members[1:]:
        await opens(member, group.deal)
    await _leaves(group.members[0], group)
    now = await group.now()
    assert (now.status, now.leader_id) == (GroupStatus.FORMING, group.members[1].id)
    assert await audit.run(CHECKS) == []


async def test_whoever_opens_a_group_while_another_is_handed_over_leads_one_only() -> None:
    for number in range(6):
        group = await a_group(size=5, taken=3, prefix=f"g{number}")
        opening, _ = await asyncio.gather(
            opens(group.members[1], group.deal), _leaves(group.members[0], group), return_exceptions=True
        )
        leads = (await group.now()).leader_id
        if isinstance(opening, BaseException):
            assert isinstance(opening, errors.AlreadyLeading)
            assert leads == group.members[1].id
        else:
            assert leads == group.members[2].id


async def test_who_opened_a_group_and_left_it_may_open_another() -> None:
    group = await a_group(size=5, taken=2)
    await _leaves(group.members[0], group)
    await opens(group.members[0], group.deal)
    with pytest.raises(errors.AlreadyLeading):
        await opens(group.members[1], group.deal)


async def test_when_nobody_else_has_paid_the_group_fails_and_holds_are_released() -> None:
    group = await a_group(size=3)
    held = await joins(await a_buyer("ben"), await group.now())
    await _leaves(group.members[0], group)
    now = await group.now()
    assert (now.status, now.reason, now.held) == (GroupStatus.FAILING, GroupFailure.LEADER_LEFT, 1)
    assert (now.refunds_done, now.refunds_total) == (0, 1)
    seat = await seat_of(held)
    assert (seat.status, seat.end) == (SeatStatus.RELEASING, SeatEnd.GROUP_FAILED)
    assert (await Refund.get(order_id=group.orders[0])).reason is RefundReason.LEFT
    assert await jobs.refund_members() == 0
    await jobs.release_holds()
    assert (await group.now()).held == 0
    assert (await order_of(held)).close_reason is CloseReason.HOLD_ENDED
    assert await audit.run(CHECKS) == []


async def test_a_repeat_gives_the_same_order_and_starts_no_second_refund() -> None:
    group = await a_group(size=3, taken=2)
    assert await _leaves(group.members[1], group) == group.orders[1]
    before = await everything()
    assert await _leaves(group.members[1], group) == group.orders[1]
    assert await everything() == before
    assert await Refund.all().count() == 1


async def test_a_repeat_after_joining_anew_leaves_the_new_seat_alone() -> None:
    group = await a_group(size=3, taken=2)
    ben = group.members[1]
    await _leaves(ben, group)
    again = await joins(ben, await group.now())
    await money_arrives(again.order)
    assert await _leaves(ben, group) == group.orders[1]
    assert (await seat_of(again)).status is SeatStatus.TAKEN
    assert await _leaves(ben, group, "another key") == again.order


async def test_a_key_names_one_group() -> None:
    ben = await a_buyer("ben")
    first, second = [await a_group(size=3, prefix=name) for name in ("x", "y")]
    for group in (first, second):
        await joins(ben, await group.now())
    await _leaves(ben, first)
    with pytest.raises(IdempotencyKeyReused):
        await _leaves(ben, second)


async def test_leaving_before_paying_is_cancelling_and_a_repeat_gives_the_same_order(wechat: WeChat) -> None:
    group, ben = await a_group(size=3), await a_buyer("ben")
    held = await joins(ben, await group.now())
    await prepaid(wechat, ben, held.order)
    for _ in range(2):
        assert await _leaves(ben, group) == held.order
    order = await order_of(held)
    assert (order.status, order.close_reason) == (OrderStatus.CLOSED, CloseReason.CANCELLED)
    assert [each["trade_state"] for each in (await wechat.sent())["orders"]] == ["CLOSED"]
    await joins(ben, await group.now())


async def test_a_leader_who_leaves_before_paying_cancels_her_group() -> None:
    ann = await a_buyer("ann")
    held = await opens(ann, await a_deal())
    group = await group_of(held)
    assert await flows.leave(member=ann.id, group=group.code, key="k") == held.order
    assert (await group_of(held)).status is GroupStatus.CANCELLED


async def test_leaving_that_loses_the_race_is_refused_and_the_same_key_then_leaves_the_paid_seat(
    wechat: WeChat,
) -> None:
    group, ben = await a_group(size=3, wechat=wechat), await a_buyer("ben")
    held = await joins(ben, await group.now())
    await pays_unheard(wechat, ben, held.order)
    with pytest.raises(OrderAlreadyPaid):
        await _leaves(ben, group)
    assert (await seat_of(held)).status is SeatStatus.TAKEN
    assert await _leaves(ben, group) == held.order
    assert (await seat_of(held)).status is SeatStatus.REFUNDING
    assert (await group.now()).taken == 1


async def test_leaving_while_wechat_is_silent_goes_on_by_itself(wechat: WeChat) -> None:
    group, ben = await a_group(size=3), await a_buyer("ben")
    held = await joins(ben, await group.now())
    await prepaid(wechat, ben, held.order)
    await wechat.faults(system_busy=1)
    for _ in range(2):
        assert await _leaves(ben, group) == held.order
    assert (await seat_of(held)).status is SeatStatus.RELEASING
    await wechat.faults()
    assert await _leaves(ben, group) == held.order
    assert (await seat_of(held)).status is SeatStatus.RELEASED


async def test_who_has_no_seat_has_none_to_leave() -> None:
    group = await a_group(size=3, taken=2)
    await _leaves(group.members[1], group)
    before = await everything()
    for stranger in (await a_buyer("eve"), group.members[1]):
        with pytest.raises(errors.NotInGroup):
            await _leaves(stranger, group, "another key")
    with pytest.raises(errors.GroupNotFound):
        await flows.leave(member=group.members[0].id, group=GroupCode("G2222222222"), key="k")
    assert (await everything())["idempotency_keys"] == before["idempotency_keys"]


async def test_nobody_leaves_a_group_that_has_ended() -> None:
    group = await a_group(size=2, taken=2)
    with pytest.raises(errors.GroupEnded) as refused:
        await _leaves(group.members[1], group)
    assert refused.value.status is GroupStatus.COMPLETED
    failing = await a_group(size=3, taken=2, prefix="other")
    await dealing.stop(failing.id, GroupFailure.RISK)
    before = await everything()
    with pytest.raises(errors.GroupEnded):
        await _leaves(failing.members[1], failing)
    assert await everything() == before
