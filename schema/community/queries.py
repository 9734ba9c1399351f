"""Asking about communities and posts."""

from datetime import datetime
from uuid import UUID

import strawberry

from app.community import queries
from app.community.actions import commenting, places, posting
from schema.community.types import Community, Post, open_comment, open_community, open_post
from schema.connections import Connection, page
from schema.context import Info
from schema.inputs import read_cursor, read_id, read_page_size


@strawberry.type
class CommunityQuery:
    """What everybody may ask."""

    @strawberry.field(description="The oldest first.")
    async def communities(self, first: int, after: str | None = None) -> Connection[Community]:
        """List the communities."""
        size = read_page_size(first)
        key = read_cursor(after, [datetime, UUID])
        found = await queries.communities_page(limit=size + 1, after=key and (key[0], key[1]))
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


#: Kind of public id to what opens it.
NODE_OPENERS = {places.KIND: open_community, posting.KIND: open_post, commenting.KIND: open_comment}
