"""The filter's words."""

from datetime import datetime
from uuid import UUID

import strawberry

from app.accounts.models import Role
from app.moderation import models, queries
from app.moderation.states import Severity
from schema.context import Info
from schema.moderation.types.kinds import WORD, may
from schema.scalars import Node, public_id

strawberry.enum(Severity, name="FilterSeverity")


@strawberry.type(description="A word that staff added to the filter. For COMMUNITY_MANAGER.")
class FilterWord(Node):
    """A word of the filter."""

    word: str
    severity: Severity
    note: str | None
    created_at: datetime
    removed_at: datetime | None
    version: int

    @classmethod
    def of(cls, row: models.FilterWord) -> "FilterWord":
        """The API's form of a word."""
        return cls(
            id=public_id(WORD, row.id),
            word=row.word,
            severity=row.severity,
            note=row.note,
            created_at=row.created_at,
            removed_at=row.removed_at,
            version=row.version,
        )


async def open_word(info: Info, word: UUID) -> FilterWord | None:
    """A word of the filter, for moderators."""
    row = await queries.filter_word(word) if may(info, Role.COMMUNITY_MANAGER) else None
    return FilterWord.of(row) if row else None
