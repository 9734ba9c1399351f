"""What can be asked about communities, posts, comments, reactions and follows. Nothing here writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.queryset import QuerySet

from app.community.models import Comment, Community, Follow, GivenReaction, Member, Post, ReactionCount
from app.community.states import PostStatus, Reaction
from app.core import db
from app.core.ids import CommentId, CommunityId, PostId, UserId
from app.core.targets import Target


async def community(community_id: CommunityId) -> Community | None:
    """A community; None where there is none."""
    return await Community.get_or_none(id=community_id)


async def communities(ids: Sequence[CommunityId]) -> dict[CommunityId, Community]:
    """These communities; one that does not exist is left out."""
    return {each.id: each for each in await Community.filter(id__in=list(set(ids)))}


async def communities_page(*, limit: int, after: tuple[datetime, UUID] | None) -> list[Community]:
    """All communities, the oldest first: the order in which they stay."""
    return await db.oldest_first(Community.all(), "created_at", limit=limit, after=after)


async def is_member(user: UserId, community_id: CommunityId) -> bool:
    """Whether somebody belongs to a community."""
    return await Member.filter(user_id=user, community_id=community_id).exists()


async def communities_of(user: UserId) -> list[CommunityId]:
    """The communities that somebody belongs to."""
    return [each.community_id for each in await Member.filter(user_id=user).order_by("joined_at", "id")]


async def memberships_page(user: UserId, *, limit: int, before: tuple[datetime, UUID] | None) -> list[Member]:
    """To which communities somebody belongs, the one joined last first."""
    return await db.newest_first(Member.filter(user_id=user), "joined_at", limit=limit, before=before)


async def post(post_id: PostId) -> Post | None:
    """A post, whoever may read it; None where there is none."""
    return await Post.get_or_none(id=post_id)


async def posts(ids: Sequence[PostId]) -> dict[PostId, Post]:
    """These posts, whoever may read them; one that does not exist is left out."""
    return {each.id: each for each in await Post.filter(id__in=list(set(ids)))}


async def published(ids: Sequence[PostId]) -> dict[PostId, Post]:
    """Those of these posts that everybody may read."""
    return {each.id: each for each in await Post.filter(id__in=list(set(ids)), status=PostStatus.PUBLISHED)}


async def newest_posts(
    of: Sequence[CommunityId], *, limit: int, before: tuple[datetime, UUID] | None = None
) -> list[Post]:
    """What everybody may read in these communities, the newest first."""
    found = _newest(Post.filter(community_id__in=list(of)), limit, before)
    return await found if of else []


async def newest_posts_by(authors: Sequence[UserId], *, but: Sequence[CommunityId], limit: int) -> list[Post]:
    """What these people wrote outside of these communities, the newest first."""
    found = Post.filter(author_id__in=list(authors)).exclude(community_id__in=list(but))
    return await _newest(found, limit)


async def newest_posts_elsewhere(but: Sequence[CommunityId], *, limit: int) -> list[Post]:
    """What everybody may read outside of these communities, the newest first."""
    return await _newest(Post.exclude(community_id__in=list(but)), limit)


def _newest(found: QuerySet[Post], limit: int, before: tuple[datetime, UUID] | None = None) -> QuerySet[Post]:
    found = found.filter(status=PostStatus.PUBLISHED)
    return db.newest_first(found, "published_at", limit=limit, before=before)


async def comment(comment_id: CommentId) -> Comment | None:
    """A comment, whoever may read it; None where there is none."""
    return await Comment.get_or_none(id=comment_id)


async def comments(ids: Sequence[CommentId]) -> dict[CommentId, Comment]:
    """These comments, whoever may read them; one that does not exist is left out."""
    return {each.id: each for each in await Comment.filter(id__in=list(set(ids)))}


async def comments_page(post_id: PostId, *, limit: int, after: tuple[datetime, UUID] | None) -> list[Comment]:
    """What everybody reads below a post, the oldest first."""
    return await db.oldest_first(
        Comment.filter(post_id=post_id, status=PostStatus.PUBLISHED), "created_at", limit=limit, after=after
    )


async def reaction_counts(targets: Sequence[Target]) -> dict[Target, int]:
    """How many react to each of these things."""
    found = await ReactionCount.filter(target_id__in=list({each.id for each in targets}))
    counted = {Target(each.target_kind, each.target_id): each.total for each in found}
    return {each: counted.get(each, 0) for each in targets}


async def reactions_of(user: UserId, targets: Sequence[Target]) -> dict[Target, Reaction]:
    """What somebody feels about these things; where she feels nothing, it is left out."""
    given = await GivenReaction.filter(user_id=user, target_id__in=list({each.id for each in targets}))
    found = {Target(each.target_kind, each.target_id): each.reaction for each in given}
    return {each: found[each] for each in targets if each in found}


@dataclass(frozen=True, slots=True)
class _Reacted:
    kind: str
    id: UUID


async def reacted_by(user: UserId) -> list[Target]:
    """What somebody has reacted to."""
    found = await db.rows(
        _Reacted, "SELECT target_kind AS kind, target_id AS id FROM reactions WHERE user_id = $1 ORDER BY 1, 2", user
    )
    return [Target(each.kind, each.id) for each in found]


async def followers(user: UserId, /, *, after: UserId | None, limit: int) -> list[UserId]:
    """Who follows somebody, in the order of their ids, from behind this one on."""
    found = Follow.filter(followed_id=user)
    if after is not None:
        found = found.filter(follower_id__gt=after)
    return [each.follower_id for each in await found.order_by("follower_id").limit(limit)]


async def followed_by(user: UserId, *, limit: int) -> list[UserId]:
    """Whom somebody follows, the newest first."""
    return [each.followed_id for each in await Follow.filter(follower_id=user).order_by("-created_at").limit(limit)]


async def follows_page(user: UserId, *, limit: int, before: tuple[datetime, UUID] | None) -> list[Follow]:
    """Whom somebody follows, the newest first."""
    return await db.newest_first(Follow.filter(follower_id=user), "created_at", limit=limit, before=before)


async def mutual_followers(user: UserId, *, limit: int) -> list[UserId]:
    """Who follows somebody and is followed by her."""
    return await db.rows(UserId, _MUTUAL, user, limit)


_MUTUAL = """
SELECT f.followed_id FROM follows f JOIN follows b ON b.follower_id = f.followed_id AND b.followed_id = f.follower_id
 WHERE f.follower_id = $1 ORDER BY f.created_at DESC LIMIT $2
"""
