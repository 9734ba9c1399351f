"""What moderation asks of posts and comments, and tells of them."""

from uuid import UUID

from app.community import queries
from app.community.actions import commenting, posting
from app.community.states import PostStatus
from app.core.ids import CommentId, PostId
from app.media import queries as media
from app.moderation.ports import ShownThing
from app.moderation.states import Decision


class ModeratedPost:
    """Moderation's ModeratedThing for posts."""

    async def shown(self, thing: UUID, /) -> ShownThing | None:
        """The post as it is now; None for one that its author has withdrawn."""
        post = await queries.post(PostId(thing))
        if post is None or post.status is PostStatus.WITHDRAWN:
            return None
        target = posting.target(post.id)
        pictures = (await media.pictures_of([target]))[target]
        text = "\n".join([post.text, *[f"#{each}" for each in post.topics]])
        return ShownThing(author=post.author_id, text=text, picture_paths=tuple(each.path for each in pictures))

    async def may_be_reported(self, thing: UUID, /) -> bool:
        """Whether everybody reads it."""
        post = await queries.post(PostId(thing))
        return post is not None and post.status is PostStatus.PUBLISHED

    async def decided(self, thing: UUID, decision: Decision, reason: str, /) -> None:
        """Publish it, or take it away."""
        del reason  # the author hears it from moderation
        if decision is Decision.REMOVE:
            await posting.take_away(PostId(thing))
        else:
            await posting.let_pass(PostId(thing))


class ModeratedComment:
    """Moderation's ModeratedThing for comments."""

    async def shown(self, thing: UUID, /) -> ShownThing | None:
        """The comment as it is now; None for one that its author has withdrawn."""
        comment = await queries.comment(CommentId(thing))
        if comment is None or comment.status is PostStatus.WITHDRAWN:
            return None
        return ShownThing(author=comment.author_id, text=comment.text)

    async def may_be_reported(self, thing: UUID, /) -> bool:
        """Whether everybody reads it."""
        comment = await queries.comment(CommentId(thing))
        return comment is not None and comment.status is PostStatus.PUBLISHED

    async def decided(self, thing: UUID, decision: Decision, reason: str, /) -> None:
        """Show it, or take it away."""
        del reason  # as above
        await commenting.decide(CommentId(thing), decision)
