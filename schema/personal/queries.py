"""Opening an export again."""

from uuid import UUID

from app.core.ids import ExportId
from app.personal import queries
from schema.context import Info
from schema.personal.types import DataExport


async def open_export(info: Info, export: UUID) -> DataExport | None:
    """An export by its id, for whom it is about."""
    asker = info.context.who()
    found = await queries.export_of(asker.user, ExportId(export)) if asker else None
    return DataExport.of(found) if found else None


#: Kind of public id to what opens it.
NODE_OPENERS = {"export": open_export}
