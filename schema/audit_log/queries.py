"""Reading the log."""

from datetime import datetime
from uuid import UUID

import strawberry

from app.accounts.models import Role
from app.audit_log import queries
from app.core import ids
from app.core.ids import UserId
from schema.audit_log.types import AuditEntry
from schema.connections import Connection, page
from schema.context import Info
from schema.inputs import bad_input, read_cursor, read_id, read_page_size, read_text

_LONGEST_VERB = 64


@strawberry.type
class AuditLogStaff:
    """What the shop's owner may read."""

    @strawberry.field(description="For ADMIN. The newest first.")
    async def audit_log(
        self,
        info: Info,
        first: int,
        after: str | None = None,
        by: strawberry.ID | None = None,
        verb: str | None = None,
        target_id: strawberry.ID | None = None,
    ) -> Connection[AuditEntry]:
        """Read what staff did: by whom, which verb (`deal.` for all of deals), to what."""
        info.context.must_have(Role.ADMIN)
        size = read_page_size(first)
        found = await queries.page(
            limit=size + 1,
            before=_place(after),
            by=UserId(read_id("staff", by, "by") or _NOBODY) if by is not None else None,
            verb=read_text(verb, "verb", _LONGEST_VERB) if verb is not None else None,
            target=_read_target(target_id) if target_id is not None else None,
        )
        return page(
            found,
            first=size,
            after=after,
            key=lambda entry: (entry.noted_at.isoformat(), str(entry.id)),
            node=AuditEntry.of,
        )


#: An id of another kind is nobody's.
_NOBODY = UUID(int=0)


def _place(after: str | None) -> tuple[datetime, UUID] | None:
    key = read_cursor(after, [datetime, UUID])
    return key and (key[0], key[1])


def _read_target(text: str) -> UUID:
    try:
        return ids.from_public(text)[1]
    except ids.MalformedIdError:
        bad_input("targetId", "This is no id that this API has given.")
