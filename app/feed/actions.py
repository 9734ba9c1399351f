"""Making editions."""

from app.accounts import queries as accounts
from app.community import queries as community
from app.core import clock, db
from app.core.ids import CommunityId, UserId
from app.feed import queries, rules
from app.feed.models import FeedEdition
from app.feed.queries import Chosen, Circle


async def of_community(of: CommunityId) -> FeedEdition:
    """A community's feed as everybody sees it, as it stands; one that was made a moment ago serves again."""
    now = await clock.now()
    fresh = await queries.shared_edition(of, now)
    if fresh is not None:
        return fresh
    return await _make([of], await queries.candidates([of], Circle(), beyond=False), community_id=of)


async def of_person(user: UserId, of: CommunityId | None) -> FeedEdition:
    """Somebody's own feed as it stands: of one community, or None for all of hers.

    By time alone where she does not want to be chosen for: then nothing that she did counts.
    """
    communities = [of] if of else await community.communities_of(user)
    chooses = (await accounts.users([user]))[0].personalised_feed
    circle = await queries.circle_of(user) if chooses else Circle()
    chosen = await queries.candidates(communities, circle, beyond=of is None)
    made = await _make(communities, chosen, user_id=user, community_id=of, chooses=chooses)
    await db.execute(_FORGET_EARLIER, user, rules.MOST_EDITIONS)
    return made


async def _make(
    communities: list[CommunityId],
    chosen: Chosen,
    *,
    community_id: CommunityId | None,
    user_id: UserId | None = None,
    chooses: bool = True,
) -> FeedEdition:
    now = await clock.now()
    ranking = queries.ranking()
    entries = rules.ranked(chosen.items, ranking, now) if chooses else rules.by_time(chosen.items)
    rest_at, rest_id = chosen.rest or (None, None)
    return await FeedEdition.create(
        user_id=user_id, community_id=community_id, ranking_version=ranking.version if chooses else 0,
        entries=[[each.kind, str(each.id), each.why] for each in entries],
        community_ids=[str(each) for each in communities], rest_at=rest_at, rest_id=rest_id, made_at=now,
    )  # fmt: skip


_FORGET_EARLIER = """
DELETE FROM feed_editions WHERE user_id = $1 AND id NOT IN
 (SELECT id FROM feed_editions WHERE user_id = $1 ORDER BY made_at DESC, id DESC LIMIT $2)
"""
