"""Posts and comments: who may write, what is published when, and what is taken away."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from app.community import flows
from app.community.actions import places, posting
from app.community.actions.commenting import KIND as COMMENT
from app.community.actions.posting import Written
from app.community.models import Comment, Post
from app.community.states import PostStatus
from app.core.errors import IdempotencyKeyReused, TargetNotFound
from app.core.ids import CommunityId, PostId, UserId, new_id
from app.core.models import FactRow
from app.core.targets import Target
from app.media import actions as media
from app.media import queries as media_queries
from app.media.states import Verdict
from app.moderation import actions as moderation
from app.moderation.models import ModerationItem
from app.moderation.states import Decision, ReportReason
from app.wechat.sandbox import openid_of
from tests.conftest import Api, WeChat
from tests.factories.accounts import a_token, a_user
from tests.factories.community import (
    DOUBTED,
    a_comment,
    a_community,
    a_post,
    a_post_input,
    comment_now,
    post_now,
    public,
)
from tests.factories.feed import a_published_story
from tests.factories.group_buying import a_group
from tests.factories.live import a_product, a_room
from tests.factories.media import an_upload
from tests.factories.rows import everything


async def _ann(wechat: WeChat) -> UserId:
    """Somebody whom WeChat knows, so that it looks at what she writes."""
    await wechat.login_code("ann")
    return (await a_user(openid=openid_of("ann"))).id


async def _posts(author: object, community: CommunityId, text: str = "春茶到了", **how: Any) -> PostId:
    client_id = str(how.pop("client_id", new_id()))
    written = Written(text=text, **how)
    return await flows.post(author=author, community=community, written=written, client_id=client_id)  # type: ignore[arg-type]  # as above


async def test_what_passes_is_published_and_told_once(wechat: WeChat) -> None:
    post = await a_post()
    assert post.status is PostStatus.PUBLISHED
    assert await FactRow.filter(name="PostPublished").count() == 1


async def test_the_same_client_id_is_one_post_also_at_once(wechat: WeChat) -> None:
    ann = await _ann(wechat)
    tea = await a_community("茶友会", ann)
    made = await asyncio.gather(*(_posts(ann, tea, client_id="once") for _ in range(3)))
    assert len(set(made)) == await Post.all().count() == 1
    with pytest.raises(IdempotencyKeyReused):
        await _posts(ann, tea, "另一段话", client_id="once")
    assert await Post.all().count() == 1


async def _kept() -> dict[str, list[str]]:
    """All but what WeChat gave us to ask it with."""
    return {table: rows for table, rows in (await everything()).items() if table != "access_tokens"}


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ("stranger", "NOT_A_MEMBER"), ("nowhere", "TARGET_NOT_FOUND"), ("long", "TEXT_TOO_LONG"),
        ("bad word", "TEXT_REJECTED"), ("muted here", "MUTED"), ("muted", "MUTED"),
        ("about nothing", "TARGET_NOT_FOUND"), ("about a post", "TARGET_NOT_FOUND"),
        ("another's picture", "UPLOAD_INVALID"), ("bad picture", "PICTURE_REJECTED"),
    ],
)  # fmt: skip
async def test_who_may_not_post_is_refused_and_nothing_changes(api: Api, wechat: WeChat, wrong: str, code: str) -> None:
    ann, bob = await _ann(wechat), (await a_user()).id
    tea = await a_community("茶友会", *([] if wrong == "stranger" else [ann]))
    how: dict[str, Any] = {}
    match wrong:
        case "nowhere":
            how = {"communityId": public(CommunityId(new_id()))}
        case "long":
            how = {"text": "茶" * 2001}
        case "bad word":
            how = {"text": "刷单返利，日结三百"}
        case "muted here" | "muted":
            community = tea if wrong == "muted here" else None
            await moderation.mute(by=bob, user=ann, community=community, until=None, reason="刷屏")
        case "about nothing":
            how = {"attachmentId": Target("product", new_id()).public_id}
        case "about a post":
            how = {"attachmentId": posting.target((await a_post(tea)).id).public_id}
        case "another's picture":
            how = {"uploadIds": [Target("upload", (await an_upload(bob)).id).public_id]}
        case "bad picture":
            how = {"uploadIds": [Target("upload", (await an_upload(ann, verdict=Verdict.REJECTED)).id).public_id]}
    token = await a_token(ann)
    before = await _kept()
    assert (await api.outcome("CreatePost", a_post_input(tea, **how), token=token))["code"] == code
    assert await _kept() == before


async def _story() -> Target:
    return Target("story", (await a_published_story()).id)


async def _product() -> Target:
    return Target("product", await a_product())


async def _group() -> Target:
    return Target("group", (await a_group(size=3)).id)


async def _room() -> Target:
    return Target("live", (await a_room()).id)


@pytest.mark.parametrize(
    ("thing", "shown_as"), [(_product, "Product"), (_group, "Group"), (_room, "LiveRoom"), (_story, "Story")]
)
async def test_a_post_may_be_about_a_product_a_group_a_live_room_or_a_story(
    api: Api, wechat: WeChat, thing: Callable[[], Awaitable[Target]], shown_as: str
) -> None:
    ann, about = await _ann(wechat), await thing()
    made = await _posts(ann, await a_community("茶友会", ann), about=about)
    assert (await post_now(made)).attached == about
    read = "query($id: ID!) { post(id: $id) { attachment { __typename ... on Node { id } } } }"
    page = await api.outcome(read, {"id": posting.target(made).public_id})
    assert page["attachment"] == {"__typename": shown_as, "id": about.public_id}


async def test_a_post_is_published_with_the_last_of_its_pictures(wechat: WeChat, do_all_work: object) -> None:
    ann = (await a_user()).id
    first, second = await an_upload(ann), await an_upload(ann, verdict=Verdict.REVIEW)
    post = await a_post(author=ann, pictures=[first.id, second.id])
    await do_all_work()  # type: ignore[operator]  # a fixture
    assert (await post_now(post.id)).status is PostStatus.IN_REVIEW
    await media.decide(upload=second.id, verdict=Verdict.PASSED)
    await do_all_work()  # type: ignore[operator]  # as above
    assert (await post_now(post.id)).status is PostStatus.PUBLISHED


async def test_a_picture_that_may_not_be_shown_rejects_its_post(wechat: WeChat, do_all_work: object) -> None:
    ann = (await a_user()).id
    picture = await an_upload(ann, verdict=Verdict.REVIEW)
    post = await a_post(author=ann, pictures=[picture.id])
    await media.decide(upload=picture.id, verdict=Verdict.REJECTED)
    await do_all_work()  # type: ignore[operator]  # a fixture
    assert (await post_now(post.id)).status is PostStatus.REJECTED
    assert await FactRow.filter(name="PostPublished").count() == 0


async def _decide(target: Target, decision: Decision) -> None:
    from app.core import db  # noqa: PLC0415 - only here
    from app.moderation import ports  # noqa: PLC0415 - as above

    async with db.transaction():
        await ports.of(target.kind).decided(target.id, decision, "因为")


async def test_a_doubted_post_waits_for_a_person(wechat: WeChat) -> None:
    post = await a_post(finding=DOUBTED)
    assert post.status is PostStatus.IN_REVIEW
    assert (await ModerationItem.get(target_id=post.id)).text == post.text
    for _ in range(2):
        await _decide(posting.target(post.id), Decision.APPROVE)
    assert (await post_now(post.id)).status is PostStatus.PUBLISHED
    assert await FactRow.filter(name="PostPublished").count() == 1


async def test_a_person_s_no_to_what_nobody_read_is_a_rejection(wechat: WeChat) -> None:
    post, other = await a_post(finding=DOUBTED), await a_post()
    for each in (post, other):
        await _decide(posting.target(each.id), Decision.REMOVE)
    assert (await post_now(post.id)).status is PostStatus.REJECTED
    assert (await post_now(other.id)).status is PostStatus.REMOVED


async def test_what_is_brought_back_stands_where_it_stood_with_its_pictures(wechat: WeChat) -> None:
    ann = (await a_user()).id
    post = await a_post(author=ann, pictures=[(await an_upload(ann)).id])
    target = posting.target(post.id)
    await _decide(target, Decision.REMOVE)
    assert (await media_queries.pictures_of([target]))[target] == []
    await _decide(target, Decision.RESTORE)
    back = await post_now(post.id)
    assert (back.status, back.published_at) == (PostStatus.PUBLISHED, post.published_at)
    assert len((await media_queries.pictures_of([target]))[target]) == 1
    assert await FactRow.filter(name="PostPublished").count() == 1


async def test_comments_are_counted_exactly_while_many_come(wechat: WeChat) -> None:
    post = await a_post()
    people = [(await a_user()).id for _ in range(5)]
    await asyncio.gather(*(a_comment(post, each) for each in people))
    doubted = await a_comment(post, finding=DOUBTED)
    assert (await post_now(post.id)).comment_count == 5
    await _decide(Target(COMMENT, doubted.id), Decision.APPROVE)
    assert (await post_now(post.id)).comment_count == 6
    for decision, count in ((Decision.REMOVE, 5), (Decision.REMOVE, 5), (Decision.RESTORE, 6)):
        await _decide(Target(COMMENT, doubted.id), decision)
        assert (await post_now(post.id)).comment_count == count


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ("stranger", "NOT_A_MEMBER"), ("nowhere", "TARGET_NOT_FOUND"), ("in review", "TARGET_NOT_FOUND"),
        ("long", "TEXT_TOO_LONG"), ("bad word", "TEXT_REJECTED"), ("muted", "MUTED"),
        ("same id", "IDEMPOTENCY_KEY_REUSED"),
    ],
)  # fmt: skip
async def test_who_may_not_comment_is_refused_and_nothing_changes(
    api: Api, wechat: WeChat, wrong: str, code: str
) -> None:
    ann, post = await _ann(wechat), await a_post(finding=DOUBTED)
    if wrong != "in review":
        post = await a_post(post.community_id)
    if wrong != "stranger":
        await places.join(user=ann, community=post.community_id)
    if wrong == "muted":
        await moderation.mute(by=post.author_id, user=ann, community=post.community_id, until=None, reason="刷屏")
    if wrong == "same id":
        await flows.comment(author=ann, post=post.id, text="好茶", client_id="one")
    given = {
        "targetId": posting.target(PostId(new_id()) if wrong == "nowhere" else post.id).public_id,
        "text": {"long": "茶" * 501, "bad word": "刷单返利，日结三百"}.get(wrong, "好喝"),
        "clientId": "one",
    }
    token = await a_token(ann)
    before = await everything()
    assert (await api.outcome("Comment", given, token=token))["code"] == code
    assert await everything() == before


async def test_the_same_client_id_is_one_comment_also_at_once(wechat: WeChat) -> None:
    ann, post = await _ann(wechat), await a_post()
    await places.join(user=ann, community=post.community_id)
    made = await asyncio.gather(
        *(flows.comment(author=ann, post=post.id, text="好喝", client_id="one") for _ in range(3))
    )
    assert len(set(made)) == await Comment.all().count() == 1
    assert (await post_now(post.id)).comment_count == 1


async def test_a_report_leads_to_removal_and_an_appeal_back(wechat: WeChat) -> None:
    post, ann = await a_post(), (await a_user()).id
    await moderation.report(reporter=ann, target=posting.target(post.id), reason=ReportReason.SPAM, note=None)
    comment = await a_comment(post)
    await moderation.report(reporter=ann, target=Target(COMMENT, comment.id), reason=ReportReason.ABUSE, note=None)
    items = {each.target_kind: each for each in await ModerationItem.all()}
    assert items["post"].author_id == post.author_id
    assert items["comment"].text == "好喝"
    await _decide(Target(COMMENT, comment.id), Decision.REMOVE)
    assert (await comment_now(comment.id)).status is PostStatus.REMOVED
    with pytest.raises(TargetNotFound):
        await moderation.report(
            reporter=post.author_id, target=Target(COMMENT, comment.id), reason=ReportReason.ABUSE, note=None
        )
