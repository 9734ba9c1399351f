"""Communities, their members, and what these write."""

from collections.abc import Sequence
from typing import Any

from app.accounts.models import Role
from app.community import queries
from app.community.actions import commenting, places, posting
from app.community.actions.posting import Written
from app.community.models import Comment, Community, Post
from app.community.states import CommunityKind
from app.core.ids import CommentId, CommunityId, PostId, UploadId, UserId, new_id
from app.core.targets import Target
from app.moderation.flows import Finding
from app.moderation.states import Outcome, Why
from tests.factories.accounts import a_user
from tests.factories.live import a_member_of_staff

PASSED = Finding(Outcome.PASS)
DOUBTED = Finding(Outcome.REVIEW, (Why.WORD,))


async def a_community(name: str = "茶友会", *members: UserId) -> CommunityId:
    """A community with these members."""
    by = (await a_member_of_staff(Role.COMMUNITY_MANAGER, nickname="社群运营")).user
    made = await places.create(by=by, name=name, kind=CommunityKind.THEME, about="聊茶", key=str(new_id()))
    for member in members:
        await places.join(user=member, community=made)
    return made


async def a_post(
    community: CommunityId | None = None, author: UserId | None = None, text: str = "春茶到了", *,
    finding: Finding = PASSED, pictures: Sequence[UploadId] = (), about: Target | None = None,
) -> Post:  # fmt: skip
    """A post by a member; published unless its text is doubted or its pictures wait."""
    author = author or (await a_user("茶姐")).id
    community = community or await a_community()
    await places.join(user=author, community=community)
    made = await posting.post(
        author=author, community=community, client_id=str(new_id()), finding=finding,
        written=Written(text=text, pictures=pictures, about=about, topics=["春茶"]),
    )  # fmt: skip
    return await post_now(made)


async def a_comment(
    post: Post, author: UserId | None = None, text: str = "好喝", *, finding: Finding = PASSED
) -> Comment:
    """A comment by a member."""
    author = author or (await a_user("小红")).id
    await places.join(user=author, community=post.community_id)
    made = await commenting.comment(
        author=author, post=post.id, text=text, client_id=str(new_id()), finding=finding
    )  # fmt: skip
    return await comment_now(made)


async def post_now(post: PostId) -> Post:
    return await Post.get(id=post)


async def comment_now(comment: CommentId) -> Comment:
    return await Comment.get(id=comment)


async def community_now(community: CommunityId) -> Community:
    return await Community.get(id=community)


async def reactions_to(post: PostId) -> int:
    target = posting.target(post)
    return (await queries.reaction_counts([target]))[target]


def public(community: CommunityId) -> str:
    """A community's id at the API."""
    return places.target(community).public_id


def a_post_input(community: CommunityId, **changes: Any) -> dict[str, Any]:
    """What createPost is given."""
    given = {"communityId": public(community), "text": "春茶到了，泡了一壶", "clientId": str(new_id())}
    return {"input": given | changes}
