"""What lies on the desk."""

from datetime import datetime
from uuid import UUID

from app.core import db
from app.desk.models import DeskItem, Matter


async def open_items() -> list[DeskItem]:
    """What waits for a person, the oldest first."""
    return await DeskItem.filter(resolved_at=None).order_by("opened_at", "id")


async def page(
    *, matter: Matter | None, is_open: bool | None, limit: int, after: tuple[datetime, UUID] | None
) -> list[DeskItem]:
    """Items, the oldest first: of a matter, those that wait or those that are done, or all."""
    found = DeskItem.all() if is_open is None else DeskItem.filter(resolved_at__isnull=is_open)
    if matter is not None:
        found = found.filter(matter=matter)
    return await db.oldest_first(found, "opened_at", limit=limit, after=after)


async def item(item: UUID) -> DeskItem | None:
    """One item; None where there is none."""
    return await DeskItem.get_or_none(id=item)
