"""Communities through the API: every document, by people who are signed in."""

import pytest

from app.accounts import actions as accounts
from app.accounts.models import Role
from app.community.actions import places, posting
from app.community.states import PostStatus
from app.core.ids import ProfileId, to_public
from app.core.targets import Target
from app.moderation.models import ModerationItem
from app.moderation.states import ItemStatus
from tests.conftest import Api, WeChat
from tests.factories.accounts import a_signed_in_user
from tests.factories.community import DOUBTED, a_comment, a_community, a_post, a_post_input, post_now, public
from tests.factories.live import a_member_of_staff, a_product
from tests.factories.media import an_upload
from tests.factories.rows import everything

_MINE = """query($first: Int!, $ids: [ID!]!, $after: String) { viewer {
  communities(first: $first) { edges { node { id } } }
  following(first: $first, after: $after) { edges { node { id } } pageInfo { endCursor } }
  reactions(targetIds: $ids) { targetId reaction } } }"""


def _face(profile: ProfileId) -> str:
    return to_public("profile", profile)


async def test_communities_are_listed_page_by_page(api: Api) -> None:
    made = [await a_community(name) for name in ("茶友会", "跑友会", "书友会")]
    first = (await api("Communities", {"first": 2}))["data"]["communities"]
    rest = (await api("Communities", {"first": 2, "after": first["pageInfo"]["endCursor"]}))["data"]["communities"]
    assert [each["node"]["id"] for each in first["edges"] + rest["edges"]] == [public(each) for each in made]
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)
    assert first["edges"][0]["node"] == {"id": public(made[0]), "name": "茶友会", "memberCount": 0, "coverUrl": None}


async def test_she_sees_where_she_belongs_whom_she_follows_and_what_she_feels(api: Api, wechat: WeChat) -> None:
    ann, bob = await api.sign_in(wechat, "ann"), await api.sign_in(wechat, "bob")
    places = [await a_community(name) for name in ("茶友会", "跑友会", "书友会")]
    posts = [await a_post(places[0]) for _ in range(3)]
    ids = [Target("post", each.id).public_id for each in posts]
    faces = [_face(await accounts.profile_of(each.author_id)) for each in posts]
    for community in places:
        await api.outcome("JoinCommunity", {"communityId": public(community)}, token=ann)
    await api.outcome("LeaveCommunity", {"communityId": public(places[1])}, token=ann)
    for face in faces:
        await api.outcome("Follow", {"profileId": face, "follow": True}, token=ann)
    for post, reaction in zip(ids, ("LIKE", "LOVE"), strict=False):
        await api.outcome("React", {"targetId": post, "reaction": reaction}, token=ann)
    mine = await api.outcome(_MINE, {"first": 2, "ids": [*ids, ids[0]]}, token=ann)
    assert [each["node"]["id"] for each in mine["communities"]["edges"]] == [public(places[2]), public(places[0])]
    assert [each["node"]["id"] for each in mine["following"]["edges"]] == [faces[2], faces[1]]
    assert mine["reactions"] == [
        {"targetId": ids[0], "reaction": "LIKE"}, {"targetId": ids[1], "reaction": "LOVE"},
    ]  # fmt: skip
    rest = await api.outcome(
        _MINE, {"first": 2, "ids": [], "after": mine["following"]["pageInfo"]["endCursor"]}, token=ann
    )
    assert [each["node"]["id"] for each in rest["following"]["edges"]] == [faces[0]]
    others = await api.outcome(_MINE, {"first": 2, "ids": ids}, token=bob)
    assert (others["communities"]["edges"], others["following"]["edges"], others["reactions"]) == ([], [], [])
    for wrong in (["x"], ids * 40):
        answer = await api(_MINE, {"first": 2, "ids": wrong}, token=ann)
        assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_she_joins_posts_and_is_read_by_everybody(api: Api, wechat: WeChat) -> None:
    token = await api.sign_in(wechat, "ann")
    tea = await a_community()
    refused = await api.outcome("CreatePost", a_post_input(tea), token=token)
    assert (refused["code"], refused["message"]) == ("NOT_A_MEMBER", "请先加入社区。")
    joined = await api.outcome("JoinCommunity", {"communityId": public(tea)}, token=token)
    assert joined == {"__typename": "Community", "id": public(tea), "memberCount": 1}
    about = Target("product", await a_product()).public_id
    given = a_post_input(tea, attachmentId=about, topics=["#春茶", "春茶 "])
    post = await api.outcome("CreatePost", given, token=token)
    assert post["status"] == "PUBLISHED"
    assert await api.outcome("CreatePost", given, token=token) == post
    page = (await api("PostPage", {"id": post["id"], "first": 5}))["data"]["post"]
    assert page["text"] == given["input"]["text"]
    assert page["author"]["nickname"]
    assert page["author"]["id"].startswith("profile_")
    more = "query($id: ID!) { post(id: $id) { topics attachment { __typename } community { id } images { url } } }"
    assert (await api(more, {"id": post["id"]}))["data"]["post"] == {
        "topics": ["春茶"],
        "attachment": {"__typename": "Product"},
        "community": {"id": public(tea)},
        "images": [],
    }
    left = await api.outcome("LeaveCommunity", {"communityId": public(tea)}, token=token)
    assert left["memberCount"] == 0


