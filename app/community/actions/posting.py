"""Posts: written, checked, published, taken away."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.accounts import actions as accounts
from app.community import ports, queries, rules
from app.community.errors import NotAMember
from app.community.facts import PostPublished
from app.community.models import Post
from app.community.states import PostStatus
from app.core import clock, db, outbox
from app.core.errors import IdempotencyKeyReused, TargetNotFound
from app.core.ids import CommunityId, PostId, UploadId, UserId, new_id
from app.core.targets import Target
from app.media import queries as media
from app.media.actions import attaching
from app.media.states import UploadPurpose
from app.moderation import actions as moderation
from app.moderation.flows import Finding

#: The kind of posts' public ids.
KIND = "post"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What somebody posts."""

    text: str
    pictures: Sequence[UploadId] = ()
    about: Target | None = None
    topics: Sequence[str] = ()


async def posted_before(*, author: UserId, community: CommunityId, written: Written, client_id: str) -> PostId | None:
    """What this client id has posted already; None where it is new. IdempotencyKeyReused for another post."""
    known = await Post.get_or_none(author_id=author, client_id=client_id)
    if known is None:
        return None
    same = (known.community_id, known.text, known.attached, known.topics)
    if same != (community, written.text, written.about, list(written.topics)):
        raise IdempotencyKeyReused
    return known.id


async def refuse_to_post(*, author: UserId, community: CommunityId, about: Target | None = None) -> None:
    """Raise what keeps somebody from posting now. TargetNotFound, NotAMember, Muted."""
    if await queries.community(community) is None:
        raise TargetNotFound
    if not await queries.is_member(author, community):
        raise NotAMember
    await moderation.refuse_if_muted(user=author, community=community)
    if about is not None and not (about.kind in rules.ATTACHED and await ports.is_there(about)):
        raise TargetNotFound


@db.retried
async def post(*, author: UserId, community: CommunityId, written: Written, client_id: str, finding: Finding) -> PostId:
    """Post. It is read by everybody once its text and all its pictures have passed; the same client id is one post.

    TargetNotFound, NotAMember, Muted, UploadInvalid, PictureRejected, IdempotencyKeyReused.
    """
    async with db.transaction():
        made = PostId(new_id())
        # Her client id is what two calls at once queue behind.
        fresh = await db.execute(
            _RESERVE, made, community, author, client_id, written.text, finding.passes, await clock.now()
        )
        if not fresh:
            known = await posted_before(author=author, community=community, written=written, client_id=client_id)
            if known is None:
                raise LookupError(f"no post under {client_id}")
            return known
        await refuse_to_post(author=author, community=community, about=written.about)
        await accounts.profile_of(author)
        await Post.filter(id=made).update(
            topics=list(written.topics),
            attached_kind=written.about and written.about.kind,
            attached_id=written.about and written.about.id,
        )
        await attaching.attach(owner=author, uploads=written.pictures, purpose=UploadPurpose.POST, target=target(made))
        if not finding.passes:
            await moderation.put_in_queue(target=target(made), author=author, why=finding.why, text=written.text)
        await settle(await lock(made))
        return made


_RESERVE = """
INSERT INTO posts
  (id, community_id, author_id, client_id, text, topics, status, text_passed, comment_count, created_at)
VALUES ($1, $2, $3, $4, $5, '[]', 'IN_REVIEW', $6, 0, $7) ON CONFLICT (author_id, client_id) DO NOTHING
"""


async def lock(post: PostId) -> Post:
    """A post, its row locked until the transaction ends. TargetNotFound."""
    await db.rows(str, "SELECT id FROM posts WHERE id = $1 FOR NO KEY UPDATE", post)
    found = await Post.get_or_none(id=post)
    if found is None:
        raise TargetNotFound
    return found


async def settle(post: Post) -> None:
    """Bring a locked post that is in review where its text and pictures let it come."""
    if post.status is not PostStatus.IN_REVIEW:
        return
    pictures = (await media.pictures_of([target(post.id)]))[target(post.id)]
    status = rules.status_of(text_passed=post.text_passed, pictures=[each.verdict for each in pictures])
    if status is PostStatus.PUBLISHED:
        await _publish(post)
    elif status is PostStatus.REJECTED:
        await Post.filter(id=post.id).update(status=status)
        await attaching.detach(target(post.id))


async def _publish(post: Post) -> None:
    is_first = post.published_at is None
    published_at = await clock.now() if is_first else post.published_at
    await Post.filter(id=post.id).update(status=PostStatus.PUBLISHED, published_at=published_at)
    if is_first:
        await outbox.record(PostPublished(post=post.id, community=post.community_id, author=post.author_id))


async def hear_of_picture(post: PostId) -> None:
    """A picture of a post was checked: publish or reject the post, in the running transaction."""
    if await queries.post(post) is not None:
        await settle(await lock(post))


async def let_pass(post: PostId) -> None:
    """A person lets a post be read, also one that was taken away, in the running transaction.

    What its pictures' checks have not said yet is waited for. What its author has withdrawn stays so.
    """
    found = await lock(post)
    is_settled = found.status in {PostStatus.PUBLISHED, PostStatus.WITHDRAWN}
    if is_settled or not found.text:  # without a text: its author was forgotten
        return
    if found.status is not PostStatus.IN_REVIEW:
        await attaching.restore(target(post))
    await Post.filter(id=post).update(status=PostStatus.IN_REVIEW, text_passed=True)
    await settle(await lock(post))


async def take_away(post: PostId) -> None:
    """Nobody may read a post any more, nor see its pictures; in the running transaction, a repeat changes nothing."""
    found = await lock(post)
    if found.status in {PostStatus.PUBLISHED, PostStatus.IN_REVIEW}:
        await Post.filter(id=post).update(status=rules.after_removal(found.status))
        await attaching.detach(target(post))


@db.retried
async def withdraw(*, author: UserId, post: PostId) -> None:
    """The author takes a post back: with this commit nobody else reads it or sees its pictures, for good.

    Moderators keep what it said when somebody reported it. A repeat changes nothing. TargetNotFound for what others
    wrote.
    """
    async with db.transaction():
        found = await lock(post)
        if found.author_id != author:
            raise TargetNotFound
        if found.status is not PostStatus.WITHDRAWN:
            await Post.filter(id=post).update(status=PostStatus.WITHDRAWN)
            await attaching.detach(target(post))


def target(post: PostId) -> Target:
    """How others point at a post."""
    return Target(KIND, post)
