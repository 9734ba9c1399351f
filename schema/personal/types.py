"""What the API says of exports and deletions."""

from datetime import datetime

import strawberry

from app.core.settings import settings
from app.personal import models, queries
from app.personal.states import ExportStatus
from schema.scalars import Node, public_id

strawberry.enum(ExportStatus)


@strawberry.type
class DataExport(Node):
    """Everything that is kept about a person, as a file."""

    status: ExportStatus
    url: str | None = strawberry.field(description="Null until READY; works once.")
    expires_at: datetime | None

    @classmethod
    def of(cls, row: models.DataExport) -> "DataExport":
        """The API's form of an export."""
        path = queries.path_of(row)
        url = f"{settings().public_origin.rstrip('/')}{path}" if path else None
        return cls(id=public_id("export", row.id), status=row.status, url=url, expires_at=row.expires_at)


@strawberry.type
class AccountDeletion:
    """An account that will be deleted."""

    final_at: datetime = strawberry.field(
        description="The end of the waiting period; from then on nothing brings the account back."
    )
