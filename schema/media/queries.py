"""Opening a ticket again."""

from uuid import UUID

from app.core.ids import UploadId
from app.media import queries
from schema.context import Info
from schema.media.types import UploadTicket


async def open_upload(info: Info, upload: UUID) -> UploadTicket | None:
    """An upload by its id, for who was given the ticket."""
    asker = info.context.who()
    found = await queries.upload(UploadId(upload)) if asker else None
    return UploadTicket.of(found) if asker and found and found.user_id == asker.user else None


#: Kind of public id to what opens it.
NODE_OPENERS = {"upload": open_upload}
