"""What the API says of the log."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from app.accounts.models import Role
from app.audit_log import models, queries
from app.core.ids import UserId
from schema.accounts.loaders import staff_member
from schema.accounts.types import StaffMember
from schema.context import Info
from schema.scalars import NameValue, Node, public_id


@strawberry.type(description="One thing that a member of staff did. Never changed.")
class AuditEntry(Node):
    """An entry of the log."""

    row: strawberry.Private[models.AuditEntry]
    at: datetime
    verb: str = strawberry.field(description="Such as deal.pause.")
    target_id: strawberry.ID | None = strawberry.field(description="What it was done to; node(id) opens it.")
    detail: list[NameValue]
    reason: str | None

    @strawberry.field(description="Null for whoever sat at the machine's command line.")
    async def by(self, info: Info) -> StaffMember | None:
        """Tell who did it."""
        return await staff_member(info, UserId(self.row.by_id)) if self.row.by_id else None

    @classmethod
    def of(cls, row: models.AuditEntry) -> "AuditEntry":
        """The API's form of an entry."""
        return cls(
            id=public_id("audit", row.id),
            row=row,
            at=row.noted_at,
            verb=row.verb,
            target_id=public_id(row.target_kind, row.target_id) if row.target_kind else None,
            detail=[NameValue(name=name, value=_text(value)) for name, value in sorted(row.detail.items())],
            reason=row.reason,
        )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


async def open_entry(info: Info, entry: UUID) -> AuditEntry | None:
    """An entry by its id, for an admin."""
    asker = info.context.who()
    if asker is None or Role.ADMIN not in asker.roles:
        return None
    found = await queries.entry(entry)
    return AuditEntry.of(found) if found else None


#: Kind of public id to what opens it.
NODE_OPENERS = {"audit": open_entry}