async def test_a_post_in_review_is_read_by_its_author_alone(api: Api) -> None:
    ann, bob = await a_signed_in_user(), await a_signed_in_user()
    picture = await an_upload(ann.user)
    post = await a_post(author=ann.user, finding=DOUBTED, pictures=[picture.id])
    asked = {"id": posting.target(post.id).public_id, "first": 1}
    mine = (await api("PostPage", asked, token=ann.access_token))["data"]["post"]
    assert mine["status"] == "IN_REVIEW"
    for token in (bob.access_token, None):
        assert (await api("PostPage", asked, token=token))["data"]["post"] is None


async def test_comments_are_read_the_oldest_first_and_those_in_review_by_their_author(api: Api) -> None:
    post, ann = await a_post(), await a_signed_in_user()
    said = [await a_comment(post, text=text) for text in ("一", "二", "三")]
    hidden = await a_comment(post, ann.user, "四", finding=DOUBTED)
    asked = {"id": posting.target(post.id).public_id, "first": 2}
    first = (await api("PostPage", asked))["data"]["post"]["comments"]
    rest = (await api("PostPage", asked | {"after": first["pageInfo"]["endCursor"]}))["data"]["post"]["comments"]
    assert [each["node"]["text"] for each in first["edges"] + rest["edges"]] == [each.text for each in said]
    node = "query($id: ID!) { node(id: $id) { ... on PostComment { text } } }"
    of_hers = {"id": to_public("comment", hidden.id)}
    assert (await api(node, of_hers))["data"]["node"] is None
    assert (await api(node, of_hers, token=ann.access_token))["data"]["node"] == {"text": "四"}


async def test_she_comments_reacts_follows_and_takes_it_back(api: Api, wechat: WeChat) -> None:
    token, post = await api.sign_in(wechat, "ann"), await a_post()
    thing = posting.target(post.id).public_id
    said = {"targetId": thing, "text": "好喝", "clientId": "one"}
    assert (await api.outcome("Comment", said, token=token))["code"] == "NOT_A_MEMBER"
    await api.outcome("JoinCommunity", {"communityId": public(post.community_id)}, token=token)
    comment = await api.outcome("Comment", said, token=token)
    assert comment["text"] == "好喝"
    assert await api.outcome("Comment", said, token=token) == comment
    for reaction in ("LIKE", "WANT"):
        reacted = await api.outcome("React", {"targetId": thing, "reaction": reaction}, token=token)
        assert reacted == {"__typename": "Post", "id": thing, "reactionCount": 1}
    assert (await api.outcome("RemoveReaction", {"targetId": thing}, token=token))["reactionCount"] == 0
    face = _face(await accounts.profile_of(post.author_id))
    for wanted in (True, False):
        followed = await api.outcome("Follow", {"profileId": face, "follow": wanted}, token=token)
        assert followed["following"] is wanted
        assert followed["profile"]["id"] == face
    reported = await api.outcome("Report", {"targetId": thing, "reason": "SPAM"}, token=token)
    assert reported["__typename"] == "ReportReceived"


async def test_what_is_not_there_is_refused_and_changes_nothing(api: Api) -> None:
    ann = await a_signed_in_user()
    post = await a_post(finding=DOUBTED)
    thing, face = posting.target(post.id).public_id, _face(await accounts.profile_of(post.author_id))
    before = await everything()
    for document, given in (
        ("JoinCommunity", {"communityId": thing}),
        ("LeaveCommunity", {"communityId": face}),
        ("CreatePost", a_post_input(post.community_id) | {"input": a_post_input(post.community_id)["input"]
                                                          | {"communityId": thing}}),
        ("React", {"targetId": thing, "reaction": "LIKE"}),
        ("RemoveReaction", {"targetId": thing}),
        ("Comment", {"targetId": thing, "text": "好喝", "clientId": "one"}),
        ("Comment", {"targetId": face, "text": "好喝", "clientId": "one"}),
        ("Follow", {"profileId": thing}),
    ):  # fmt: skip
        assert (await api.outcome(document, given, token=ann.access_token))["code"] == "TARGET_NOT_FOUND", document
    assert await everything() == before


async def test_what_is_malformed_is_no_refusal(api: Api) -> None:
    ann, tea = await a_signed_in_user(), await a_community()
    await places.join(user=ann.user, community=tea)
    for wrong in ({"text": " "}, {"clientId": ""}, {"topics": ["茶"] * 6}, {"topics": ["茶" * 21]},
                  {"attachmentId": "nonsense"}, {"uploadIds": ["x"] * 10}):  # fmt: skip
        assert (
            await api.error_code("CreatePost", a_post_input(tea, **wrong), token=ann.access_token) == "BAD_USER_INPUT"
        )


