"""Reading share links."""

import strawberry

from schema.context import Info
from schema.share.types import ShareLink
from share import queries


@strawberry.type
class ShareQuery:
    """What anybody may ask."""

    @strawberry.field
    async def share_link(self, info: Info, code: str) -> ShareLink | None:  # noqa: ARG002 - Strawberry's shape
        """Tell what a code stands for, whatever its status; null where it stands for nothing."""
        link = await queries.link(code)
        return ShareLink.of(link) if link else None
