"""What can be asked about live rooms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from app.core import db
from app.core.ids import DanmakuId, LiveRoomId, UserId
from app.live import ports
from app.live.models import Danmaku, LiveEvent, LiveRoom, Reminder
from app.live.states import ON_AIR, DanmakuStatus, LiveStatus


async def rooms(ids: Sequence[LiveRoomId]) -> dict[LiveRoomId, LiveRoom]:
    """These rooms; one that does not exist is left out."""
    return {each.id: each for each in await LiveRoom.filter(id__in=list(set(ids)))}


async def room(room_id: LiveRoomId) -> LiveRoom | None:
    """A room; None where there is none."""
    return (await rooms([room_id])).get(room_id)


async def heads(ids: Sequence[UUID]) -> dict[UUID, int]:
    """The heads of these rooms' streams."""
    return {each.id: each.head for each in await LiveRoom.filter(id__in=list(ids)).only("id", "head")}


@dataclass(frozen=True, slots=True)
class Place:
    """A room's place in the list: on the air first, the newest start at the top; then what comes next; then replays.

    All of it as it stood at `as_of`, when the first page was read: a room that starts or ends while somebody pages
    keeps its place, so that she neither misses it nor meets it twice.
    """

    as_of: datetime
    shelf: int
    at: datetime
    id: LiveRoomId


#: By which time the rooms of each shelf stand, and whether the latest comes first.
_SHELVES = (("started_at", True), ("starts_at", False), ("started_at", True))


def place_of(found: LiveRoom, as_of: datetime) -> Place:
    """Where a listed room stood in the list at that moment."""
    if found.started_at is None or found.started_at > as_of:
        return Place(as_of, 1, found.starts_at, found.id)
    had_ended = found.ended_at is not None and found.ended_at <= as_of
    return Place(as_of, 2 if had_ended else 0, found.started_at, found.id)


async def rooms_page(*, as_of: datetime, limit: int, after: Place | None) -> list[LiveRoom]:
    """The rooms that people can go to, in the order of that moment, from behind this place of the same moment on.

    One that its host moves to another time meanwhile stands where it stands then.
    """
    found: list[LiveRoom] = []
    for shelf in range(after.shelf if after else 0, len(_SHELVES)):
        if len(found) < limit:
            on_it = _on_shelf(shelf, as_of, after if after and after.shelf == shelf else None)
            found += await on_it.limit(limit - len(found))
    return found


def _on_shelf(shelf: int, as_of: datetime, after: Place | None) -> QuerySet[LiveRoom]:
    time, latest_first = _SHELVES[shelf]
    listed = LiveRoom.filter(_stood_on(shelf, as_of))
    beyond, sign = ("lt", "-") if latest_first else ("gt", "")
    if after is not None:
        later: dict[str, Any] = {f"{time}__{beyond}": after.at}
        same: dict[str, Any] = {time: after.at, f"id__{beyond}": after.id}
        listed = listed.filter(Q(**later) | Q(**same))
    return listed.order_by(f"{sign}{time}", f"{sign}id")


def _stood_on(shelf: int, as_of: datetime) -> Q:
    """Which rooms `place_of` puts there, of those that can be gone to still."""
    on_air, replay = Q(status__in=sorted(ON_AIR)), Q(status=LiveStatus.REPLAY)
    return (
        Q(started_at__lte=as_of) & (on_air | (replay & Q(ended_at__gt=as_of))),
        Q(status=LiveStatus.SCHEDULED) | (Q(started_at__gt=as_of) & (on_air | replay)),
        replay & Q(ended_at__lte=as_of),
    )[shelf]


async def on_air(*, limit: int) -> list[LiveRoom]:
    """The rooms that are on the air, the newest start first."""
    return await LiveRoom.filter(status__in=sorted(ON_AIR)).order_by("-started_at", "-id").limit(limit)


async def all_rooms_page(
    *, limit: int, before: tuple[datetime, UUID] | None, host: UserId | None, status: LiveStatus | None
) -> list[LiveRoom]:
    """Every room, or one host's, or those of one status; the newest announcement first."""
    listed = LiveRoom.all()
    if host is not None:
        listed = listed.filter(host_id=host)
    if status is not None:
        listed = listed.filter(status=status)
    return await db.newest_first(listed, "created_at", limit=limit, before=before)


