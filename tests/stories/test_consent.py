"""Asking, agreeing, declining, changing: she agrees to every word and picture that is published."""

from typing import Any

from app.audit_log import queries as audit_log
from app.media.states import UploadPurpose
from app.moderation.states import Why
from app.notifications.models import Notification, NotificationKind
from app.stories import actions, wording
from app.stories.actions import Edit
from app.stories.models import Story, StoryConsent
from app.stories.states import ReviewDecision, StoryStatus
from tests.conftest import Api
from tests.factories.accounts import a_signed_in_user
from tests.factories.media import an_upload
from tests.factories.stories import (
    MadeStory,
    a_manager,
    a_submitted,
    a_text,
    a_written,
    answers,
    asks,
    decides,
    withdraws,
)
from tests.stories.asking import refused


async def _said(story: MadeStory) -> list[str]:
    return [each.status.value for each in await StoryConsent.filter(story_id=story.id).order_by("seq")]


async def _edited(api: Api, story: MadeStory, token: str, **changes: Any) -> str:
    given = {"storyId": story.public_id, "expectedVersion": (await story.now()).version, **changes}
    return str((await api.outcome("EditStory", {"input": given}, token=token))["status"])


async def test_handing_in_twice_is_once(api: Api) -> None:
    ann = (await a_signed_in_user()).access_token
    given = {"title": "茶", "body": "好", "clientId": "s1", "consentWordingVersion": wording.NEWEST}
    first = await api.outcome("SubmitStory", {"input": given}, token=ann)
    assert await api.outcome("SubmitStory", {"input": given}, token=ann) == first
    assert await Story.all().count() == 1
    other = {"input": given | {"title": "别的茶"}}
    assert await refused(api, "SubmitStory", other, ann) == "IDEMPOTENCY_KEY_REUSED"
    assert (await api.outcome("SubmitStory", {"input": given | {"clientId": "s2"}}, token=ann))["id"] != first["id"]


async def test_a_story_says_what_its_customer_was_asked_and_said(api: Api) -> None:
    manager = await a_manager()
    story = await a_written(manager)

    async def consent() -> tuple[str, int | None]:
        document = "query ($id: ID!) { story(id: $id) { consent { status wordingVersion } } }"
        said = (await api.outcome(document, {"id": story.public_id}, token=story.customer.access_token))["consent"]
        return said["status"], said["wordingVersion"]

    assert await consent() == ("NOT_ASKED", None)
    await asks(manager, story)
    assert await consent() == ("ASKED", wording.NEWEST)
    await answers(story, accept=False)
    assert await consent() == ("DECLINED", wording.NEWEST)
    assert await _edited(api, story, manager.access_token, body="她换了说法。") == "DRAFT"
    await asks(manager, story)
    await answers(story)
    assert await consent() == ("GIVEN", wording.NEWEST)
    await withdraws(story)
    assert await consent() == ("WITHDRAWN", wording.NEWEST)


async def test_what_was_asked_is_asked_and_told_once(api: Api, do_all_work: Any) -> None:
    manager = await a_manager()
    story = await a_written(manager)
    for _ in range(2):
        await asks(manager, story)
        await asks(await a_manager(), story)
    await do_all_work()
    assert await _said(story) == ["ASKED"]
    (told,) = await Notification.filter(user_id=story.customer.user)
    assert told.kind is NotificationKind.STORY_CONSENT_ASKED
    (request,) = (await api.outcome("MyConsentRequests", {}, token=story.customer.access_token))["consentRequests"]
    assert request["story"]["id"] == story.public_id


async def test_who_declines_is_not_asked_again_about_the_same_text(api: Api) -> None:
    manager = await a_manager()
    story = await a_written(manager)
    await asks(manager, story)
    for _ in range(2):
        await answers(story, accept=False)
    await asks(manager, story)
    assert (await story.now()).status is StoryStatus.DRAFT
    assert await _said(story) == ["ASKED", "DECLINED"]
    assert (await api.outcome("MyConsentRequests", {}, token=story.customer.access_token))["consentRequests"] == []
    assert await _edited(api, story, manager.access_token, body="她换了说法。") == "DRAFT"
    await asks(manager, story)
    await answers(story)
    assert (await story.now()).status is StoryStatus.IN_REVIEW
    assert await _said(story) == ["ASKED", "DECLINED", "ASKED", "GIVEN"]


async def test_the_same_answer_once_more_changes_nothing(api: Api) -> None:
    manager = await a_manager()
    story = await a_written(manager)
    await asks(manager, story)
    given = {"storyId": story.public_id, "accept": True, "wordingVersion": wording.NEWEST}
    for _ in range(2):
        assert (await api.outcome("AnswerStoryConsent", given, token=story.customer.access_token))[
            "status"
        ] == "IN_REVIEW"
    assert await _said(story) == ["ASKED", "GIVEN"]
    # Another answer comes too late: what she can do now is take it back.
    late = await api.outcome("AnswerStoryConsent", given | {"accept": False}, token=story.customer.access_token)
    assert late["code"] == "CONSENT_MISSING"


