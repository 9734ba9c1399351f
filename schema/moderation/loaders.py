"""Appeals, reports and mutes, many at once."""

from uuid import UUID

from app.core.ids import UserId
from app.moderation import queries
from app.moderation.models import Appeal, ModerationItem, Mute, Report


async def load_items(ids: list[UUID]) -> list[ModerationItem | None]:
    """These items; None for what there is not."""
    found = await queries.items(ids)
    return [found.get(each) for each in ids]


async def load_appeals_of(items: list[UUID]) -> list[Appeal | None]:
    """The appeals against these items; None where nobody appealed."""
    found = await queries.appeals_of(items)
    return [found.get(each) for each in items]


async def load_reports_of(items: list[UUID]) -> list[list[Report]]:
    """The objections to the things of these items, the first one first."""
    found = await queries.reports_of(items)
    return [found.get(each, []) for each in items]


async def load_mutes_of(users: list[UserId]) -> list[list[Mute]]:
    """The mutes in force for these people, the newest first."""
    found = await queries.mutes_of(users)
    return [found.get(each, []) for each in users]


async def load_removals(users: list[UserId]) -> list[int]:
    """How many things of these people were removed and not brought back."""
    found = await queries.removals(users)
    return [found.get(each, 0) for each in users]
