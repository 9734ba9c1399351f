"""What stories say no to, in both languages; a refusal changes nothing."""

from datetime import timedelta
from typing import Any

import pytest

from app.accounts.tokens import Grant
from app.core import clock
from app.core.ids import new_id
from app.core.targets import Target
from app.media.states import UploadPurpose, Verdict
from app.stories import actions, wording
from app.stories.actions import Edit
from app.stories.states import ReviewDecision, StoryStatus
from tests.conftest import Api, WeChat
from tests.factories.accounts import a_signed_in_user
from tests.factories.group_buying import a_group
from tests.factories.media import an_upload
from tests.factories.stories import (
    MadeStory,
    a_manager,
    a_published,
    a_submitted,
    a_written,
    answers,
    asks,
    decides,
    withdraws,
)
from tests.stories.asking import refused


def _new(**changes: Any) -> dict[str, Any]:
    story = {"title": "三年的茶", "body": "每天早上一杯。", "clientId": "s1"}
    return {"input": {**story, "consentWordingVersion": wording.NEWEST, **changes}}


def _edit(story: MadeStory, version: int, **changes: Any) -> dict[str, Any]:
    return {"input": {"storyId": story.public_id, "expectedVersion": version, **changes}}


def _review(story: MadeStory, decision: str = "APPROVE", **more: Any) -> dict[str, Any]:
    return {"input": {"storyId": story.public_id, "decision": decision, **more}}


def _answer(story: MadeStory, *, accept: bool = True, version: int = wording.NEWEST) -> dict[str, Any]:
    return {"storyId": story.public_id, "accept": accept, "wordingVersion": version}


async def _nobodys(kind: str) -> str:
    return Target(kind, new_id()).public_id


async def test_a_reviewer_decides_on_what_she_has_read(api: Api) -> None:
    story, manager = await a_submitted(), await a_manager()
    read = (await story.now()).version
    await decides(story, ReviewDecision.REQUEST_CHANGES, note="再多写两句")
    changed = Edit(products=[])
    await actions.edit(
        by=story.customer.user, is_manager=False, story=story.id,
        expected_version=(await story.now()).version, wanted=changed,
    )  # fmt: skip
    assert (await story.now()).status is StoryStatus.IN_REVIEW
    stale = _review(story, expectedVersion=read)
    assert await refused(api, "ReviewStory", stale, manager.access_token) == "STALE"
    right = _review(story, expectedVersion=(await story.now()).version)
    for _ in range(2):
        # What was not heard is sent again, with the version that was read.
        out = await api.outcome("ReviewStory", right, token=manager.access_token)
        assert out["status"] == "PUBLISHED"


UNSCHEDULE = """mutation($input: UnscheduleStoryInput!) { unscheduleStory(input: $input) {
  __typename ... on Story { status publishAt version } ... on UserError { code message } } }"""


async def test_only_what_waits_for_its_moment_is_taken_off_the_calendar(api: Api, wechat: WeChat) -> None:
    manager, at = (await a_manager()).access_token, await clock.now() + timedelta(minutes=5)
    for story in (await a_submitted(), await a_published()):
        assert await refused(api, UNSCHEDULE, _edit(story, (await story.now()).version), manager) == "NOT_SCHEDULED"
    story = await a_published(publish_at=at)
    seen = (await story.now()).version
    assert await refused(api, UNSCHEDULE, _edit(story, seen - 1), manager) == "STALE"
    # From its moment on it is out for everybody, though the job has not told of it yet.
    await wechat.move_clock((at - await clock.now()).total_seconds())
    assert await refused(api, UNSCHEDULE, _edit(story, seen), manager) == "NOT_SCHEDULED"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"consentWordingVersion": wording.NEWEST + 1}, "CONSENT_MISSING"),
        ({"consentWordingVersion": 0}, "CONSENT_MISSING"),
        ({"title": "茶" * 61}, "TEXT_TOO_LONG"),
        ({"body": "茶" * 5001}, "TEXT_TOO_LONG"),
        ({"title": "裸聊"}, "TEXT_REJECTED"),
        ({"body": "请看 裸聊"}, "TEXT_REJECTED"),
    ],
)
async def test_what_she_hands_in_is_looked_at_first(api: Api, changes: dict[str, Any], code: str) -> None:
    ann = await a_signed_in_user()
    assert await refused(api, "SubmitStory", _new(**changes), ann.access_token) == code


async def test_a_manager_writes_under_the_same_rules(api: Api) -> None:
    ann, manager = await a_signed_in_user(), await a_manager()
    given = {"customerId": Target("user", ann.user).public_id, "title": "茶", "body": "好", "clientId": "w1"}
    for changes, code in [
        ({"title": "茶" * 61}, "TEXT_TOO_LONG"),
        ({"body": "裸聊"}, "TEXT_REJECTED"),
        ({"customerId": await _nobodys("user")}, "TARGET_NOT_FOUND"),
    ]:
        assert await refused(api, "WriteStory", {"input": given | changes}, manager.access_token) == code


