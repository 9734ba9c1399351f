"""Forgetting a person."""

from tortoise.expressions import Q

from app.community.actions import commenting, feeling, places, posting
from app.community.models import Comment, Follow, Member, Post
from app.core.ids import UserId
from app.moderation.states import Decision


async def erase(user: UserId) -> None:
    """Take away what somebody wrote, felt and followed, in the running transaction; a repeat changes nothing."""
    for post in await Post.filter(author_id=user).order_by("id").only("id"):
        await posting.take_away(post.id)
    for comment in await Comment.filter(author_id=user).order_by("id").only("id"):
        await commenting.decide(comment.id, Decision.REMOVE)
    await Post.filter(author_id=user).update(text="", topics=[])
    await Comment.filter(author_id=user).update(text="")
    for member in await Member.filter(user_id=user).order_by("community_id"):
        await places.leave(user=user, community=member.community_id)
    await feeling.take_back_all(user)
    await Follow.filter(Q(follower_id=user) | Q(followed_id=user)).delete()
