"""What its author takes back: gone at once for everybody else, for good, and never brought back by a decision."""

import asyncio

import pytest

from app.accounts.models import Role
from app.community.actions import commenting, posting
from app.community.states import PostStatus
from app.core import db
from app.core.ids import new_id
from app.core.targets import Target
from app.media import queries as media
from app.moderation import actions as moderation
from app.moderation import ports
from app.moderation.models import ModerationItem
from app.moderation.states import Decision, ReportReason
from tests.conftest import Api
from tests.factories.accounts import a_signed_in_user, a_token
from tests.factories.community import DOUBTED, a_comment, a_post, comment_now, post_now, public
from tests.factories.feed import feed_of, ids_in
from tests.factories.live import a_member_of_staff
from tests.factories.media import an_upload
from tests.factories.rows import everything

_POST = """mutation($id: ID!) { withdrawPost(input: { postId: $id }) {
  __typename ... on Post { id status images { url } } ... on UserError { code message } } }"""
_COMMENT = """mutation($id: ID!) { withdrawComment(input: { commentId: $id }) {
  __typename ... on PostComment { id status } ... on UserError { code message } } }"""
_NODE = "query($id: ID!) { node(id: $id) { id } }"


async def test_a_withdrawn_post_is_gone_from_pages_feeds_links_and_pictures_at_once(api: Api) -> None:
    ann, bob = await a_signed_in_user(), await a_signed_in_user()
    first, post = await a_post(), await a_post(author=ann.user, pictures=[(await an_upload(ann.user)).id])
    target = posting.target(post.id)
    hers = {"id": target.public_id}
    page = await feed_of(api, public(post.community_id))
    assert set(ids_in(page)) == {posting.target(first.id).public_id, target.public_id}
    begun = await feed_of(api, public(post.community_id), first=1)
    gone = {"__typename": "Post", "id": target.public_id, "status": "WITHDRAWN", "images": []}
    assert await api.outcome(_POST, hers, token=ann.access_token) == gone
    before = await everything()
    assert await api.outcome(_POST, hers, token=ann.access_token) == gone
    assert await everything() == before

    rest = await feed_of(api, public(post.community_id), after=begun["pageInfo"]["endCursor"])
    assert target.public_id not in ids_in(await feed_of(api, public(post.community_id))) + ids_in(rest)
    assert (await media.pictures_of([target]))[target] == []
    asked = hers | {"first": 1}
    for token in (bob.access_token, None):
        assert (await api("PostPage", asked, token=token))["data"]["post"] is None
        assert (await api(_NODE, hers, token=token))["data"]["node"] is None
    assert (await api("PostPage", asked, token=ann.access_token))["data"]["post"]["status"] == "WITHDRAWN"
    for document, given, code in (
        ("React", {"targetId": target.public_id, "reaction": "LIKE"}, "TARGET_NOT_FOUND"),
        ("Comment", {"targetId": target.public_id, "text": "好喝", "clientId": "one"}, "TARGET_NOT_FOUND"),
        ("Report", {"targetId": target.public_id, "reason": "SPAM"}, "TARGET_NOT_FOUND"),
        ("CreateShareLink", {"targetId": target.public_id, "form": "CARD"}, "TARGET_NOT_FOUND"),
    ):
        assert (await api.outcome(document, given, token=bob.access_token))["code"] == code, document


async def test_a_withdrawn_comment_is_gone_from_its_post_s_page_and_count_at_once(api: Api) -> None:
    ann, post = await a_signed_in_user(), await a_post()
    comment, other = await a_comment(post, ann.user), await a_comment(post)
    hers = {"id": commenting.target(comment.id).public_id}
    for _ in range(2):
        answer = await api.outcome(_COMMENT, hers, token=ann.access_token)
        assert answer == {"__typename": "PostComment", "id": hers["id"], "status": "WITHDRAWN"}
    assert (await post_now(post.id)).comment_count == 1
    page = (await api("PostPage", {"id": posting.target(post.id).public_id, "first": 5}))["data"]["post"]["comments"]
    assert [each["node"]["id"] for each in page["edges"]] == [commenting.target(other.id).public_id]
    assert (await api(_NODE, hers))["data"]["node"] is None
    assert (await api(_NODE, hers, token=ann.access_token))["data"]["node"] == hers


async def test_nobody_withdraws_what_another_wrote_or_what_is_not_there(api: Api) -> None:
    manager, post = await a_member_of_staff(Role.COMMUNITY_MANAGER), await a_post()
    comment = await a_comment(post)
    thing, below = posting.target(post.id).public_id, commenting.target(comment.id).public_id
    author = await a_token(post.author_id)
    before = await everything()
    for document, id_, token in (
        (_POST, thing, manager.access_token),
        (_COMMENT, below, author),
        (_POST, below, author),
        (_COMMENT, thing, author),
        (_POST, Target("post", new_id()).public_id, author),
        (_COMMENT, Target("comment", new_id()).public_id, author),
    ):
        assert (await api.outcome(document, {"id": id_}, token=token))["code"] == "TARGET_NOT_FOUND"
    assert await everything() == before


async def test_what_was_reported_and_withdrawn_stays_in_the_queue_with_its_words(api: Api) -> None:
    bob, post = await a_signed_in_user(), await a_post(text="加我领红包")
    target = posting.target(post.id)
    await moderation.report(reporter=bob.user, target=target, reason=ReportReason.FRAUD, note=None)
    await posting.withdraw(author=post.author_id, post=post.id)
    manager = await a_member_of_staff(Role.COMMUNITY_MANAGER)
    queue = "{ staff { moderationQueue(first: 5) { edges { node { targetId text textWhenQueued } } } } }"
    (edge,) = (await api.outcome(queue, {}, token=manager.access_token))["moderationQueue"]["edges"]
    assert edge["node"] == {"targetId": target.public_id, "text": None, "textWhenQueued": "加我领红包\n#春茶"}


@pytest.mark.usefixtures("wechat")
async def test_no_decision_brings_back_what_was_withdrawn() -> None:
    post, doubted = await a_post(), await a_post(finding=DOUBTED)
    comment = await a_comment(post)
    await commenting.withdraw(author=comment.author_id, comment=comment.id)
    for each in (post, doubted):
        await posting.withdraw(author=each.author_id, post=each.id)
    for decision in Decision:
        for target in (posting.target(post.id), posting.target(doubted.id), commenting.target(comment.id)):
            async with db.transaction():
                await ports.of(target.kind).decided(target.id, decision, "因为")
    assert {(await post_now(each.id)).status for each in (post, doubted)} == {PostStatus.WITHDRAWN}
    assert (await comment_now(comment.id)).status is PostStatus.WITHDRAWN
    assert (await post_now(post.id)).comment_count == 0


@pytest.mark.usefixtures("wechat")
async def test_of_a_withdrawal_and_an_approval_at_once_the_withdrawal_stays() -> None:
    post, manager = await a_post(finding=DOUBTED), (await a_member_of_staff(Role.COMMUNITY_MANAGER)).user
    item = await ModerationItem.get(target_id=post.id)
    await asyncio.gather(
        posting.withdraw(author=post.author_id, post=post.id),
        moderation.decide(
            by=manager, item=item.id, expected_version=item.version, decision=Decision.APPROVE, reason=""
        ),
    )
    assert (await post_now(post.id)).status is PostStatus.WITHDRAWN