async def test_what_a_story_is_about_must_be_there_and_hers(api: Api) -> None:
    ann = await a_signed_in_user()
    anothers = Target("order", (await a_group()).orders[0]).public_id
    wrong: list[dict[str, Any]] = [
        {"productIds": [await _nobodys("product")]},
        {"productIds": [await _nobodys("deal")]},
        {"orderId": await _nobodys("order")},
        {"orderId": anothers},
    ]
    for changes in wrong:
        assert await refused(api, "SubmitStory", _new(**changes), ann.access_token) == "TARGET_NOT_FOUND", changes


async def test_its_pictures_must_be_hers_for_stories_and_fit_to_be_shown(api: Api) -> None:
    ann, bob = await a_signed_in_user(), await a_signed_in_user()
    wrong = {
        "another's": (await an_upload(bob.user, UploadPurpose.STORY), "UPLOAD_INVALID"),
        "of another purpose": (await an_upload(ann.user, UploadPurpose.POST), "UPLOAD_INVALID"),
        "rejected": (await an_upload(ann.user, UploadPurpose.STORY, verdict=Verdict.REJECTED), "PICTURE_REJECTED"),
    }
    for what, (upload, code) in wrong.items():
        given = _new(uploadIds=[Target("upload", upload.id).public_id])
        assert await refused(api, "SubmitStory", given, ann.access_token) == code, what


async def test_an_answer_belongs_to_a_question_in_the_wording_it_was_asked_in(api: Api) -> None:
    manager = await a_manager()
    story = await a_written(manager)
    ann = story.customer.access_token
    assert await refused(api, "AnswerStoryConsent", _answer(story), ann) == "CONSENT_MISSING"
    await api("RequestStoryConsent", {"storyId": story.public_id}, token=manager.access_token)
    given = _answer(story, version=wording.NEWEST + 1)
    assert await refused(api, "AnswerStoryConsent", given, ann) == "CONSENT_MISSING"


async def test_nobody_else_answers_edits_or_withdraws(api: Api) -> None:
    manager = await a_manager()
    stranger = (await a_signed_in_user()).access_token
    hers, managers = await a_submitted(), await a_written(manager)
    await decides(hers, ReviewDecision.REQUEST_CHANGES)
    for story in (hers, managers):
        version = (await story.now()).version
        edit = _edit(story, version, title="我的茶")
        assert await refused(api, "EditStory", edit, stranger) == "TARGET_NOT_FOUND"
        assert await refused(api, "AnswerStoryConsent", _answer(story), stranger) == "TARGET_NOT_FOUND"
        gone = {"storyId": story.public_id}
        assert await refused(api, "WithdrawStoryConsent", gone, stranger) == "TARGET_NOT_FOUND"
    # A manager does not write in a customer's own name, nor a customer in a manager's.
    edit = _edit(hers, (await hers.now()).version, title="她的茶")
    assert await refused(api, "EditStory", edit, manager.access_token) == "TARGET_NOT_FOUND"
    edit = _edit(managers, (await managers.now()).version, title="我的茶")
    assert await refused(api, "EditStory", edit, managers.customer.access_token) == "TARGET_NOT_FOUND"


async def test_there_is_no_such_story(api: Api) -> None:
    manager = (await a_manager()).access_token
    for nothing in (await _nobodys("story"), await _nobodys("deal")):
        asked: list[tuple[str, dict[str, Any]]] = [
            ("EditStory", {"input": {"storyId": nothing, "expectedVersion": 1, "title": "茶"}}),
            ("RequestStoryConsent", {"storyId": nothing}),
            ("AnswerStoryConsent", {"storyId": nothing, "accept": True, "wordingVersion": 1}),
            ("ReviewStory", {"input": {"storyId": nothing, "decision": "REJECT"}}),
            ("WithdrawStoryConsent", {"storyId": nothing}),
        ]
        for document, given in asked:
            assert await refused(api, document, given, manager) == "TARGET_NOT_FOUND", document


async def test_an_edit_names_the_version_it_saw_and_keeps_to_the_rules(api: Api) -> None:
    manager = await a_manager()
    story = await a_written(manager)
    seen = (await story.now()).version
    edits = [
        (_edit(story, seen + 1, title="茶"), "STALE"),
        (_edit(story, seen - 1, title="茶"), "STALE"),
        (_edit(story, seen, title="茶" * 61), "TEXT_TOO_LONG"),
        (_edit(story, seen, body="裸聊"), "TEXT_REJECTED"),
        (_edit(story, seen, productIds=[await _nobodys("product")]), "TARGET_NOT_FOUND"),
        (_edit(story, seen, uploadIds=[await _nobodys("upload")]), "UPLOAD_INVALID"),
    ]
    for given, code in edits:
        assert await refused(api, "EditStory", given, manager.access_token) == code


