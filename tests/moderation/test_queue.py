"""What comes into the queue: what a check doubts, what people report; and who may not write."""

import asyncio
from datetime import timedelta

import pytest

from app.core import clock, db
from app.core.errors import Stale, TargetNotFound
from app.core.ids import UserId, new_id
from app.core.targets import Target
from app.moderation import actions, queries
from app.moderation.errors import Muted, TextTooLong
from app.moderation.models import ModerationItem, Mute, Report
from app.moderation.states import ItemStatus, ReportReason, Why
from tests.conftest import ON_POSTGRES
from tests.factories.accounts import a_user
from tests.factories.moderation import a_note, a_queued_note, withdrawn
from tests.factories.notifications import a_user_id
from tests.factories.rows import everything

pytestmark = pytest.mark.usefixtures("database")


async def _reported(target: Target, reporter: UserId, note: str | None = None) -> object:
    return await actions.report(reporter=reporter, target=target, reason=ReportReason.SPAM, note=note)


async def test_a_thing_that_waits_already_gets_the_new_reasons_and_its_text_of_now() -> None:
    author = a_user_id()
    target, item = await a_queued_note(author, why=Why.WORD, text="加微信")
    async with db.transaction():
        again = await actions.put_in_queue(target=target, author=author, why=[Why.WORD, Why.PICTURE], text="改过了")
    assert again == item
    now = await ModerationItem.get(id=item)
    assert (now.why, now.text, now.status, now.version) == (["WORD", "PICTURE"], "改过了", ItemStatus.OPEN, 2)
    assert await queries.is_waiting(target)


async def test_a_report_puts_the_thing_into_the_queue_and_a_repeat_is_the_same_report() -> None:
    author, ann, bob = a_user_id(), a_user_id(), a_user_id()
    target = a_note(author)
    first = await _reported(target, ann, note="  总在发广告 ")
    assert await _reported(target, ann, note="还在发") == first
    assert await _reported(target, bob) != first
    (item,) = await ModerationItem.all()
    assert (item.target, item.author_id, item.why, item.reports) == (target, author, ["REPORTED"], 2)
    assert [(each.reporter_id, each.note) for each in (await queries.reports_of([item.id]))[item.id]] == [
        (ann, "总在发广告"),
        (bob, None),
    ]


async def test_what_is_not_there_or_not_to_be_seen_cannot_be_reported() -> None:
    gone = a_note(a_user_id())
    withdrawn(gone)
    hidden = a_note(a_user_id(), is_public=False)
    before = await everything()
    for target in (gone, hidden, Target("order", new_id())):
        with pytest.raises(TargetNotFound):
            await _reported(target, a_user_id())
    with pytest.raises(TextTooLong):
        await _reported(a_note(a_user_id()), a_user_id(), note="长" * 501)
    assert await everything() == before


async def test_who_is_muted_may_not_write_there_until_it_is_over() -> None:
    user, staff, here, there = (await a_user()).id, a_user_id(), new_id(), new_id()
    until = await clock.now() + timedelta(hours=1)
    await actions.mute(by=staff, user=user, community=here, until=until, reason="刷屏")
    await actions.refuse_if_muted(user=user, community=there)
    await actions.refuse_if_muted(user=user)
    with pytest.raises(Muted) as refused:
        await actions.refuse_if_muted(user=user, community=here)
    assert refused.value.until == until
    await clock.move(3601)
    await actions.refuse_if_muted(user=user, community=here)


async def test_who_is_muted_everywhere_is_muted_in_every_community_and_the_longest_mute_is_told() -> None:
    user, staff, here = (await a_user()).id, a_user_id(), new_id()
    await actions.mute(by=staff, user=user, community=None, until=None, reason="诈骗")
    await actions.mute(by=staff, user=user, community=here, until=await clock.now() + timedelta(hours=1), reason="刷屏")
    for community in (here, new_id(), None):
        with pytest.raises(Muted) as refused:
            await actions.refuse_if_muted(user=user, community=community)
        assert refused.value.until is None


async def test_a_new_mute_replaces_the_one_in_place_and_lifting_it_needs_its_version() -> None:
    user, staff = (await a_user()).id, a_user_id()
    await actions.mute(by=staff, user=user, community=None, until=None, reason="诈骗")
    second = await actions.mute(
        by=staff, user=user, community=None, until=await clock.now() + timedelta(hours=1), reason="改判"
    )
    (mute,) = (await queries.mutes_of([user]))[user]
    assert mute.id == second
    with pytest.raises(Stale):
        await actions.unmute(by=staff, mute=second, expected_version=7, reason=None)
    await actions.unmute(by=staff, mute=second, expected_version=mute.version, reason="误判")
    await actions.refuse_if_muted(user=user)
    with pytest.raises(Stale):
        await actions.unmute(by=staff, mute=second, expected_version=mute.version + 1, reason=None)
    with pytest.raises(TargetNotFound):
        await actions.unmute(by=staff, mute=new_id(), expected_version=1, reason=None)


if ON_POSTGRES:

    async def test_twenty_reports_at_once_are_one_item_and_one_person_s_are_one_report() -> None:
        target, ann = a_note(a_user_id()), a_user_id()
        reporters = [ann] * 10 + [a_user_id() for _ in range(10)]
        ids = await asyncio.gather(*[_reported(target, each) for each in reporters])
        assert len(set(ids[:10])) == 1
        (item,) = await ModerationItem.all()
        assert item.reports == await Report.all().count() == 11

    async def test_two_moderators_at_once_leave_one_mute_in_place() -> None:
        user = (await a_user()).id
        await asyncio.gather(
            *[actions.mute(by=a_user_id(), user=user, community=None, until=None, reason="x") for _ in range(8)]
        )
        assert await Mute.filter(lifted_at=None).count() == 1
        assert await Mute.all().count() == 8
