"""Reading the queue, reports, mutes and the filter's words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.expressions import Q

from app.core import clock, db
from app.core.ids import UserId
from app.core.targets import Target
from app.moderation.models import Appeal, FilterWord, ModerationItem, Mute, Report
from app.moderation.rules import Word
from app.moderation.states import AppealStatus, ItemStatus


@dataclass(frozen=True, slots=True)
class WordsHead:
    """What changes whenever staff change the filter's words."""

    changes: int
    newest: str


async def words_head() -> WordsHead:
    """The head of the words that staff added."""
    found = await db.row(
        WordsHead,
        "SELECT COALESCE(SUM(version), 0) AS changes, COALESCE(MAX(CAST(id AS TEXT)), '') AS newest FROM filter_words",
    )
    return found or WordsHead(0, "")


async def added_words() -> list[Word]:
    """The words that staff added and did not remove, as the filter takes them."""
    return [Word(each.word, each.severity) for each in await FilterWord.filter(removed_at=None)]


async def filter_words(*, limit: int, after: tuple[datetime, UUID] | None) -> list[FilterWord]:
    """The words that staff added and did not remove, the newest first."""
    return await db.newest_first(FilterWord.filter(removed_at=None), "created_at", limit=limit, before=after)


async def filter_word(word: UUID) -> FilterWord | None:
    """A word that staff added, removed or not; None where there is none."""
    return await FilterWord.get_or_none(id=word)


async def queue(
    *, status: ItemStatus, kind: str | None, limit: int, after: tuple[datetime, UUID] | None
) -> list[ModerationItem]:
    """Items of a status, who waits longest first."""
    found = ModerationItem.filter(status=status)
    if kind is not None:
        found = found.filter(target_kind=kind)
    return await db.oldest_first(found, "opened_at", limit=limit, after=after)


async def item(item_id: UUID) -> ModerationItem | None:
    """An item; None where there is none."""
    return await ModerationItem.get_or_none(id=item_id)


async def items(ids: Sequence[UUID]) -> dict[UUID, ModerationItem]:
    """These items; one that does not exist is left out."""
    return {each.id: each for each in await ModerationItem.filter(id__in=list(set(ids)))}


async def is_waiting(target: Target) -> bool:
    """Whether a thing is in the queue."""
    return await ModerationItem.filter(target_kind=target.kind, target_id=target.id, status=ItemStatus.OPEN).exists()


async def reports_of(item_ids: Sequence[UUID]) -> dict[UUID, list[Report]]:
    """The objections to the things of these items, the first one first."""
    found: dict[UUID, list[Report]] = {}
    for each in await Report.filter(item_id__in=list(set(item_ids))).order_by("created_at", "id"):
        found.setdefault(each.item_id, []).append(each)
    return found


async def report(report_id: UUID) -> Report | None:
    """A report; None where there is none."""
    return await Report.get_or_none(id=report_id)


async def removals_of(author: UserId, *, limit: int, after: tuple[datetime, UUID] | None) -> list[ModerationItem]:
    """What was removed of somebody's, the newest first, brought back or not."""
    found = ModerationItem.filter(author_id=author, status__in=[ItemStatus.REMOVED, ItemStatus.RESTORED])
    return await db.newest_first(found, "decided_at", limit=limit, before=after)


async def removals(authors: Sequence[UserId]) -> dict[UserId, int]:
    """How many things of these people were removed and not brought back; none is left out."""
    found = await db.rows(_Removals, _REMOVALS, list(set(authors)))
    return {each.author_id: each.count for each in found}


@dataclass(frozen=True, slots=True)
class _Removals:
    author_id: UserId
    count: int


_REMOVALS = """
SELECT author_id, COUNT(*) AS count FROM moderation_items
 WHERE author_id = ANY($1::uuid[]) AND status = 'REMOVED' GROUP BY author_id
"""


async def appeals_of(item_ids: Sequence[UUID]) -> dict[UUID, Appeal]:
    """The appeals against these items, by the item."""
    return {each.item_id: each for each in await Appeal.filter(item_id__in=list(set(item_ids)))}


async def appeal(appeal_id: UUID) -> Appeal | None:
    """An appeal; None where there is none."""
    return await Appeal.get_or_none(id=appeal_id)


async def open_appeals(*, limit: int, after: tuple[datetime, UUID] | None) -> list[Appeal]:
    """The appeals that wait, the oldest first."""
    return await db.oldest_first(Appeal.filter(status=AppealStatus.OPEN), "created_at", limit=limit, after=after)


async def mutes_of(users: Sequence[UserId]) -> dict[UserId, list[Mute]]:
    """What mutes are in force for these people, the newest first."""
    in_force = Q(until=None) | Q(until__gt=await clock.now())
    found: dict[UserId, list[Mute]] = {}
    rows = Mute.filter(in_force, user_id__in=list(set(users)), lifted_at=None)
    for each in await rows.order_by("-created_at", "-id"):
        found.setdefault(each.user_id, []).append(each)
    return found


async def mute(mute_id: UUID) -> Mute | None:
    """A mute, in force or not; None where there is none."""
    return await Mute.get_or_none(id=mute_id)


@dataclass(frozen=True, slots=True)
class MuteInForce:
    """Until when somebody is muted; None for good."""

    until: datetime | None


async def mute_in_force(user: UserId, community: UUID | None) -> MuteInForce | None:
    """What keeps somebody from writing there now, the longest of them; None for nothing."""
    return await db.row(MuteInForce, _IN_FORCE, user, community)


_IN_FORCE = """
SELECT until FROM mutes
 WHERE user_id = $1 AND (community_id IS NULL OR community_id = $2) AND lifted_at IS NULL
   AND (until IS NULL OR until > $now)
 ORDER BY until IS NOT NULL, until DESC LIMIT 1
"""