@pytest.mark.parametrize("status", [S for S in StoryStatus if S is not StoryStatus.DRAFT])
async def test_only_a_draft_is_edited_or_asked_about(api: Api, status: StoryStatus) -> None:
    manager = await a_manager()
    story = await _a_story(manager, status)
    edit = _edit(story, (await story.now()).version, title="新的茶")
    assert await refused(api, "EditStory", edit, manager.access_token) == "NOT_DRAFT"
    if status is not StoryStatus.AWAITING_CONSENT:
        asking = {"storyId": story.public_id}
        assert await refused(api, "RequestStoryConsent", asking, manager.access_token) == "NOT_DRAFT"


@pytest.mark.parametrize("status", [S for S in StoryStatus if S is not StoryStatus.IN_REVIEW])
@pytest.mark.parametrize("decision", ReviewDecision)
async def test_only_what_waits_for_a_review_is_reviewed(
    api: Api, status: StoryStatus, decision: ReviewDecision
) -> None:
    story = await _a_story(await a_manager(), status)
    other = await a_manager()
    assert await refused(api, "ReviewStory", _review(story, decision.value), other.access_token) == "NOT_IN_REVIEW"


@pytest.mark.parametrize("decision", ReviewDecision)
async def test_who_wrote_a_story_does_not_review_it(api: Api, decision: ReviewDecision) -> None:
    manager = await a_manager()
    story = await _a_story(manager, StoryStatus.IN_REVIEW)
    given = _review(story, decision.value)
    assert await refused(api, "ReviewStory", given, manager.access_token) == "SECOND_PERSON_NEEDED"


async def test_a_review_never_publishes_what_she_has_not_agreed_to(api: Api) -> None:
    manager = await a_manager()
    story = await _a_story(manager, StoryStatus.IN_REVIEW)
    # Only a fault of ours could bring another text here: then the review still refuses.
    await (await story.now()).update_from_dict({"digest": "another text"}).save()
    other = await a_manager()
    assert await refused(api, "ReviewStory", _review(story), other.access_token) == "CONSENT_MISSING"


async def test_a_moment_more_than_a_year_ahead_is_a_slip(api: Api) -> None:
    story = await a_submitted()
    late = (await clock.now() + timedelta(days=366)).isoformat()
    answer = await api("ReviewStory", _review(story, publishAt=late), token=(await a_manager()).access_token)
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert (await story.now()).status is StoryStatus.IN_REVIEW


async def test_who_was_never_asked_has_nothing_to_take_back(api: Api) -> None:
    story = await a_written(await a_manager())
    token = story.customer.access_token
    assert await refused(api, "WithdrawStoryConsent", {"storyId": story.public_id}, token) == "TARGET_NOT_FOUND"


async def _a_story(manager: Grant, status: StoryStatus) -> MadeStory:
    """A manager's story of this status."""
    if status is StoryStatus.DRAFT:
        return await a_written(manager)
    if status is StoryStatus.WITHDRAWN:
        story = await _a_story(manager, StoryStatus.PUBLISHED)
        await withdraws(story)
        return story
    story = await a_written(manager)
    await asks(manager, story)
    if status is StoryStatus.AWAITING_CONSENT:
        return story
    await answers(story)
    match status:
        case StoryStatus.REJECTED:
            await decides(story, ReviewDecision.REJECT)
        case StoryStatus.SCHEDULED:
            await decides(story, publish_at=await clock.now() + timedelta(hours=1))
        case StoryStatus.PUBLISHED:
            await decides(story)
    assert (await story.now()).status is status
    return story


async def test_a_reviewer_decides_on_the_text_that_she_has_seen(api: Api) -> None:
    story, first, second = await a_submitted(), await a_manager(), await a_manager()
    seen = (await story.now()).version
    await decides(story, ReviewDecision.REQUEST_CHANGES, by=first)
    edit = _edit(story, (await story.now()).version, body="另一个故事。")
    assert (await api.outcome("EditStory", edit, token=story.customer.access_token))["status"] == "AWAITING_CONSENT"
    await answers(story)
    assert await refused(api, "ReviewStory", _review(story, expectedVersion=seen), second.access_token) == "STALE"
    review = _review(story, expectedVersion=(await story.now()).version)
    for _ in range(2):
        # Told again, she has decided already.
        assert (await api.outcome("ReviewStory", review, token=second.access_token))["status"] == "PUBLISHED"
