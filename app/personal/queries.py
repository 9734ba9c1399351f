"""What can be asked of exports. Nothing here writes."""

from app.accounts import tokens
from app.core.ids import ExportId, UserId
from app.personal.models import DataExport
from app.personal.states import ExportStatus


async def export_of(user: UserId, export: ExportId) -> DataExport | None:
    """One of a person's exports; None where it is not hers."""
    return await DataExport.get_or_none(id=export, user_id=user)


def key_of(export: ExportId) -> str:
    """Where its file lies in the store."""
    return f"exports/{export.hex}.json"


def path_of(export: DataExport) -> str | None:
    """The path, below the origin, that gives the file once; None where there is nothing to fetch."""
    if export.status is not ExportStatus.READY:
        return None
    return f"/exports/{export.id.hex}.{tokens.seal(f'export:{export.id}')}"


def is_sealed(export: ExportId, seal: str) -> bool:
    """Whether a path that names this export is ours."""
    return tokens.is_sealed(f"export:{export}", seal)
