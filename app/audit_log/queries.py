"""Reading the log."""

from datetime import datetime
from uuid import UUID

from app.audit_log.models import AuditEntry
from app.core import db
from app.core.ids import UserId


async def page(
    *,
    limit: int,
    before: tuple[datetime, UUID] | None = None,
    by: UserId | None = None,
    verb: str | None = None,
    target: UUID | None = None,
) -> list[AuditEntry]:
    """Entries, the newest first: all, or those of one person, one verb (or all of `deal.`), one thing."""
    found = AuditEntry.all()
    if by is not None:
        found = found.filter(by_id=by)
    if verb is not None:
        found = found.filter(verb__startswith=verb) if verb.endswith(".") else found.filter(verb=verb)
    if target is not None:
        found = found.filter(target_id=target)
    return await db.newest_first(found, "noted_at", limit=limit, before=before)


async def entry(entry: UUID) -> AuditEntry | None:
    """One entry; None where there is none."""
    return await AuditEntry.get_or_none(id=entry)
