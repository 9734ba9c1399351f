import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import pytest

from app.core import clock, db, outbox, worker
from app.core.ids import OrderId, RefundId, SeatId, UserId, new_id
from app.core.models import Delivery
from app.core.outbox import Fact
from app.core.targets import Target
from app.core.words import CHINESE
from app.group_buying.facts import GroupCompleted, GroupFailing, LatePaymentRefunded, LeaderChanged, SeatTaken
from app.group_buying.models import Group
from app.moderation import actions as moderation
from app.moderation.models import ModerationItem
from app.moderation.states import AppealStatus, Decision, ReportReason
from app.notifications.models import Message, MessagePurpose, Notification, NotificationKind
from app.notifications.reactions import REACTIONS
from app.notifications.wording import words
from app.payments.facts import RefundFailed, RefundSucceeded
from tests.factories.accounts import a_user
from tests.factories.community import a_community
from tests.factories.moderation import a_note, a_queued_note
from tests.factories.notifications import a_consent, a_group_to_tell_of, a_user_id

pytestmark = pytest.mark.usefixtures("database", "heard")

#: What deliveries call the reactions of this room; others hear the same facts.
OURS = "notifications."


@pytest.fixture
def heard() -> None:
    outbox.register(REACTIONS)


async def _happened(fact: Fact) -> None:
    async with db.transaction():
        await outbox.record(fact)


async def _inbox(user: UserId) -> list[tuple[NotificationKind, str]]:
    """Kinds and Chinese bodies, in order."""
    entries = await Notification.filter(user_id=user).order_by("seq")
    return [(each.kind, words(each.kind, each.values, CHINESE).body) for each in entries]


async def _target(user: UserId) -> Target:
    entry = await Notification.get(user_id=user)
    return Target(entry.target_kind, entry.target_id)


def _completed(group: Group, members: Sequence[UserId]) -> GroupCompleted:
    return GroupCompleted(group=group.id, members=tuple(members), orders=(), version=4)


async def test_the_leader_hears_who_joined_under_a_masked_name() -> None:
    leader, buyer = a_user_id(), await a_user("小大明")
    group = await a_group_to_tell_of(leader, taken=2)
    await _happened(SeatTaken(group=group.id, seat=SeatId(new_id()), buyer=buyer.id, version=2))
    await worker.deliver_due()
    assert await _inbox(leader) == [(NotificationKind.SEAT_TAKEN, "龙井茶 250g：还差 1 人。")]
    entry = await Notification.get(user_id=leader)
    assert words(entry.kind, entry.values, CHINESE).title == "小*明 加入了你的拼团"
    assert await _target(leader) == Target("group", group.id)
    assert await _inbox(buyer.id) == []


async def test_the_leaders_own_seat_is_no_news_to_her() -> None:
    leader = await a_user()
    group = await a_group_to_tell_of(leader.id)
    await _happened(SeatTaken(group=group.id, seat=SeatId(new_id()), buyer=leader.id, version=1))
    await worker.deliver_due()
    assert await Notification.all().count() == 0
    assert await Delivery.filter(reaction__startswith=OURS).count() == 0


async def test_who_leads_from_now_on_hears_it() -> None:
    heir = a_user_id()
    group = await a_group_to_tell_of(heir)
    await _happened(LeaderChanged(group=group.id, leader=heir, version=3))
    await worker.deliver_due()
    ((kind, body),) = await _inbox(heir)
    assert kind is NotificationKind.LEADER_CHANGED
    assert "还差 2 人" in body


async def test_every_member_hears_of_completion_and_who_consented_on_the_closed_phone_too() -> None:
    members = [a_user_id() for _ in range(3)]
    group = await a_group_to_tell_of(members[0], taken=3)
    await a_consent(members[1])
    await a_consent(members[2], purpose=MessagePurpose.REFUND)
    await _happened(_completed(group, members))
    await worker.deliver_due()
    for member in members:
        assert [kind for kind, _ in await _inbox(member)] == [NotificationKind.GROUP_COMPLETED]
    assert [each.user_id for each in await Message.all()] == [members[1]]


async def test_every_member_hears_of_failure_and_why() -> None:
    members = [a_user_id(), a_user_id()]
    group = await a_group_to_tell_of(members[0])
    await a_consent(members[0])
    await _happened(GroupFailing(group=group.id, members=tuple(members), reason="TAKEN_DOWN", version=5))
    await worker.deliver_due()
    expected = [(NotificationKind.GROUP_FAILED, "龙井茶 250g：活动已下架。你支付的款项正在原路退回。")]
    assert [await _inbox(member) for member in members] == [expected, expected]
    assert (await Message.get()).purpose is MessagePurpose.GROUP_RESULT


