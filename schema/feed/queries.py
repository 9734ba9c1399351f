"""Asking for one's own feed."""

import strawberry

from app.community import queries as communities
from app.community.actions import places
from app.core.ids import CommunityId
from schema.connections import page_info
from schema.context import Info
from schema.feed.types import FeedConnection, feed_of_person
from schema.inputs import read_id, read_page_size


@strawberry.type
class FeedViewer:
    """What is new around the caller."""

    @strawberry.field(
        description="Whom and what I follow, groups of people I know, live rooms now, stories. "
        "communityId null: all my communities. Paging does not shift while posts arrive."
    )
    async def feed(
        self, info: Info, first: int, community_id: strawberry.ID | None = None, after: str | None = None
    ) -> FeedConnection:
        """Read what is new."""
        user = info.context.must_be_signed_in().user
        community = read_id(places.KIND, community_id, "communityId") if community_id else None
        if community_id and (community is None or await communities.community(CommunityId(community)) is None):
            read_page_size(first)
            return FeedConnection(edges=[], page_info=page_info([], more=False, after=after))
        return await feed_of_person(info, user, CommunityId(community) if community else None, first, after)