async def test_a_customer_who_changes_her_text_is_asked_again(api: Api) -> None:
    story = await a_submitted()
    await decides(story, ReviewDecision.REQUEST_CHANGES, note="请写得短一点")
    token = story.customer.access_token
    assert await _edited(api, story, token, body="每天一杯。") == "AWAITING_CONSENT"
    await answers(story)
    assert (await story.now()).status is StoryStatus.IN_REVIEW
    assert await _said(story) == ["GIVEN", "ASKED", "GIVEN"]


async def test_a_customer_who_changes_nothing_she_agreed_to_goes_straight_to_the_review(api: Api) -> None:
    story = await a_submitted()
    await decides(story, ReviewDecision.REQUEST_CHANGES)
    assert await _edited(api, story, story.customer.access_token, body="每天早上一杯。", productIds=[]) == "IN_REVIEW"
    assert await _said(story) == ["GIVEN"]


async def test_other_pictures_are_asked_about_again(api: Api) -> None:
    manager = await a_manager()
    one, two = [await an_upload(manager.user, UploadPurpose.STORY) for _ in range(2)]
    story = await a_written(manager, a_text(uploads=[one.id, two.id]))
    await asks(manager, story)
    await answers(story)
    await decides(story, ReviewDecision.REQUEST_CHANGES)
    # The same ones need no question.
    await actions.edit(
        by=manager.user, is_manager=True, story=story.id, expected_version=(await story.now()).version,
        wanted=Edit(uploads=[one.id, two.id]),
    )  # fmt: skip
    await asks(manager, story)
    assert (await story.now()).status is StoryStatus.IN_REVIEW
    await decides(story, ReviewDecision.REQUEST_CHANGES)
    other = await a_manager()
    await actions.edit(
        by=other.user, is_manager=True, story=story.id, expected_version=(await story.now()).version,
        wanted=Edit(uploads=[two.id]),
    )  # fmt: skip
    await asks(other, story)
    assert (await story.now()).status is StoryStatus.AWAITING_CONSENT
    assert await _said(story) == ["ASKED", "GIVEN", "ASKED"]


async def test_what_was_doubtful_stays_so_until_the_text_is_another(api: Api) -> None:
    manager = await a_manager()
    ann = await a_signed_in_user()
    given = {"title": "加微信", "body": "好", "clientId": "s1", "consentWordingVersion": wording.NEWEST}
    made = await api.outcome("SubmitStory", {"input": given}, token=ann.access_token)
    row = await Story.all().get()
    story = MadeStory(row.id, ann)
    assert made["id"] == story.public_id
    steps: list[tuple[dict[str, Any], bool]] = [
        ({"productIds": []}, True), ({"body": "很好"}, True), ({"title": "茶"}, False),
    ]  # fmt: skip
    for changes, is_doubtful in steps:
        if (await story.now()).status is StoryStatus.AWAITING_CONSENT:
            await answers(story)
        await decides(story, ReviewDecision.REQUEST_CHANGES, by=manager)
        await _edited(api, story, ann.access_token, **changes)
        assert (Why.WORD.value in (await story.now()).doubts) is is_doubtful, changes


async def test_the_log_names_who_did_what_and_tells_nothing_of_the_text(api: Api) -> None:
    manager, other = await a_manager(), await a_manager()
    story = await a_written(manager)
    assert await _edited(api, story, manager.access_token, body="她说好。") == "DRAFT"
    await asks(manager, story)
    await answers(story)
    await decides(story, by=other, note="很好")
    entries = {each.verb: each for each in await audit_log.page(limit=9)}
    assert {verb: each.by_id for verb, each in entries.items()} == {
        "story.write": manager.user, "story.edit": manager.user, "story.ask": manager.user,
        "story.review": other.user,
    }  # fmt: skip
    assert all(each.target_id == story.id for each in entries.values())
    assert "三年的茶" not in repr([each.detail for each in entries.values()])


async def test_nobody_reads_a_draft_but_its_customer_and_managers(api: Api) -> None:
    manager = await a_manager()
    story = await a_written(manager)
    stranger = await a_signed_in_user()
    for token, sees in [(None, False), (stranger.access_token, False), (manager.access_token, True),
                        (story.customer.access_token, True)]:  # fmt: skip
        assert bool(await api.outcome("StoryPage", {"id": story.public_id}, token=token)) is sees
        assert bool(await api.outcome("NodeById", {"id": story.public_id}, token=token)) is sees
