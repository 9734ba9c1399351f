"""What lies on the desk."""

from app.desk.models import DeskItem


async def open_items() -> list[DeskItem]:
    """What waits for a person, the oldest first."""
    return await DeskItem.filter(resolved_at=None).order_by("opened_at", "id")
