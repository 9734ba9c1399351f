"""Withdrawn is gone: from pages, lists, feeds, links and pictures, at once; and what a moderator takes down."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx2

from app.accounts import actions as accounts
from app.community.actions import posting
from app.core import audit, clock, db
from app.core.allowance import Allowance
from app.core.models import FactRow
from app.core.targets import Target
from app.keeping import READERS
from app.media import store
from app.media.states import UploadPurpose
from app.moderation import actions as moderation
from app.moderation.models import Appeal, ModerationItem
from app.moderation.states import AppealStatus, Decision, ReportReason
from app.notifications.models import Notification, NotificationKind
from app.stories import actions, rules, wording
from app.stories.models import StoryConsent
from app.stories.states import ReviewDecision, StoryStatus
from app.web import landing, media
from app.wiring import CHECKS
from share.models import ShareForm
from tests.conftest import Api, WeChat
from tests.factories.accounts import a_signed_in_user
from tests.factories.community import a_post, public
from tests.factories.feed import feed_of, ids_in
from tests.factories.media import a_picture, an_upload
from tests.factories.share import a_link
from tests.factories.stories import MadeStory, a_manager, a_published, a_submitted, a_text, decides, withdraws
from tests.stories.asking import refused
from tests.web.conftest import asking

Work = Callable[[], Awaitable[None]]

_ATTACHMENT = "query ($id: ID!) { post(id: $id) { attachment { ... on Story { id } } } }"
_LINK = "query ($code: String!) { shareLink(code: $code) { target { __typename } imageUrl } }"


async def _get(path: str, **headers: str) -> httpx2.Response:
    async with asking([*landing.routes(Allowance(1000)), *media.routes()]) as client:
        return await client.get(path, headers=headers)


async def _with_a_picture() -> tuple[MadeStory, str]:
    ann = await a_signed_in_user("小大明")
    upload = await an_upload(ann.user, UploadPurpose.STORY)
    await store.put(str(upload.path), a_picture("JPEG"))
    return await a_published(a_text(uploads=[upload.id]), customer=ann.user), f"/media/{upload.path}"


async def test_a_withdrawn_story_is_gone_everywhere_at_the_first_look(api: Api) -> None:
    story, picture = await _with_a_picture()
    post = await a_post(about=story.target)
    fans = public(post.community_id)
    about = {"id": posting.target(post.id).public_id}
    assert story.public_id in ids_in(await feed_of(api, fans))
    assert (await api.outcome(_ATTACHMENT, about))["attachment"] == {"id": story.public_id}
    link = await a_link((await a_signed_in_user()).user, story.target, form=ShareForm.LINK)
    page, node = {"id": story.public_id}, {"id": story.public_id}
    assert (await api.outcome("StoryPage", page))["images"][0]["url"].endswith(picture)
    assert (await api.outcome(_LINK, {"code": link.code}))["target"]["__typename"] == "Story"
    assert "三年的茶" in (await _get(f"/s/{link.code}")).text
    assert (await _get(f"/s/{link.code}/poster.png")).headers["content-type"] == "image/png"
    assert (await _get(picture)).status_code == 200
    token, manager = story.customer.access_token, (await a_manager()).access_token

    gone = await api.outcome("WithdrawStoryConsent", {"storyId": story.public_id}, token=token)
    for asker in (None, manager):
        assert await api.outcome("StoryPage", page, token=asker) is None
        assert await api.outcome("NodeById", node, token=asker) is None
    assert (await api.outcome("Stories", {"first": 5}))["edges"] == []
    assert story.public_id not in ids_in(await feed_of(api, fans))
    for asker in (None, manager, token):
        assert (await api.outcome(_ATTACHMENT, about, token=asker))["attachment"] is None
        shared = await api.outcome(_LINK, {"code": link.code}, token=asker)
        assert (shared["target"], shared["imageUrl"]) == (None, None)
    shown = await _get(f"/s/{link.code}")
    poster = await _get(f"/s/{link.code}/poster.png")
    taken = await _get(picture)
    assert gone["status"] == "WITHDRAWN"
    assert (shown.status_code, poster.status_code, taken.status_code) == (410, 410, 404)
    assert "这里的内容已经撤下" in shown.text
    assert "三年的茶" not in shown.text + poster.text
    assert await audit.run(CHECKS) == []


async def test_no_cache_shows_a_story_without_asking_whether_it_is_still_there(api: Api) -> None:
    del api
    story, picture = await _with_a_picture()
    link = await a_link((await a_signed_in_user()).user, story.target, form=ShareForm.LINK)
    doors = {f"/s/{link.code}": "no-store", f"/s/{link.code}/poster.png": "no-store", picture: "public, no-cache"}
    assert {each: (await _get(each)).headers["cache-control"] for each in doors} == doors
    kept = {"if-none-match": (await _get(picture)).headers["etag"]}
    assert (await _get(picture, **kept)).status_code == 304
    await withdraws(story)
    assert (await _get(picture, **kept)).status_code == 404


async def test_nothing_new_is_shared_of_a_story_that_is_not_out(api: Api) -> None:
    ben = (await a_signed_in_user()).access_token
    soon = await a_published(publish_at=await clock.now() + timedelta(hours=1))
    gone = await a_published()
    await withdraws(gone)
    for story in (soon, gone, await a_submitted()):
        given = {"targetId": story.public_id, "form": "CARD"}
        assert await refused(api, "CreateShareLink", given, ben) == "TARGET_NOT_FOUND"


async def test_withdrawn_is_for_good(api: Api) -> None:
    story, picture = await _with_a_picture()
    await withdraws(story)
    manager = (await a_manager()).access_token
    review = {"input": {"storyId": story.public_id, "decision": "APPROVE"}}
    assert await refused(api, "ReviewStory", review, manager) == "NOT_IN_REVIEW"
    assert await refused(api, "RequestStoryConsent", {"storyId": story.public_id}, manager) == "NOT_DRAFT"
    async with db.transaction():
        await actions.restore(story.id)
    assert (await story.now()).status is StoryStatus.WITHDRAWN
    assert (await _get(picture)).status_code == 404
    said = {"storyId": story.public_id, "accept": True, "wordingVersion": wording.NEWEST}
    assert await refused(api, "AnswerStoryConsent", said, story.customer.access_token) == "CONSENT_MISSING"


async def test_her_own_page_still_tells_her_what_became_of_it(api: Api) -> None:
    story = await a_published()
    await withdraws(story)
    document = "{ viewer { stories { id status consent { status } } } }"
    (mine,) = (await api.outcome(document, {}, token=story.customer.access_token))["stories"]
    assert (mine["status"], mine["consent"]["status"]) == ("WITHDRAWN", "WITHDRAWN")


async def _taken_down(story: MadeStory) -> ModerationItem:
    reporter = await a_signed_in_user()
    await moderation.report(reporter=reporter.user, target=story.target, reason=ReportReason.SPAM, note=None)
    item = await ModerationItem.all().order_by("-opened_at").first()
    assert item is not None
    await moderation.decide(
        by=(await a_manager()).user,
        item=item.id,
        expected_version=item.version,
        decision=Decision.REMOVE,
        reason="广告",
    )
    return item


async def _brought_back(story: MadeStory, item: ModerationItem) -> None:
    appeal = await moderation.appeal(author=story.customer.user, item=item.id, text="是我的真实体验")
    seen = await Appeal.get(id=appeal)
    await moderation.decide_appeal(
        by=(await a_manager()).user, appeal=appeal, expected_version=seen.version, status=AppealStatus.OVERTURNED,
        reason="已复核",
    )  # fmt: skip


async def test_what_a_moderator_takes_down_is_gone_and_comes_back_with_its_pictures(api: Api) -> None:
    story, picture = await _with_a_picture()
    page = {"id": story.public_id}
    item = await _taken_down(story)
    assert await api.outcome("StoryPage", page) is None
    assert (await _get(picture)).status_code == 404
    await _brought_back(story, item)
    assert (await api.outcome("StoryPage", page))["images"][0]["url"].endswith(picture)
    assert (await _get(picture)).status_code == 200
    assert await audit.run(CHECKS) == []


async def _told_that_it_is_out(story: MadeStory) -> int:
    return await Notification.filter(user_id=story.customer.user, kind=NotificationKind.STORY_PUBLISHED).count()


async def test_a_story_that_a_moderator_brings_back_is_not_announced_again(api: Api, do_all_work: Work) -> None:
    story = await a_published()
    await do_all_work()
    assert await _told_that_it_is_out(story) == 1
    await _brought_back(story, await _taken_down(story))
    await do_all_work()
    assert (await story.now()).status is StoryStatus.PUBLISHED
    assert await api.outcome("StoryPage", {"id": story.public_id})
    assert await _told_that_it_is_out(story) == 1
    assert await FactRow.filter(name="StoryPublished").count() == 1


async def test_what_is_taken_down_before_it_was_announced_is_announced_when_it_is_back(
    wechat: WeChat, do_all_work: Work
) -> None:
    story = await a_published(publish_at=await clock.now() + timedelta(hours=1))
    async with db.transaction():
        await actions.take_down(story.id)
    await wechat.move_clock(3601)
    await do_all_work()
    assert await _told_that_it_is_out(story) == 0
    async with db.transaction():
        await actions.restore(story.id)
    await do_all_work()
    assert (await story.now()).status is StoryStatus.PUBLISHED
    assert await _told_that_it_is_out(story) == 1


async def test_what_was_taken_down_and_then_withdrawn_does_not_come_back(api: Api) -> None:
    story, picture = await _with_a_picture()
    item = await _taken_down(story)
    await withdraws(story)
    await _brought_back(story, item)
    assert (await story.now()).status is StoryStatus.WITHDRAWN
    assert await api.outcome("StoryPage", {"id": story.public_id}) is None
    assert (await _get(picture)).status_code == 404


async def test_a_picture_that_she_took_out_does_not_come_back_with_the_story(api: Api) -> None:
    ann = await a_signed_in_user()
    out, kept = [await an_upload(ann.user, UploadPurpose.STORY) for _ in range(2)]
    story = await a_submitted(a_text(uploads=[out.id, kept.id]), customer=ann.user)
    await decides(story, ReviewDecision.REQUEST_CHANGES)
    given: dict[str, Any] = {
        "storyId": story.public_id, "expectedVersion": (await story.now()).version,
        "uploadIds": [Target("upload", kept.id).public_id],
    }  # fmt: skip
    assert (await api.outcome("EditStory", {"input": given}, token=ann.access_token))["status"] == "AWAITING_CONSENT"
    await actions.answer(customer=ann.user, story=story.id, accept=True, wording_version=wording.NEWEST)
    await decides(story)
    await _brought_back(story, await _taken_down(story))
    (image,) = (await api.outcome("StoryPage", {"id": story.public_id}))["images"]
    assert image["url"].endswith(str(kept.path))


async def test_who_leaves_takes_her_stories_with_her_and_what_they_tell(
    api: Api, wechat: WeChat, do_all_work: Work
) -> None:
    story, picture = await _with_a_picture()
    withdrawn = await a_published(customer=story.customer.user)
    await withdraws(withdrawn)
    await accounts.begin_deletion(user=story.customer.user, key="leave")
    await wechat.move_clock(31 * 86_400)
    await do_all_work()
    assert await api.outcome("StoryPage", {"id": story.public_id}) is None
    assert (await _get(picture)).status_code == 404
    for each in (story, withdrawn):
        row = await each.now()
        assert (row.status, row.title, row.body) == (StoryStatus.WITHDRAWN, "", "")
    assert [each.status.value for each in await StoryConsent.filter(story_id=story.id).order_by("seq")] == [
        "GIVEN", "WITHDRAWN",
    ]  # fmt: skip
    assert await audit.run(CHECKS) == []


async def test_what_she_agreed_to_and_when_is_recorded_and_in_her_export(api: Api, wechat: WeChat) -> None:
    del api
    times = [await clock.now()]
    story = await a_published()
    times.append(await clock.now())
    await wechat.move_clock(60)
    await withdraws(story)
    times.append(await clock.now())
    await a_published()
    given, withdrawn = await READERS["story_consents"](story.customer.user)
    text = rules.digest("三年的茶", "每天早上一杯。", [])
    assert (given["status"], given["wording_version"], given["digest"]) == ("GIVEN", wording.NEWEST, text)
    assert withdrawn["status"] == "WITHDRAWN"
    assert times[0] <= given["at"] <= times[1] < withdrawn["at"] <= times[2]