async def audience(found: LiveRoom, *, after: UserId | None, limit: int) -> list[UserId]:
    """Who is told that a room starts, in the order of their ids, from behind this one on: who asked, or follows."""
    # One more than is wanted: the host, who may be among them, leaves no gap that looks like the end.
    users = set(await waiting(found.id, after=after, limit=limit + 1))
    users |= set(await ports.followers(found.host_id, after=after, limit=limit + 1))
    return sorted(users - {found.host_id})[:limit]


async def waiting(room_id: LiveRoomId, *, after: UserId | None, limit: int) -> list[UserId]:
    """Who asked to be told when a room starts, in the order of their ids, from behind this one on."""
    asked = Reminder.filter(room_id=room_id)
    if after is not None:
        asked = asked.filter(user_id__gt=after)
    return [each.user_id for each in await asked.order_by("user_id").limit(limit)]


async def likes(room_id: LiveRoomId) -> int:
    """All likes of a room."""
    return await db.value(int, _LIKES, room_id) or 0


_LIKES = "SELECT CAST(COALESCE(SUM(total), 0) AS BIGINT) FROM live_like_counters WHERE room_id = $1"


async def sockets(room_id: LiveRoomId) -> int:
    """How many sockets of all living processes follow a room."""
    return await db.value(int, _SOCKETS, room_id) or 0


_SOCKETS = """
SELECT CAST(COALESCE(SUM(sockets), 0) AS BIGINT) FROM live_watching WHERE room_id = $1 AND expires_at > $now
"""


async def events_after(room_id: LiveRoomId, after: int, *, limit: int) -> list[LiveEvent]:
    """The events behind this number, in their order. None that commits later can come between them."""
    return await LiveEvent.filter(room_id=room_id, seq__gt=after).order_by("seq").limit(limit)


async def shown_in(room_id: LiveRoomId, events: Sequence[int]) -> dict[int, list[Danmaku]]:
    """The lines that these events showed and that are still shown."""
    found: dict[int, list[Danmaku]] = {each: [] for each in events}
    shown = Danmaku.filter(room_id=room_id, shown_in__in=list(events), status=DanmakuStatus.SHOWN)
    for line in await shown.order_by("created_at", "id") if events else []:
        found[line.shown_in or 0].append(line)
    return found


async def line(danmaku: DanmakuId, *, even_hidden: bool = False) -> Danmaku | None:
    """A line that is shown; even hidden, one that was removed or waits too. None for others."""
    found = await Danmaku.get_or_none(id=danmaku)
    is_shown = found is not None and found.status is DanmakuStatus.SHOWN and found.shown_in is not None
    return found if is_shown or even_hidden else None


async def lines_from(room_id: LiveRoomId, *, from_ms: int, after: tuple[int, UUID] | None, limit: int) -> list[Danmaku]:
    """What was said from this moment of the broadcast on, for the replay."""
    return await db.oldest_first(
        Danmaku.filter(room_id=room_id, status=DanmakuStatus.SHOWN, offset_ms__gte=from_ms),
        "offset_ms",
        limit=limit,
        after=after,
    )


async def reminders(room_id: LiveRoomId) -> int:
    """How many want to be told when a room starts."""
    return await Reminder.filter(room_id=room_id).count()


async def waited_for_page(user: UserId, *, limit: int, after: tuple[datetime, LiveRoomId] | None) -> list[LiveRoom]:
    """The rooms that somebody waits for, the next start first."""
    ids: list[LiveRoomId] = await db.rows(LiveRoomId, _WAITED_FOR, user)
    listed = LiveRoom.filter(id__in=ids)
    if after is not None:
        listed = listed.filter(Q(starts_at__gt=after[0]) | Q(starts_at=after[0], id__gt=after[1]))
    return await listed.order_by("starts_at", "id").limit(limit) if ids else []


_WAITED_FOR = """
SELECT r.id FROM live_reminders m JOIN live_rooms r ON r.id = m.room_id
 WHERE m.user_id = $1 AND r.status = 'SCHEDULED'
"""


async def open_reminders(user: UserId) -> int:
    """How many rooms somebody waits for."""
    return await db.value(int, _OPEN_REMINDERS, user) or 0


_OPEN_REMINDERS = """
SELECT COUNT(*) FROM live_reminders m JOIN live_rooms r ON r.id = m.room_id
 WHERE m.user_id = $1 AND r.status = 'SCHEDULED'
"""
