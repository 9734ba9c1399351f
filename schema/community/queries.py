"""Asking about communities and posts."""

from datetime import datetime
from uuid import UUID

import strawberry

from app.accounts import queries as accounts
from app.community import queries
from app.community.actions import commenting, places, posting
from app.community.states import Reaction
from schema.accounts.types import Profile
from schema.community.mutations.reading import read_target
from schema.community.types import Community, Post, open_comment, open_community, open_post
from schema.connections import Connection, page
from schema.context import Info
from schema.inputs import LARGEST_PAGE, read_count, read_cursor, read_id, read_page_size


@strawberry.type
class CommunityQuery:
    """What everybody may ask."""

    @strawberry.field(description="The oldest first.")
    async def communities(self, first: int, after: str | None = None) -> Connection[Community]:
        """List the communities."""
        size = read_page_size(first)
        found = await queries.communities_page(limit=size + 1, after=_place(after))
        return page(
            found,
            first=size,
            after=after,
            key=lambda row: (row.created_at.isoformat(), str(row.id)),
            node=Community.of,
        )

    @strawberry.field
    async def community(self, info: Info, id: strawberry.ID) -> Community | None:  # noqa: A002 - the API's word
        """Open a community."""
        community = read_id(places.KIND, id, "id")
        return await open_community(info, community) if community else None

    @strawberry.field(description="Until it is published its author's and community managers' alone.")
    async def post(self, info: Info, id: strawberry.ID) -> Post | None:  # noqa: A002 - the API's word
        """Open a post."""
        post = read_id(posting.KIND, id, "id")
        return await open_post(info, post) if post else None


@strawberry.type(description="What I feel about something.")
class MyReaction:
    """What somebody feels about a thing."""

    target_id: strawberry.ID
    reaction: Reaction


@strawberry.type
class CommunityViewer:
    """Where the caller belongs, whom she follows, what she feels."""

    @strawberry.field(description="Those I belong to, the one joined last first.")
    async def communities(self, info: Info, first: int, after: str | None = None) -> Connection[Community]:
        """List her communities."""
        user, size = info.context.must_be_signed_in().user, read_page_size(first)
        rows = await queries.memberships_page(user, limit=size + 1, before=_place(after))
        found = await queries.communities([each.community_id for each in rows])
        return page(
            rows,
            first=size,
            after=after,
            key=lambda row: (row.joined_at.isoformat(), str(row.id)),
            node=lambda row: Community.of(found[row.community_id]),
        )

    @strawberry.field(description="Whom I follow, the newest first.")
    async def following(self, info: Info, first: int, after: str | None = None) -> Connection[Profile]:
        """List whom she follows."""
        user, size = info.context.must_be_signed_in().user, read_page_size(first)
        rows = await queries.follows_page(user, limit=size + 1, before=_place(after))
        found = {each.user: each for each in await accounts.profiles_of([each.followed_id for each in rows])}
        return page(
            rows,
            first=size,
            after=after,
            key=lambda row: (row.created_at.isoformat(), str(row.id)),
            node=lambda row: Profile.of(found[row.followed_id]),
        )

    @strawberry.field(
        description="What I feel about these posts and stories, 100 at most; where it is nothing, it is left out."
    )
    async def reactions(self, info: Info, target_ids: list[strawberry.ID]) -> list[MyReaction]:
        """Tell what she feels about a page of things."""
        user = info.context.must_be_signed_in().user
        read_count(len(target_ids), "targetIds", 0, LARGEST_PAGE)
        targets = [read_target(each, f"targetIds.{number}") for number, each in enumerate(target_ids)]
        given = await queries.reactions_of(user, targets)
        return [MyReaction(target_id=strawberry.ID(each.public_id), reaction=given[each]) for each in given]


def _place(after: str | None) -> tuple[datetime, UUID] | None:
    key = read_cursor(after, [datetime, UUID])
    return key and (key[0], key[1])


#: Kind of public id to what opens it.
NODE_OPENERS = {places.KIND: open_community, posting.KIND: open_post, commenting.KIND: open_comment}
