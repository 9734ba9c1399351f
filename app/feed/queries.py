"""What may stand in a feed, what of it can still be seen, and editions. Nothing here writes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from app.community import queries as community
from app.community.actions import posting
from app.community.models import Post
from app.core.ids import CommunityId, GroupId, LiveRoomId, PostId, StoryId, UserId
from app.core.targets import Target
from app.feed import rules
from app.feed.models import FeedEdition
from app.feed.rules import Candidate, Entry, Ranking
from app.feed.states import ItemKind, Why
from app.group_buying.queries import open_groups as groups
from app.live import queries as live
from app.live.states import ON_AIR
from app.stories import queries as stories
from app.stories.actions.change import target as story_target
from app.stories.models import Story
from share import queries as share

Row = Any


@cache
def ranking() -> Ranking:
    """The ranking in force."""
    return rules.read_ranking(Path(__file__).with_name("ranking.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Circle:
    """Whom somebody follows, and whom she knows."""

    followed: frozenset[UserId] = frozenset()
    known: frozenset[UserId] = frozenset()


async def circle_of(user: UserId) -> Circle:
    """Whom somebody follows, and whom she knows.

    Two know each other who follow each other, completed a group together, or of whom one brought the other's order.
    """
    most = rules.MOST_PEOPLE
    known = [
        *await community.mutual_followers(user, limit=most),
        *await groups.completed_with(user, limit=most),
        *await share.brought_or_brought_by(user, limit=most),
    ]
    return Circle(frozenset(await community.followed_by(user, limit=most)), frozenset(known) - {user})


@dataclass(frozen=True, slots=True)
class Chosen:
    """What an edition is made of, and before which post the rest begins; None where there is no rest."""

    items: list[Candidate]
    rest: tuple[datetime, UUID] | None


async def candidates(communities: Sequence[CommunityId], circle: Circle, *, beyond: bool) -> Chosen:
    """What may stand in a feed of these communities; `beyond` also what people write elsewhere whom she follows."""
    posts = await community.newest_posts(communities, limit=rules.MOST_POSTS)
    rest = _place(posts[-1]) if len(posts) == rules.MOST_POSTS else None
    if beyond and circle.followed:
        posts += await community.newest_posts_by(
            sorted(circle.followed), but=communities, limit=rules.MOST_FOLLOWED_POSTS
        )
    others = await _elsewhere(communities, posts)
    told = await stories.published_page(limit=rules.MOST_STORIES, before=None)
    counts = await community.reaction_counts(
        [*(posting.target(each.id) for each in (*posts, *others)), *(story_target(each.id) for each in told)]
    )
    items = [_of_post(each, counts, circle, elsewhere=False) for each in posts]
    items += [_of_post(each, counts, circle, elsewhere=True) for each in others]
    items += [_of_story(each, counts) for each in told]
    return Chosen([*items, *await _groups(circle), *await _rooms(circle)], rest)


async def _elsewhere(communities: Sequence[CommunityId], posts: Sequence[Post]) -> list[Post]:
    """What other communities write, where there are so few posts that the feed would look empty."""
    if len(posts) >= rules.FEW_POSTS:
        return []
    known = [*communities, *{each.community_id for each in posts}]
    return await community.newest_posts_elsewhere(known, limit=rules.MOST_ELSEWHERE)


def _of_story(story: Story, counts: dict[Target, int]) -> Candidate:
    return Candidate(
        kind=ItemKind.STORY, id=story.id, at=story.publish_at or story.created_at,
        reactions=counts[story_target(story.id)],
    )  # fmt: skip


def _of_post(post: Post, counts: dict[Target, int], circle: Circle, *, elsewhere: bool) -> Candidate:
    return Candidate(
        kind=ItemKind.POST, id=post.id, at=post.published_at or post.created_at,
        reactions=counts[posting.target(post.id)], comments=post.comment_count,
        followed=post.author_id in circle.followed, elsewhere=elsewhere,
    )  # fmt: skip


async def _groups(circle: Circle) -> list[Candidate]:
    known = await groups.open_groups_with(sorted(circle.known), limit=rules.MOST_GROUPS) if circle.known else []
    with_known = {each.id for each in known}
    found = {each.id: each for each in (*known, *await groups.open_groups(limit=rules.MOST_GROUPS))}
    return [
        Candidate(
            kind=ItemKind.GROUP, id=each.id, at=each.created_at,
            known=each.id in with_known, followed=each.leader in circle.followed,
        )
        for each in found.values()
    ]  # fmt: skip


async def _rooms(circle: Circle) -> list[Candidate]:
    return [
        Candidate(
            kind=ItemKind.LIVE_ROOM, id=each.id, at=each.started_at or each.starts_at,
            followed=each.host_id in circle.followed,
        )
        for each in await live.on_air(limit=rules.MOST_ROOMS)
    ]  # fmt: skip


async def shared_edition(of: CommunityId, now: datetime) -> FeedEdition | None:
    """A community's edition that is fresh enough for everybody."""
    newest = await FeedEdition.filter(
        community_id=of, user_id=None, ranking_version=ranking().version, made_at__gt=now - rules.EDITION_SHARED
    ).order_by("-made_at").first()  # fmt: skip
    if newest is None:
        return None
    posts = await community.newest_posts([of], limit=1)
    is_old = bool(posts) and (posts[0].published_at or now) > newest.made_at - timedelta(milliseconds=1)
    return None if is_old else newest


