"""Many at once: what she takes back stays taken back, and nothing is decided or told twice."""

import asyncio
from collections.abc import Awaitable, Iterable
from datetime import timedelta
from typing import Any

import pytest

from app.core import audit, clock
from app.core.errors import DomainError
from app.core.models import FactRow
from app.stories import actions, wording
from app.stories.actions import Edit
from app.stories.errors import ConsentMissing, NotInReview
from app.stories.models import Story, StoryConsent
from app.stories.states import ReviewDecision, StoryStatus
from app.wiring import CHECKS
from tests.conftest import WeChat
from tests.factories.accounts import a_signed_in_user
from tests.factories.stories import a_manager, a_published, a_submitted, a_text, a_written, asks, decides, withdraws

pytestmark = pytest.mark.usefixtures("wechat")

ROUNDS = 4


async def _at_once(*attempts: Awaitable[Any]) -> list[Any]:
    """All of them at once: what each gave, or the refusal that it got. Anything else is a failure."""
    answers = await asyncio.gather(*attempts, return_exceptions=True)
    unexpected = [each for each in answers if isinstance(each, BaseException) and not isinstance(each, DomainError)]
    assert unexpected == []
    return answers


def _refusals(answers: Iterable[Any]) -> list[type]:
    return [type(each) for each in answers if each is not None]


async def test_withdrawing_wins_against_publishing_whoever_is_first() -> None:
    for _ in range(ROUNDS):
        story, manager = await a_submitted(), await a_manager()
        answers = await _at_once(decides(story, by=manager), withdraws(story))
        assert _refusals(answers) in ([], [NotInReview])
        assert (await story.now()).status is StoryStatus.WITHDRAWN
    assert await audit.run(CHECKS) == []


async def test_withdrawing_wins_against_the_moment_that_comes(wechat: WeChat) -> None:
    made = [await a_published(publish_at=await clock.now() + timedelta(minutes=1)) for _ in range(ROUNDS)]
    await wechat.move_clock(61)
    for story in made:
        answers = await _at_once(actions.announce_due(story.id), withdraws(story), actions.announce_due(story.id))
        assert [answers[0], answers[2]].count(True) <= 1
        assert (await story.now()).status is StoryStatus.WITHDRAWN
    assert await audit.run(CHECKS) == []


async def test_two_reviewers_decide_once() -> None:
    for _ in range(ROUNDS):
        story = await a_submitted()
        yes, no = await a_manager(), await a_manager()
        told = await FactRow.filter(name="StoryPublished").count()
        answers = await _at_once(decides(story, by=yes), decides(story, ReviewDecision.REJECT, by=no))
        assert _refusals(answers) == [NotInReview]
        is_out = (await story.now()).status is StoryStatus.PUBLISHED
        assert is_out is (answers[0] is None)
        assert await FactRow.filter(name="StoryPublished").count() == told + is_out


async def test_two_jobs_tell_of_a_story_once(wechat: WeChat) -> None:
    story = await a_published(publish_at=await clock.now() + timedelta(minutes=1))
    await wechat.move_clock(61)
    answers = await _at_once(*[actions.announce_due(story.id) for _ in range(4)])
    assert sorted(answers) == [False, False, False, True]
    assert await FactRow.filter(name="StoryPublished").count() == 1


async def test_two_managers_ask_once_and_two_answers_are_one() -> None:
    for _ in range(ROUNDS):
        manager = await a_manager()
        story = await a_written(manager)
        await _at_once(asks(manager, story), asks(await a_manager(), story))
        assert await StoryConsent.filter(story_id=story.id).count() == 1
        answers = await _at_once(*[
            actions.answer(
                customer=story.customer.user, story=story.id, accept=accept, wording_version=wording.NEWEST
            )
            for accept in (True, False)
        ])  # fmt: skip
        assert _refusals(answers) == [ConsentMissing]
        assert await StoryConsent.filter(story_id=story.id).count() == 2


async def test_an_edit_and_a_question_never_publish_another_text() -> None:
    for _ in range(ROUNDS):
        manager = await a_manager()
        story = await a_written(manager)
        edit = actions.edit(
            by=manager.user, is_manager=True, story=story.id, expected_version=(await story.now()).version,
            wanted=Edit(body="她说别的。", doubts=[]),
        )  # fmt: skip
        await _at_once(edit, asks(manager, story))
    assert await audit.run(CHECKS) == []


async def test_a_story_handed_in_by_two_taps_is_one() -> None:
    ann = (await a_signed_in_user()).user
    made = await _at_once(*[
        actions.submit(customer=ann, story=a_text(), wording_version=wording.NEWEST, client_id="tap") for _ in range(4)
    ])  # fmt: skip
    assert len(set(made)) == 1
    assert await Story.all().count() == 1
