"""Coming out at the right moment, and what everybody then sees."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from app.after_sale import actions as after_sale
from app.after_sale import queries as requests
from app.after_sale.states import AfterSaleReason
from app.audit_log import queries as audit_log
from app.core import audit, clock, db
from app.core.ids import new_id
from app.core.models import FactRow
from app.media import actions as media
from app.media.states import UploadPurpose, Verdict
from app.notifications.models import Notification, NotificationKind
from app.stories import actions, jobs
from app.stories.models import Story
from app.stories.states import ReviewDecision, StoryStatus
from app.wiring import CHECKS
from tests.conftest import Api, WeChat
from tests.factories.accounts import a_signed_in_user, staff
from tests.factories.live import a_product
from tests.factories.media import an_upload
from tests.factories.orders import a_bought, receives, ships
from tests.factories.statements import statements
from tests.factories.stories import (
    MadeStory,
    a_manager,
    a_published,
    a_submitted,
    a_text,
    a_written,
    answers,
    asks,
    decides,
    withdraws,
)

Work = Callable[[], Awaitable[None]]


async def _is_out(api: Api, story: MadeStory) -> bool:
    page = await api.outcome("StoryPage", {"id": story.public_id})
    node = await api.outcome("NodeById", {"id": story.public_id})
    listed = [each["node"]["id"] for each in (await api.outcome("Stories", {"first": 10}))["edges"]]
    assert bool(page) is bool(node) is (story.public_id in listed)
    return bool(page)


async def _told(story: MadeStory) -> int:
    return await Notification.filter(user_id=story.customer.user, kind=NotificationKind.STORY_PUBLISHED).count()


async def test_a_scheduled_story_is_out_on_its_moment_without_the_job_and_told_of_once(
    api: Api, wechat: WeChat, do_all_work: Work
) -> None:
    at = await clock.now() + timedelta(hours=1)
    story = await a_published(publish_at=at)
    assert not await _is_out(api, story)
    await wechat.move_clock((at - await clock.now()).total_seconds() - 1)
    assert await jobs.announce_due() == 0
    assert not await _is_out(api, story)
    await wechat.move_clock((at - await clock.now()).total_seconds())
    assert await _is_out(api, story)
    assert (await story.now()).status is StoryStatus.SCHEDULED
    page = await api.outcome("query ($id: ID!) { story(id: $id) { status publishedAt } }", {"id": story.public_id})
    assert (page["status"], page["publishedAt"]) == ("PUBLISHED", at.isoformat())
    for _ in range(2):
        await do_all_work()
    assert await _told(story) == 1
    assert await _is_out(api, story)
    assert await audit.run(CHECKS) == []


async def test_what_is_taken_off_the_calendar_does_not_come_out_until_it_is_approved_again(
    api: Api, wechat: WeChat, do_all_work: Work
) -> None:
    at = await clock.now() + timedelta(hours=1)
    story, manager = await a_published(publish_at=at), await a_manager()
    await actions.unschedule(
        by=manager.user, story=story.id, expected_version=(await story.now()).version, reason="错字"
    )
    row = await story.now()
    assert (row.status, row.publish_at) == (StoryStatus.IN_REVIEW, None)
    (entry,) = await audit_log.page(limit=1, by=manager.user)
    assert (entry.verb, entry.reason, entry.detail) == ("story.unschedule", "错字", {"publish_at": at.isoformat()})
    await wechat.move_clock((at - await clock.now()).total_seconds() + 1)
    await do_all_work()
    assert not await _is_out(api, story)
    assert await _told(story) == 0
    await decides(story)
    await do_all_work()
    assert await _is_out(api, story)
    assert await _told(story) == 1
    assert await audit.run(CHECKS) == []


async def test_what_is_withdrawn_before_its_moment_never_comes_out(api: Api, wechat: WeChat, do_all_work: Work) -> None:
    at = await clock.now() + timedelta(hours=1)
    story = await a_published(publish_at=at)
    await withdraws(story)
    await wechat.move_clock(3601)
    await do_all_work()
    assert not await _is_out(api, story)
    assert await _told(story) == 0
    assert await audit.run(CHECKS) == []


async def test_a_moment_that_has_passed_is_now(api: Api) -> None:
    before = await clock.now()
    story = await a_published(publish_at=before - timedelta(days=1))
    row = await story.now()
    assert row.status is StoryStatus.PUBLISHED
    assert row.publish_at is not None
    assert row.publish_at >= before


@pytest.mark.parametrize("decision", ReviewDecision)
async def test_a_review_twice_is_once(api: Api, do_all_work: Work, decision: ReviewDecision) -> None:
    story, manager = await a_submitted(), await a_manager()
    given = {"input": {"storyId": story.public_id, "decision": decision.value, "note": "好"}}
    first = await api.outcome("ReviewStory", given, token=manager.access_token)
    assert await api.outcome("ReviewStory", given, token=manager.access_token) == first
    await do_all_work()
    assert await _told(story) == (1 if decision is ReviewDecision.APPROVE else 0)
    another = await api.outcome("ReviewStory", given, token=(await a_manager()).access_token)
    assert another["code"] == "NOT_IN_REVIEW"


@pytest.mark.parametrize(
    ("decision", "status"), [(ReviewDecision.REJECT, "REJECTED"), (ReviewDecision.REQUEST_CHANGES, "DRAFT")]
)
async def test_what_is_sent_back_or_refused_is_read_by_nobody(api: Api, decision: ReviewDecision, status: str) -> None:
    story = await a_submitted()
    await decides(story, decision, note="请补一张照片")
    assert not await _is_out(api, story)
    listing = "{ staff { stories(first: 5) { edges { node { story { status } reviewNote } } } } }"
    shown = await api.outcome(listing, token=(await a_manager()).access_token)
    (edge,) = shown["stories"]["edges"]
    assert (edge["node"]["story"]["status"], edge["node"]["reviewNote"]) == (status, "请补一张照片")


_RETURNED = "{ viewer { returnedStories { story { id status } reviewNote } } }"


async def test_who_wrote_a_story_reads_why_it_came_back_from_the_review(api: Api) -> None:
    ann = await a_signed_in_user()
    changed, refused, waits, out = [
        await a_submitted(a_text(title=title), customer=ann.user) for title in ("一", "二", "三", "四")
    ]
    await decides(changed, ReviewDecision.REQUEST_CHANGES, note="请补一张照片")
    await decides(refused, ReviewDecision.REJECT, note="与商品无关")
    await decides(out, note="很好")
    back = (await api.outcome(_RETURNED, {}, token=ann.access_token))["returnedStories"]
    assert back == [
        {"story": {"id": refused.public_id, "status": "REJECTED"}, "reviewNote": "与商品无关"},
        {"story": {"id": changed.public_id, "status": "DRAFT"}, "reviewNote": "请补一张照片"},
    ]
    assert (await waits.now()).status is StoryStatus.IN_REVIEW
    for other in (await a_signed_in_user(), await a_manager()):
        assert (await api.outcome(_RETURNED, {}, token=other.access_token))["returnedStories"] == []


async def test_what_a_reviewer_tells_a_manager_or_a_moderator_takes_down_is_no_note_to_the_customer(api: Api) -> None:
    manager = await a_manager()
    written, out = await a_written(manager), await a_published()
    await asks(manager, written)
    await answers(written)
    await decides(written, ReviewDecision.REQUEST_CHANGES, note="太像广告")
    async with db.transaction():
        await actions.take_down(out.id)
    for story in (written, out):
        assert (await api.outcome(_RETURNED, {}, token=story.customer.access_token))["returnedStories"] == []


async def test_only_pictures_that_passed_are_shown_and_later_ones_appear_by_themselves(api: Api) -> None:
    ann = await a_signed_in_user()
    passed = await an_upload(ann.user, UploadPurpose.STORY)
    waiting = await an_upload(ann.user, UploadPurpose.STORY, verdict=Verdict.WAITING)
    rejected = await an_upload(ann.user, UploadPurpose.STORY, verdict=Verdict.WAITING)
    uploads = [passed.id, waiting.id, rejected.id]
    story = await a_published(a_text(uploads=uploads), customer=ann.user)
    page = await api.outcome("StoryPage", {"id": story.public_id})
    assert [each["url"].partition("/media/")[2] for each in page["images"]] == [passed.path]
    await media.decide(upload=waiting.id, verdict=Verdict.PASSED)
    await media.decide(upload=rejected.id, verdict=Verdict.REJECTED)
    page = await api.outcome("StoryPage", {"id": story.public_id})
    assert [each["url"].partition("/media/")[2] for each in page["images"]] == [passed.path, waiting.path]


async def test_a_purchase_is_verified_from_receipt_until_it_is_wholly_given_back(api: Api, wechat: WeChat) -> None:
    bought = await a_bought(wechat=wechat)
    product, customer = bought.group.deal.product, bought.buyer.id
    by_product = await a_published(a_text(products=[product]), customer=customer)
    by_order = await a_published(a_text(order=bought.id), customer=customer)
    elsewhere = await a_published(a_text(products=[await a_product()], order=bought.id), customer=customer)
    strangers = await a_published(a_text(products=[product]))

    async def verified() -> list[bool]:
        each = [by_product, by_order, elsewhere, strangers]
        return [(await api.outcome("StoryPage", {"id": one.public_id}))["verifiedPurchase"] for one in each]

    assert await verified() == [False] * 4
    await ships(bought)
    assert await verified() == [False] * 4
    await receives(bought)
    assert await verified() == [True, True, False, False]
    request = await after_sale.request(
        buyer=customer, order=bought.id, pieces=None, reason=AfterSaleReason.DAMAGED, note="碎了", key=f"r-{new_id()}"
    )
    seen = await requests.after_sale(request)
    support = await staff(username=f"s-{new_id()}")
    await after_sale.approve(by=support, request=request, expected_version=seen.version)
    assert await verified() == [False] * 4


async def test_stories_come_the_newest_first_page_by_page(api: Api, wechat: WeChat) -> None:
    made = []
    for _ in range(5):
        made.append((await a_published()).public_id)
        await wechat.move_clock(1)
    later = await a_published(publish_at=await clock.now() + timedelta(hours=1))
    seen: list[str] = []
    after = None
    while True:
        page = await api.outcome("Stories", {"first": 2, "after": after})
        seen += [each["node"]["id"] for each in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert seen == made[::-1]
    assert later.public_id not in seen


async def test_a_list_costs_the_same_statements_however_long_it_is(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    fields = "id coverUrl images { url } verifiedPurchase consent { status } customer { nickname } products { id }"
    document = f"{{ stories(first: 20) {{ edges {{ node {{ {fields} }} }} }} }}"
    counts = []
    for _ in range(3):
        ann = await a_signed_in_user()
        upload = await an_upload(ann.user, UploadPurpose.STORY)
        await a_published(a_text(uploads=[upload.id], products=[await a_product()]), customer=ann.user)
        with statements(monkeypatch) as sent:
            shown = await api.outcome(document, {})
        counts.append(len(sent))
    assert len(shown["edges"]) == 3
    assert len(set(counts)) == 1, counts


@pytest.mark.parametrize("digest", ["another text", ""])
async def test_the_audit_finds_what_is_out_without_consent_to_its_very_text(api: Api, digest: str) -> None:
    story = await a_published()
    assert await audit.run(CHECKS) == []
    await Story.filter(id=story.id).update(digest=digest)
    (found,) = await audit.run(CHECKS)
    assert found.check == "a story that is out, or will be, without consent to its very text and pictures"
    assert found.subject == str(story.id)


async def test_the_audit_finds_what_its_author_published_alone(api: Api) -> None:
    story = await a_published()
    await Story.filter(id=story.id).update(reviewed_by=story.customer.user)
    assert [each.check for each in await audit.run(CHECKS)] == ["a story that nobody but its author has reviewed"]


async def test_nothing_is_told_twice_to_who_listens(api: Api, do_all_work: Work) -> None:
    story = await a_published()
    await do_all_work()
    assert await FactRow.filter(name="StoryPublished").count() == 1
    await withdraws(story)
    await withdraws(story)
    assert await FactRow.filter(name="StoryWithdrawn").count() == 1
