"""Comments: written, counted, taken away."""

from app.accounts import actions as accounts
from app.community import queries, rules
from app.community.actions import posting
from app.community.errors import NotAMember
from app.community.models import Comment, Post
from app.community.states import PostStatus
from app.core import clock, db
from app.core.errors import IdempotencyKeyReused, TargetNotFound
from app.core.ids import CommentId, PostId, UserId, new_id
from app.core.targets import Target
from app.moderation import actions as moderation
from app.moderation.flows import Finding
from app.moderation.states import Decision

#: The kind of comments' public ids.
KIND = "comment"


async def commented_before(*, author: UserId, post: PostId, text: str, client_id: str) -> CommentId | None:
    """What this client id has written already; None where it is new. IdempotencyKeyReused for another comment."""
    known = await Comment.get_or_none(author_id=author, client_id=client_id)
    if known is None:
        return None
    if (known.post_id, known.text) != (post, text):
        raise IdempotencyKeyReused
    return known.id


async def refuse_to_comment(*, author: UserId, post: PostId) -> None:
    """Raise what keeps somebody from commenting now. TargetNotFound, NotAMember, Muted."""
    found = await queries.post(post)
    if found is None or found.status is not PostStatus.PUBLISHED:
        raise TargetNotFound
    if not await queries.is_member(author, found.community_id):
        raise NotAMember
    await moderation.refuse_if_muted(user=author, community=found.community_id)


@db.retried
async def comment(*, author: UserId, post: PostId, text: str, client_id: str, finding: Finding) -> CommentId:
    """Comment on a post; the same client id is one comment. TargetNotFound, NotAMember, Muted, IdempotencyKeyReused.

    One that a person must look at is read by its author alone until then.
    """
    async with db.transaction():
        await posting.lock(post)
        known = await commented_before(author=author, post=post, text=text, client_id=client_id)
        if known is not None:
            return known
        await refuse_to_comment(author=author, post=post)
        await accounts.profile_of(author)
        made = CommentId(new_id())
        status = PostStatus.PUBLISHED if finding.passes else PostStatus.IN_REVIEW
        fresh = await db.execute(_WRITE, made, post, author, client_id, text, status, await clock.now())
        if not fresh:
            # Below another post at the same moment: two posts' rows do not queue behind each other.
            raise IdempotencyKeyReused
        if finding.passes:
            await _count(post, 1)
        else:
            await moderation.put_in_queue(target=target(made), author=author, why=finding.why, text=text)
        return made


_WRITE = """
INSERT INTO post_comments (id, post_id, author_id, client_id, text, status, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (author_id, client_id) DO NOTHING
"""


async def decide(comment: CommentId, decision: Decision) -> None:
    """A person has decided on a comment, in the running transaction; a repeat changes nothing."""
    found = await _lock(comment)
    if found is not None and found.text:  # without a text: its author was forgotten
        await _become(found, rules.comment_after(decision, found.status))


@db.retried
async def withdraw(*, author: UserId, comment: CommentId) -> None:
    """The author takes a comment back: with this commit nobody else reads it, for good.

    A repeat changes nothing. TargetNotFound for what others wrote.
    """
    async with db.transaction():
        found = await _lock(comment)
        if found is None or found.author_id != author:
            raise TargetNotFound
        await _become(found, PostStatus.WITHDRAWN)


async def _lock(comment: CommentId) -> Comment | None:
    """A comment, the row of its post locked, where it is counted; None where there is none."""
    found = await queries.comment(comment)
    if found is None:
        return None
    await posting.lock(found.post_id)
    return await Comment.get(id=comment)


async def _become(comment: Comment, status: PostStatus) -> None:
    was_read, is_read = comment.status is PostStatus.PUBLISHED, status is PostStatus.PUBLISHED
    await Comment.filter(id=comment.id).update(status=status)
    await _count(comment.post_id, is_read - was_read)


async def _count(post: PostId, change: int) -> None:
    if change:
        found = await Post.get(id=post)
        await Post.filter(id=post).update(comment_count=found.comment_count + change)


def target(comment: CommentId) -> Target:
    """How others point at a comment."""
    return Target(KIND, comment)