async def test_posts_and_communities_are_opened_by_their_ids(api: Api) -> None:
    post = await a_post()
    assert (await post_now(post.id)).status is PostStatus.PUBLISHED
    node = "query($id: ID!) { node(id: $id) { ... on Post { reactionCount } ... on Community { about } } }"
    assert (await api(node, {"id": posting.target(post.id).public_id}))["data"]["node"] == {"reactionCount": 0}
    assert (await api(node, {"id": public(post.community_id)}))["data"]["node"] == {"about": "聊茶"}


_CREATE = """mutation($input: CreateCommunityInput!) {
  createCommunity(input: $input) { __typename ... on Community { id name version } ... on UserError { code } } }"""
_EDIT = """mutation($input: EditCommunityInput!) {
  editCommunity(input: $input) { __typename ... on Community { id name version } ... on UserError { code } } }"""


@pytest.mark.parametrize("kind", ["BRAND", "HOST", "THEME"])
async def test_a_community_is_around_a_brand_a_host_or_a_theme(api: Api, kind: str) -> None:
    boss = await a_member_of_staff(Role.COMMUNITY_MANAGER)
    given = {"input": {"name": "茶友会", "kind": kind, "about": "聊茶", "idempotencyKey": "k"}}
    made = await api.outcome(_CREATE, given, token=boss.access_token)
    read = "query($id: ID!) { community(id: $id) { kind name } }"
    assert await api.outcome(read, {"id": made["id"]}) == {"kind": kind, "name": "茶友会"}


_DECIDE = """mutation($input: DecideModerationInput!) { decideModeration(input: $input) {
  __typename ... on ModerationItem { version status } ... on UserError { code } } }"""


@pytest.mark.parametrize(("decision", "status"), [("APPROVE", "PUBLISHED"), ("REMOVE", "REJECTED")])
async def test_a_post_with_a_word_to_look_at_waits_for_a_person_and_is_then_what_she_decides(
    api: Api, wechat: WeChat, decision: str, status: str
) -> None:
    token, tea = await api.sign_in(wechat, "ann"), await a_community()
    boss = await a_member_of_staff(Role.COMMUNITY_MANAGER)
    await api.outcome("JoinCommunity", {"communityId": public(tea)}, token=token)
    post = await api.outcome("CreatePost", a_post_input(tea, text="加微信看看新茶"), token=token)
    assert post["status"] == "IN_REVIEW"

    async def decided(how: str) -> None:
        item = await ModerationItem.get(status=ItemStatus.OPEN)
        given = {"id": to_public("moderation", item.id), "expectedVersion": item.version, "decision": how,
                 "reason": "看过了"}  # fmt: skip
        assert (await api.outcome(_DECIDE, {"input": given}, token=boss.access_token))["__typename"] == "ModerationItem"

    async def seen(by: str | None) -> str | None:
        page = (await api("PostPage", {"id": post["id"], "first": 1}, token=by))["data"]["post"]
        return page and str(page["status"])

    assert await seen(None) is None
    await decided(decision)
    assert (await seen(token), await seen(None)) == (status, status if status == "PUBLISHED" else None)
    if status == "PUBLISHED":
        await api.outcome("Report", {"targetId": post["id"], "reason": "SPAM"}, token=boss.access_token)
        await decided("REMOVE")
        assert (await seen(token), await seen(None)) == ("REMOVED", None)


async def test_a_community_manager_makes_and_changes_communities(api: Api) -> None:
    boss = await a_member_of_staff(Role.COMMUNITY_MANAGER)
    given = {"input": {"name": "茶友会", "kind": "THEME", "about": "聊茶", "idempotencyKey": "k"}}
    made = await api.outcome(_CREATE, given, token=boss.access_token)
    assert await api.outcome(_CREATE, given, token=boss.access_token) == made
    change = {"input": {"communityId": made["id"], "expectedVersion": 1, "name": "茶友之家"}}
    changed = await api.outcome(_EDIT, change, token=boss.access_token)
    assert (changed["name"], changed["version"]) == ("茶友之家", 2)
    before = await everything()
    assert (await api.outcome(_EDIT, change, token=boss.access_token))["code"] == "STALE"
    shopper = await a_signed_in_user()
    del before["users"], before["sessions"]
    assert await api.error_code(_CREATE, given, token=shopper.access_token) == "FORBIDDEN"
    now = await everything()
    assert all(now[table] == rows for table, rows in before.items() if table in {"communities", "audit_log"})


async def test_a_post_is_shared_by_its_first_words(api: Api) -> None:
    ann, post = await a_signed_in_user(), await a_post(text="春茶到了")
    create = """mutation($id: ID!) { createShareLink(input: { targetId: $id, form: CARD }) {
      ... on ShareLink { title path target { __typename } } ... on UserError { code message } } }"""
    thing = posting.target(post.id).public_id
    made = await api.outcome(create, {"id": thing}, token=ann.access_token)
    assert made["title"] == "春茶到了"
    assert made["path"].startswith(f"/pages/post?id={thing}&s=")
    assert made["target"] == {"__typename": "Post"}
