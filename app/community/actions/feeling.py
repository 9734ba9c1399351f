"""Reactions and follows: what people feel about things, and about each other."""

from app.accounts import queries as accounts
from app.community import ports, queries, rules
from app.community.actions import posting
from app.community.states import PostStatus, Reaction
from app.core import clock, db
from app.core.errors import TargetNotFound
from app.core.ids import PostId, ProfileId, UserId, new_id
from app.core.targets import Target


async def refuse_to_react(target: Target) -> None:
    """TargetNotFound for what nobody can react to: it is not there, or not everybody may read it."""
    if target.kind == posting.KIND:
        post = await queries.post(PostId(target.id))
        if post is not None and post.status is PostStatus.PUBLISHED:
            return
    elif target.kind in rules.REACTED and await ports.is_there(target):
        return
    raise TargetNotFound


@db.retried
async def react(*, user: UserId, target: Target, reaction: Reaction) -> None:
    """React to a post or story; a second reaction replaces the first. TargetNotFound."""
    async with db.transaction():
        await refuse_to_react(target)
        # The count's row is what all who react to one thing queue behind, so that it is exact.
        await _lock_count(target)
        fresh = await db.execute(_REACT, new_id(), target.kind, target.id, user, reaction, await clock.now())
        if fresh:
            await db.execute(_COUNT, target.kind, target.id, 1)
        else:
            await db.execute(_REPLACE, target.kind, target.id, user, reaction)


@db.retried
async def remove_reaction(*, user: UserId, target: Target) -> None:
    """Take a reaction back; without one it changes nothing. TargetNotFound."""
    async with db.transaction():
        await refuse_to_react(target)
        await _lock_count(target)
        await _take_back(user, target)


async def _take_back(user: UserId, target: Target) -> None:
    gone = await db.execute(
        "DELETE FROM reactions WHERE target_kind = $1 AND target_id = $2 AND user_id = $3",
        target.kind, target.id, user,
    )  # fmt: skip
    await db.execute(_COUNT, target.kind, target.id, -gone)


async def _lock_count(target: Target) -> None:
    await db.execute(_OPEN_COUNT, new_id(), target.kind, target.id)
    await db.rows(str, _LOCK_COUNT, target.kind, target.id)


_OPEN_COUNT = """
INSERT INTO reaction_counts (id, target_kind, target_id, total) VALUES ($1, $2, $3, 0)
 ON CONFLICT (target_kind, target_id) DO NOTHING
"""
_LOCK_COUNT = "SELECT id FROM reaction_counts WHERE target_kind = $1 AND target_id = $2 FOR UPDATE"
_COUNT = "UPDATE reaction_counts SET total = total + $3 WHERE target_kind = $1 AND target_id = $2"
_REACT = """
INSERT INTO reactions (id, target_kind, target_id, user_id, reaction, created_at) VALUES ($1, $2, $3, $4, $5, $6)
 ON CONFLICT (target_kind, target_id, user_id) DO NOTHING
"""
_REPLACE = "UPDATE reactions SET reaction = $4 WHERE target_kind = $1 AND target_id = $2 AND user_id = $3"


@db.retried
async def follow(*, follower: UserId, profile: ProfileId, wanted: bool) -> bool:
    """Follow somebody by her profile, or no more; whether she is followed now. A repeat changes nothing.

    Nobody follows herself. TargetNotFound.
    """
    async with db.transaction():
        found = await accounts.profiles([profile])
        if not found:
            raise TargetNotFound
        followed = found[0].user
        if not wanted:
            await db.execute("DELETE FROM follows WHERE follower_id = $1 AND followed_id = $2", follower, followed)
            return False
        if followed == follower:
            return False
        await db.execute(_FOLLOW, new_id(), follower, followed, await clock.now())
        return True


_FOLLOW = """
INSERT INTO follows (id, follower_id, followed_id, created_at) VALUES ($1, $2, $3, $4)
 ON CONFLICT (follower_id, followed_id) DO NOTHING
"""


async def take_back_all(user: UserId) -> None:
    """Forget what somebody feels about anything, in the running transaction."""
    for target in await queries.reacted_by(user):
        await _lock_count(target)
        await _take_back(user, target)
