"""What lies on the desk."""

from datetime import datetime
from uuid import UUID

import strawberry

from app.accounts.models import Role
from app.desk import queries
from app.desk.models import Matter
from schema.connections import Connection, page
from schema.context import Info
from schema.desk.types import DeskItem
from schema.inputs import read_cursor, read_page_size


@strawberry.type
class DeskStaff:
    """What needs a person."""

    @strawberry.field(description="For SUPPORT and MERCHANT. The oldest first; isOpen null for all.")
    async def desk(
        self,
        info: Info,
        first: int,
        after: str | None = None,
        matter: Matter | None = None,
        is_open: bool | None = True,
    ) -> Connection[DeskItem]:
        """List what lies on the desk."""
        info.context.must_have(Role.SUPPORT, Role.MERCHANT)
        size = read_page_size(first)
        place = read_cursor(after, [datetime, UUID])
        found = await queries.page(matter=matter, is_open=is_open, limit=size + 1, after=place and (place[0], place[1]))
        return page(
            found,
            first=size,
            after=after,
            key=lambda item: (item.opened_at.isoformat(), str(item.id)),
            node=DeskItem.of,
        )
