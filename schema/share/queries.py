"""Reading share links."""

import strawberry

from schema.share.types import ShareLink
from share import queries


@strawberry.type
class ShareQuery:
    """What anybody may ask."""

    @strawberry.field
    async def share_link(self, code: str) -> ShareLink | None:
        """Tell what a code stands for, whatever its status; null where it stands for nothing."""
        link = await queries.link(code)
        return ShareLink.of(link) if link else None
