"""Live rooms, many at once."""

from app.core.ids import LiveRoomId
from app.live import queries
from app.live.models import LiveRoom


async def load_rooms(ids: list[LiveRoomId]) -> list[LiveRoom | None]:
    """These rooms; None for what there is not."""
    found = await queries.rooms(ids)
    return [found.get(each) for each in ids]
