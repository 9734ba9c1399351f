"""Deals, groups and seats as staff look at them: drafts too, and all that there ever were."""

from collections.abc import Sequence
from datetime import datetime

from tortoise.expressions import Q

from app.catalog import rules as catalog_rules
from app.core import clock, db
from app.core.ids import DealId, GroupId
from app.group_buying.models import Deal, Group, Seat
from app.group_buying.states import DealStatus, GroupStatus


async def all_seats_of(ids: Sequence[GroupId]) -> dict[GroupId, list[Seat]]:
    """All seats of these groups that there ever were, the oldest first."""
    found: dict[GroupId, list[Seat]] = {each: [] for each in ids}
    for seat in await Seat.filter(group_id__in=ids).order_by("created_at", "id"):
        found[seat.group_id].append(seat)
    return found


async def deals(
    *, status: DealStatus | None, search: str, limit: int, before: tuple[datetime, DealId] | None
) -> list[Deal]:
    """Deals of a status, as it is now, or all; drafts too, the newest first."""
    found = Deal.all() if status is None else Deal.filter(_has_status(status, await clock.now()))
    for word in catalog_rules.words_of(search):
        found = found.filter(search_text__contains=f" {word} ")
    return await db.newest_first(found, "created_at", limit=limit, before=before)


def _has_status(status: DealStatus, now: datetime) -> Q:
    """`rules.deal_status` as a question to the database."""
    by_time = Q(status__in=[DealStatus.SCHEDULED, DealStatus.RUNNING])
    match status:
        case DealStatus.SCHEDULED:
            return by_time & Q(starts_at__gt=now)
        case DealStatus.RUNNING:
            return by_time & Q(starts_at__lte=now, ends_at__gt=now)
        case DealStatus.ENDED:
            return Q(status=DealStatus.ENDED) | (by_time & Q(starts_at__lte=now, ends_at__lte=now))
        case _:
            return Q(status=status)


async def groups(
    *, deal: DealId | None, status: GroupStatus | None, limit: int, before: tuple[datetime, GroupId] | None
) -> list[Group]:
    """Groups of a deal and of a status, or all; the newest first."""
    found = Group.all()
    if deal is not None:
        found = found.filter(deal_id=deal)
    if status is not None:
        found = found.filter(status=status)
    return await db.newest_first(found, "created_at", limit=limit, before=before)
