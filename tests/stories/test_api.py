"""Stories through the API: the contract's documents, and who may send them."""

from datetime import timedelta
from typing import Any

from app.accounts.models import Role
from app.core import clock
from app.core.targets import Target
from tests.conftest import Api
from tests.factories.accounts import a_signed_in_user
from tests.factories.live import a_member_of_staff, a_product
from tests.factories.rows import everything


async def _submitted(api: Api, token: str, **given: Any) -> Any:
    wording = (await api.outcome("StoryConsentWording", {}))["version"]
    story = {"title": "三年的茶", "body": "每天早上一杯。", "consentWordingVersion": wording, "clientId": "s1", **given}
    return await api.outcome("SubmitStory", {"input": story}, token=token)


async def test_a_customers_story_is_reviewed_published_and_withdrawn(api: Api) -> None:
    ann = await a_signed_in_user(nickname="小大明")
    manager = await a_member_of_staff(Role.COMMUNITY_MANAGER)
    tea = Target("product", await a_product()).public_id
    made = await _submitted(api, ann.access_token, productIds=[tea])
    assert (made["__typename"], made["status"]) == ("Story", "IN_REVIEW")
    assert await _submitted(api, ann.access_token, productIds=[tea]) == made
    page = {"id": made["id"]}
    assert await api.outcome("StoryPage", page) is None
    review = {"input": {"storyId": made["id"], "decision": "APPROVE"}}
    assert (await api.outcome("ReviewStory", review, token=manager.access_token))["status"] == "PUBLISHED"
    shown = await api.outcome("StoryPage", page)
    assert (shown["title"], shown["customer"]["nickname"]) == ("三年的茶", "小*明")
    assert [each["id"] for each in shown["products"]] == [tea]
    assert [each["node"]["id"] for each in (await api.outcome("Stories", {"first": 5}))["edges"]] == [made["id"]]
    gone = await api.outcome("WithdrawStoryConsent", {"storyId": made["id"]}, token=ann.access_token)
    assert gone["status"] == "WITHDRAWN"
    assert await api.outcome("StoryPage", page, token=manager.access_token) is None
    assert (await api.outcome("Stories", {"first": 5}))["edges"] == []
    assert await api.outcome("WithdrawStoryConsent", {"storyId": made["id"]}, token=ann.access_token) == gone


async def test_a_managers_story_is_published_only_after_the_customer_agreed_and_another_reviewed(api: Api) -> None:
    ann = await a_signed_in_user()
    writer = await a_member_of_staff(Role.COMMUNITY_MANAGER)
    other = await a_member_of_staff(Role.COMMUNITY_MANAGER)
    given = {"customerId": Target("user", ann.user).public_id, "title": "她的茶", "body": "她说。", "clientId": "w1"}
    made = await api.outcome("WriteStory", {"input": given}, token=writer.access_token)
    story = {"storyId": made["id"]}
    asked = await api.outcome("RequestStoryConsent", story, token=writer.access_token)
    assert (asked["status"], asked["consent"]["status"]) == ("AWAITING_CONSENT", "ASKED")
    assert await api.outcome("RequestStoryConsent", story, token=writer.access_token) == asked
    (request,) = (await api.outcome("MyConsentRequests", {}, token=ann.access_token))["consentRequests"]
    answer = {**story, "accept": True, "wordingVersion": request["wordingVersion"]}
    assert (await api.outcome("AnswerStoryConsent", answer, token=other.access_token))["code"] == "TARGET_NOT_FOUND"
    assert (await api.outcome("AnswerStoryConsent", answer, token=ann.access_token))["status"] == "IN_REVIEW"
    review = {
        "input": {**story, "decision": "APPROVE", "publishAt": (await clock.now() + timedelta(hours=1)).isoformat()}
    }
    before = await everything()
    assert (await api.outcome("ReviewStory", review, token=writer.access_token))["code"] == "SECOND_PERSON_NEEDED"
    assert await everything() == before
    assert (await api.outcome("ReviewStory", review, token=other.access_token))["status"] == "SCHEDULED"
    assert await api.outcome("StoryPage", {"id": made["id"]}) is None
