"""What people decide, what the author may say about it, and who hears."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from app.accounts.actions import begin_session
from app.accounts.errors import AccountBlocked
from app.accounts.queries import openid_of
from app.audit_log import queries as audit_log
from app.core import clock, db
from app.core.errors import Stale, TargetNotFound
from app.core.ids import UserId, new_id
from app.core.models import FactRow
from app.moderation import actions, queries, rules
from app.moderation.errors import SecondPersonNeeded, TextTooLong
from app.moderation.models import Appeal, ModerationItem, Report
from app.moderation.states import AppealStatus, Decision, ItemStatus, ReportReason
from tests.conftest import ON_POSTGRES
from tests.factories.accounts import a_session, a_user
from tests.factories.moderation import Wall, a_note, a_queued_note, told_of, withdrawn
from tests.factories.notifications import a_user_id
from tests.factories.rows import everything

pytestmark = pytest.mark.usefixtures("database")


async def _decide(by: UserId, item: object, decision: Decision = Decision.REMOVE, version: int = 1) -> None:
    found = await ModerationItem.get(id=item)
    await actions.decide(by=by, item=found.id, expected_version=version, decision=decision, reason="广告")


async def _removed() -> tuple[Any, ModerationItem, UserId]:
    """A note that was removed, its item, and who removed it."""
    moderator = a_user_id()
    target, item = await a_queued_note(a_user_id())
    await _decide(moderator, item)
    return target, await ModerationItem.get(id=item), moderator


async def _decide_appeal(by: UserId, appeal: Any, status: AppealStatus, version: int = 1) -> None:
    await actions.decide_appeal(by=by, appeal=appeal, expected_version=version, status=status, reason="已复核")


@pytest.mark.parametrize(
    ("decision", "status"), [(Decision.APPROVE, ItemStatus.APPROVED), (Decision.REMOVE, ItemStatus.REMOVED)]
)
async def test_a_decision_reaches_the_room_the_log_and_whoever_hears(decision: Decision, status: ItemStatus) -> None:
    moderator = a_user_id()
    target, item = await a_queued_note(a_user_id())
    await _decide(moderator, item, decision)
    now = await ModerationItem.get(id=item)
    assert (now.status, now.decided_by, now.reason, now.version) == (status, moderator, "广告", 2)
    assert told_of(target) == [(decision, "广告")]
    (entry,) = await audit_log.page(limit=9)
    assert (entry.verb, entry.by_id, entry.target_id, entry.reason) == (
        "moderation.decide", moderator, target.id, "广告",
    )  # fmt: skip
    assert await FactRow.filter(name="ModerationDecided").count() == 1
    assert not await queries.is_waiting(target)


async def test_a_decision_closes_the_reports_and_a_new_report_is_a_new_item() -> None:
    target, ann = a_note(a_user_id()), a_user_id()
    first = await actions.report(reporter=ann, target=target, reason=ReportReason.SPAM, note=None)
    (item,) = await ModerationItem.all()
    await _decide(a_user_id(), item.id, Decision.APPROVE, item.version)
    again = await actions.report(reporter=ann, target=target, reason=ReportReason.ABUSE, note=None)
    assert again != first
    assert [each.status for each in await ModerationItem.all().order_by("opened_at", "id")] == [
        ItemStatus.APPROVED,
        ItemStatus.OPEN,
    ]


async def test_what_was_reported_since_it_was_looked_at_is_stale() -> None:
    target, item = await a_queued_note(a_user_id())
    target_seen = (await ModerationItem.get(id=item)).version
    async with db.transaction():
        await actions.put_in_queue(target=target, author=a_user_id(), why=[], text="改成了别的")
    before = await everything()
    with pytest.raises(Stale):
        await _decide(a_user_id(), item, Decision.APPROVE, target_seen)
    assert await everything() == before
    assert told_of(target) == []


async def test_however_many_object_while_a_moderator_reads_the_first_objection_alone_sends_her_back() -> None:
    target, item = await a_queued_note(a_user_id())
    Wall.notes[target.id].is_public = True
    seen = (await ModerationItem.get(id=item)).version
    await actions.report(reporter=a_user_id(), target=target, reason=ReportReason.SPAM, note=None)
    with pytest.raises(Stale):
        await _decide(a_user_id(), item, Decision.APPROVE, seen)
    seen = (await ModerationItem.get(id=item)).version
    for _ in range(3):
        await actions.report(reporter=a_user_id(), target=target, reason=ReportReason.SPAM, note=None)
    await _decide(a_user_id(), item, Decision.REMOVE, seen)
    now = await ModerationItem.get(id=item)
    assert (now.status, now.reports) == (ItemStatus.REMOVED, 4)
    assert await Report.filter(item_id=item, closed_at=None).count() == 0


async def test_nobody_decides_on_what_she_wrote_herself() -> None:
    author = a_user_id()
    _, item = await a_queued_note(author)
    before = await everything()
    with pytest.raises(SecondPersonNeeded):
        await _decide(author, item, Decision.APPROVE)
    with pytest.raises(TargetNotFound):
        await actions.decide(by=author, item=new_id(), expected_version=1, decision=Decision.APPROVE, reason="")
    assert await everything() == before


async def test_a_thing_that_is_gone_can_still_be_decided_on() -> None:
    target, item = await a_queued_note(a_user_id())
    withdrawn(target)
    await _decide(a_user_id(), item)
    assert (await ModerationItem.get(id=item)).status is ItemStatus.REMOVED


async def test_a_claim_keeps_others_from_claiming_for_ten_minutes_and_nobody_from_deciding() -> None:
    ann, bob = a_user_id(), a_user_id()
    _, item = await a_queued_note(a_user_id())
    await actions.claim(by=ann, item=item, expected_version=1)
    await actions.claim(by=ann, item=item, expected_version=1)
    with pytest.raises(Stale):
        await actions.claim(by=bob, item=item, expected_version=1)
    await clock.move(rules.CLAIM.total_seconds() + 1)
    await actions.claim(by=bob, item=item, expected_version=1)
    await _decide(ann, item)
    with pytest.raises(Stale):
        await actions.claim(by=ann, item=item, expected_version=2)


async def test_the_author_may_appeal_once_and_a_repeat_is_the_same_appeal() -> None:
    _, item, _ = await _removed()
    made = await actions.appeal(author=item.author_id, item=item.id, text=" 只是分享 ")
    assert await actions.appeal(author=item.author_id, item=item.id, text="再说一次") == made
    assert (await Appeal.get(id=made)).text == "只是分享"


async def test_only_the_author_of_what_was_removed_may_appeal() -> None:
    _, item, moderator = await _removed()
    _, waiting = await a_queued_note(a_user_id())
    approved_by = (await ModerationItem.get(id=waiting)).author_id
    before = await everything()
    for author, what in ((moderator, item.id), (approved_by, waiting), (item.author_id, new_id())):
        with pytest.raises(TargetNotFound):
            await actions.appeal(author=author, item=what, text="误判")
    with pytest.raises(TextTooLong):
        await actions.appeal(author=item.author_id, item=item.id, text="长" * 1001)
    assert await everything() == before


async def test_an_appeal_is_decided_by_another_than_who_removed_it() -> None:
    _, item, moderator = await _removed()
    appeal = await actions.appeal(author=item.author_id, item=item.id, text="误判")
    before = await everything()
    for by in (moderator, item.author_id):
        with pytest.raises(SecondPersonNeeded):
            await _decide_appeal(by, appeal, AppealStatus.OVERTURNED)
    with pytest.raises(Stale):
        await _decide_appeal(a_user_id(), appeal, AppealStatus.OVERTURNED, version=3)
    with pytest.raises(TargetNotFound):
        await _decide_appeal(a_user_id(), new_id(), AppealStatus.OVERTURNED)
    assert await everything() == before


async def test_an_appeal_that_is_granted_brings_the_thing_back() -> None:
    target, item, _ = await _removed()
    appeal = await actions.appeal(author=item.author_id, item=item.id, text="误判")
    await _decide_appeal(a_user_id(), appeal, AppealStatus.OVERTURNED)
    assert [decision for decision, _ in told_of(target)] == [Decision.REMOVE, Decision.RESTORE]
    assert (await ModerationItem.get(id=item.id)).status is ItemStatus.RESTORED
    assert await FactRow.filter(name="AppealDecided").count() == 1
    assert await queries.open_appeals(limit=9, after=None) == []
    with pytest.raises(Stale):
        await _decide_appeal(a_user_id(), appeal, AppealStatus.UPHELD)


async def test_an_appeal_that_is_not_granted_leaves_the_thing_removed() -> None:
    target, item, _ = await _removed()
    appeal = await actions.appeal(author=item.author_id, item=item.id, text="误判")
    await _decide_appeal(a_user_id(), appeal, AppealStatus.UPHELD)
    assert [decision for decision, _ in told_of(target)] == [Decision.REMOVE]
    assert (await Appeal.get(id=appeal)).status is AppealStatus.UPHELD
    assert (await ModerationItem.get(id=item.id)).status is ItemStatus.REMOVED
    assert await queries.removals([item.author_id]) == {item.author_id: 1}


async def test_who_is_blocked_loses_her_sessions_until_she_is_let_in_again() -> None:
    admin, user = a_user_id(), (await a_user()).id
    await a_session(user)
    await actions.block(by=admin, user=user, reason="诈骗")
    assert await db.value(int, "SELECT COUNT(*) FROM sessions WHERE ended_at IS NULL") == 0
    await _cannot_sign_in(user)
    await actions.unblock(by=admin, user=user, reason="误判")
    await _signs_in(user)
    verbs = [(each.verb, each.reason) for each in await audit_log.page(limit=9)]
    assert verbs == [("person.unblock", "误判"), ("person.block", "诈骗")]
    for act in (actions.block, actions.unblock):
        await _is_refused(act, by=user, user=user, refusal=SecondPersonNeeded)
        await _is_refused(act, by=admin, user=UserId(new_id()), refusal=TargetNotFound)


async def _is_refused(
    act: Callable[..., Awaitable[None]], *, by: UserId, user: UserId, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await act(by=by, user=user, reason="x")


async def _signs_in(user: UserId) -> None:
    await begin_session(openid=await openid_of(user), unionid=None, session_key="x")


async def _cannot_sign_in(user: UserId) -> None:
    with pytest.raises(AccountBlocked):
        await _signs_in(user)


if ON_POSTGRES:

    async def test_of_two_moderators_at_once_one_decides() -> None:
        target, item = await a_queued_note(a_user_id())
        tried = [_decide(a_user_id(), item, each) for each in (Decision.APPROVE, Decision.REMOVE) * 4]
        ended = await asyncio.gather(*tried, return_exceptions=True)
        assert sorted(type(each).__name__ for each in ended) == ["NoneType", *["Stale"] * 7]
        assert len(told_of(target)) == 1
        assert len(await audit_log.page(limit=9)) == 1

    async def test_a_report_while_somebody_decides_is_never_lost() -> None:
        target, item = await a_queued_note(a_user_id())
        reports = [
            actions.report(reporter=a_user_id(), target=target, reason=ReportReason.SPAM, note=None) for _ in range(8)
        ]
        Wall.notes[target.id].is_public = True
        await asyncio.gather(*reports, _decide(a_user_id(), item), return_exceptions=True)
        counted = sum(each.reports for each in await ModerationItem.all())
        assert counted == await db.value(int, "SELECT COUNT(*) FROM reports")