async def test_money_that_goes_back_is_told_to_its_buyer_about_her_order() -> None:
    late, refunded, waiting = a_user_id(), a_user_id(), a_user_id()
    group = await a_group_to_tell_of(a_user_id())
    orders = [OrderId(new_id()) for _ in range(3)]
    refund = RefundId(new_id())
    await a_consent(refunded, purpose=MessagePurpose.REFUND)
    await _happened(LatePaymentRefunded(order=orders[0], buyer=late, group=group.id, amount_fen=1990))
    await _happened(
        RefundSucceeded(refund=refund, order=orders[1], buyer=refunded, amount_fen=500, reason="LADDER_DIFFERENCE")
    )
    await _happened(RefundFailed(refund=refund, order=orders[2], buyer=waiting, amount_fen=7))
    await worker.deliver_due()
    assert await _inbox(late) == [
        (NotificationKind.LATE_PAYMENT_REFUNDED, "龙井茶 250g：付款到达时名额已释放，¥19.90 正在原路退回。")
    ]
    assert await _inbox(refunded) == [(NotificationKind.REFUND_SENT, "¥5.00 已原路退回（阶梯价差额退还）。")]
    assert await _inbox(waiting) == [(NotificationKind.REFUND_FAILED, "¥0.07 未能自动退回，我们正在人工处理，请稍候。")]
    assert [await _target(user) for user in (late, refunded, waiting)] == [Target("order", each) for each in orders]
    assert (await Message.get()).user_id == refunded


async def _decided(item: UUID, decision: Decision, reason: str = "导流") -> None:
    found = await ModerationItem.get(id=item)
    await moderation.decide(by=a_user_id(), item=item, expected_version=found.version, decision=decision, reason=reason)
    for _ in range(2):
        await worker.deliver_due()


async def test_the_author_of_what_is_removed_hears_it_once_with_the_reason() -> None:
    author = a_user_id()
    _, item = await a_queued_note(author)
    await _decided(item, Decision.REMOVE)
    assert await _inbox(author) == [(NotificationKind.MODERATION_DECIDED, "导流（可申诉一次）")]
    assert await _target(author) == Target("removal", item)


async def test_the_author_of_what_waited_hears_that_it_can_be_seen() -> None:
    author = a_user_id()
    target, item = await a_queued_note(author)
    await _decided(item, Decision.APPROVE, "")
    assert await _inbox(author) == [(NotificationKind.MODERATION_DECIDED, "现已对大家可见。")]
    assert await _target(author) == target


async def test_that_others_reported_what_stays_is_not_told_to_its_author() -> None:
    author = a_user_id()
    await moderation.report(reporter=a_user_id(), target=a_note(author), reason=ReportReason.SPAM, note=None)
    await _decided((await ModerationItem.get()).id, Decision.APPROVE)
    assert await _inbox(author) == []


@pytest.mark.parametrize(
    ("status", "body"),
    [(AppealStatus.UPHELD, "您的内容维持移除：已复核"), (AppealStatus.OVERTURNED, "您的内容的移除已撤销：已复核")],
)
async def test_the_author_hears_once_what_came_of_her_appeal_and_why(status: AppealStatus, body: str) -> None:
    author = a_user_id()
    _, item = await a_queued_note(author)
    await _decided(item, Decision.REMOVE)
    appeal = await moderation.appeal(author=author, item=item, text="误判")
    await moderation.decide_appeal(by=a_user_id(), appeal=appeal, expected_version=1, status=status, reason="已复核")
    for _ in range(2):
        await worker.deliver_due()
    assert (await _inbox(author))[1:] == [(NotificationKind.APPEAL_DECIDED, body)]


@pytest.mark.parametrize(
    ("named", "body"), [(True, "在茶友会，至 2026-11-24 15:01：刷屏"), (False, "至 2026-11-24 15:01：刷屏")]
)
async def test_who_may_not_write_hears_where_until_when_and_why(named: bool, body: str) -> None:
    person, place = (await a_user()).id, await a_community("茶友会")
    until = datetime(2026, 11, 24, 7, 1, tzinfo=UTC)
    await moderation.mute(by=a_user_id(), user=person, community=place if named else None, until=until, reason="刷屏")
    for _ in range(2):
        await worker.deliver_due()
    assert await _inbox(person) == [(NotificationKind.MUTED, body)]


async def test_workers_at_once_tell_everybody_once() -> None:
    members = [a_user_id() for _ in range(4)]
    groups = [await a_group_to_tell_of(members[0]) for _ in range(5)]
    for group in groups:
        await _happened(_completed(group, members))
    await asyncio.gather(*[worker.deliver_due() for _ in range(4)])
    for member in members:
        entries = await Notification.filter(user_id=member).order_by("seq")
        assert [each.seq for each in entries] == [1, 2, 3, 4, 5]
        assert {each.target_id for each in entries} == {group.id for group in groups}


async def test_a_worker_that_was_thought_dead_tells_nobody_twice() -> None:
    member = a_user_id()
    await a_consent(member, remaining=2)
    fact = _completed(await a_group_to_tell_of(member), [member])
    await _happened(fact)
    until, claimed = await worker._claim()
    (slow,) = [each for each in claimed if each.reaction.startswith(OURS)]
    await clock.move(worker.LEASE.total_seconds() + 1)
    assert await worker.deliver_due() == len(claimed)
    reaction = outbox.reaction(slow.name, slow.reaction)
    assert reaction is not None
    with pytest.raises(worker._LeaseLostError):
        await worker._react(reaction, fact, slow, until)
    assert len(await _inbox(member)) == 1
    assert await Message.all().count() == 1