async def edition(edition_id: UUID) -> FeedEdition | None:
    """An edition; None for one that was forgotten, or never made."""
    return await FeedEdition.get_or_none(id=edition_id)


@dataclass(frozen=True, slots=True)
class Place:
    """A place in an edition; behind its end, that of an older post."""

    position: int
    at: datetime
    id: UUID


@dataclass(frozen=True, slots=True)
class Shown:
    """Something that can be seen, at its place, with its room's row."""

    place: Place
    entry: Entry
    row: Row


async def page(of: FeedEdition, *, after: Place | None, limit: int) -> list[Shown]:
    """What can still be seen of an edition from behind this place on."""
    shown: list[Shown] = []
    position = after.position + 1 if after else 0
    while len(shown) < limit and position < len(of.entries):
        upto = min(position + limit, len(of.entries))
        entries = [of.entry(each) for each in range(position, upto)]
        rows = await visible(entries)
        shown += [
            Shown(Place(position + number, of.made_at, of.id), each, rows[each.kind, each.id])
            for number, each in enumerate(entries)
            if (each.kind, each.id) in rows
        ]
        position = upto
    if len(shown) < limit and of.rest_at and of.rest_id:
        end = len(of.entries)
        before = (after.at, after.id) if after and after.position >= end else (of.rest_at, of.rest_id)
        ids = [CommunityId(UUID(each)) for each in of.community_ids]
        for post in await community.newest_posts(ids, limit=limit - len(shown), before=before):
            at, post_id = _place(post)
            shown.append(Shown(Place(end, at, post_id), Entry(ItemKind.POST, post.id, Why.NEWEST), post))
    return shown[:limit]


async def visible(entries: Collection[Entry]) -> dict[tuple[ItemKind, UUID], Row]:
    """Those of these things that everybody may see now, with their rooms' rows."""
    ids: dict[ItemKind, list[UUID]] = {kind: [each.id for each in entries if each.kind is kind] for kind in ItemKind}
    found: dict[tuple[ItemKind, UUID], Row] = {}
    if ids[ItemKind.POST]:
        posts = await community.published([PostId(each) for each in ids[ItemKind.POST]])
        found |= {(ItemKind.POST, each): row for each, row in posts.items()}
    if ids[ItemKind.STORY]:
        told = await stories.published([StoryId(each) for each in ids[ItemKind.STORY]])
        found |= {(ItemKind.STORY, each): story for each, story in told.items()}
    if ids[ItemKind.GROUP]:
        still_open = await groups.open_among([GroupId(each) for each in ids[ItemKind.GROUP]])
        found |= {(ItemKind.GROUP, each): group for each, group in still_open.items()}
    if ids[ItemKind.LIVE_ROOM]:
        rooms = await live.rooms([LiveRoomId(each) for each in ids[ItemKind.LIVE_ROOM]])
        found |= {(ItemKind.LIVE_ROOM, each): room for each, room in rooms.items() if room.status in ON_AIR}
    return found


def _place(post: Post) -> tuple[datetime, UUID]:
    return post.published_at or post.created_at, post.id
