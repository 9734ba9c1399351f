"""What the API says of feeds."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry

from app.core.ids import CommunityId, UserId
from app.feed import actions, queries, wording
from app.feed.models import FeedEdition
from app.feed.queries import Place, Shown
from app.feed.states import ItemKind
from schema.community.types import Post
from schema.connections import PageInfo, page_info
from schema.context import Info
from schema.group_buying.types import Group
from schema.inputs import bad_input, read_cursor, read_page_size, to_cursor
from schema.live.types import LiveRoom
from schema.stories.types import Story

FeedItem = Annotated[Post | Story | Group | LiveRoom, strawberry.union("FeedItem")]

_NODES: Mapping[ItemKind, Callable[[Any], Any]] = {
    ItemKind.POST: Post.of,
    ItemKind.STORY: Story.of,
    ItemKind.GROUP: Group.of,
    ItemKind.LIVE_ROOM: LiveRoom.of,
}


@strawberry.type
class FeedEdge:
    """Something in a feed."""

    cursor: str
    why: str = strawberry.field(description="Why the ranking put it here; for people, in the caller's language.")
    node: FeedItem


@strawberry.type
class FeedConnection:
    """A page of a feed."""

    edges: list[FeedEdge]
    page_info: PageInfo


async def feed_of_community(info: Info, of: CommunityId, first: int, after: str | None) -> FeedConnection:
    """A page of a community's feed, the same for everybody."""
    size = read_page_size(first)
    place = _read_place(after)
    edition = await _edition(place, None, of) if place else await actions.of_community(of)
    return await _page(info, edition, size, place)


async def feed_of_person(
    info: Info, user: UserId, of: CommunityId | None, first: int, after: str | None
) -> FeedConnection:
    """A page of somebody's own feed."""
    size = read_page_size(first)
    place = _read_place(after)
    edition = await _edition(place, user, of) if place else await actions.of_person(user, of)
    return await _page(info, edition, size, place)


_Cursor = tuple[UUID, Place]


def _read_place(after: str | None) -> _Cursor | None:
    key = read_cursor(after, [UUID, int, datetime, UUID])
    if key is None:
        return None
    if key[1] < 0:
        bad_input("after", "This is no cursor that this API has given.")
    return key[0], Place(key[1], key[2], key[3])


async def _edition(cursor: _Cursor, user: UserId | None, of: CommunityId | None) -> FeedEdition:
    found = await queries.edition(cursor[0])
    if found is None or (found.user_id, found.community_id) != (user, of):
        bad_input("after", "This feed has been put away; begin at its first page.")
    return found


async def _page(info: Info, edition: FeedEdition, size: int, cursor: _Cursor | None) -> FeedConnection:
    found = await queries.page(edition, after=cursor[1] if cursor else None, limit=size + 1)
    edges = [_edge(info, edition, each) for each in found[:size]]
    return FeedConnection(edges=edges, page_info=page_info(edges, more=len(found) > size, after=cursor))


def _edge(info: Info, edition: FeedEdition, shown: Shown) -> FeedEdge:
    place = shown.place
    return FeedEdge(
        cursor=to_cursor(edition.id, place.position, place.at.isoformat(), place.id),
        why=wording.words(shown.entry.why, info.context.locale),
        node=_NODES[shown.entry.kind](shown.row),
    )
