"""Danmaku: written one by one, shown in batches, removed where they should not be."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil

from app.accounts import queries as accounts
from app.audit_log import actions as audit_log
from app.core import clock, db
from app.core.errors import IdempotencyKeyReused, TargetNotFound
from app.core.ids import DanmakuId, LiveRoomId, UserId, new_id
from app.core.targets import Target
from app.live import queries, rules
from app.live.actions.change import lock, target, tell
from app.live.errors import RoomNotLive, SlowMode
from app.live.models import Danmaku, LiveRoom, Speaker
from app.live.states import DanmakuStatus, LiveEventKind
from app.moderation import actions as moderation
from app.moderation.flows import Finding

#: The kind of danmaku's public ids.
KIND = "danmaku"
#: Lines of one event.
BATCH = 100

_MILLISECOND = timedelta(milliseconds=1)


async def said_before(*, user: UserId, room: LiveRoomId, text: str, client_id: str) -> DanmakuId | None:
    """What this client id has said already; None where it is new. IdempotencyKeyReused for another text."""
    known = await Danmaku.get_or_none(room_id=room, user_id=user, client_id=client_id)
    if known is None:
        return None
    if known.text != text:
        raise IdempotencyKeyReused
    return known.id


async def refuse_to_speak(*, user: UserId, room: LiveRoomId) -> LiveRoom:
    """The room, where people may talk in it and she is not muted. TargetNotFound, RoomNotLive, Muted."""
    found = await queries.room(room)
    if found is None:
        raise TargetNotFound
    if found.started_at is None or not rules.may_talk(found.position):
        raise RoomNotLive
    await moderation.refuse_if_muted(user=user)
    return found


async def refuse_early(*, user: UserId, room: LiveRoomId) -> None:
    """Raise what `say` would raise now, but for what only its locks can decide."""
    found = await refuse_to_speak(user=user, room=room)
    speaker = await Speaker.get_or_none(room_id=room, user_id=user)
    if speaker is not None:
        _turn(speaker.until, speaker.spoke_at, timedelta(seconds=found.slow_mode_seconds), await clock.now())


def _turn(until: datetime | None, spoke_at: datetime | None, slow_mode: timedelta, now: datetime) -> datetime:
    turn = rules.turn_to_speak(until, spoke_at, slow_mode, now)
    if turn.wait is not None:
        raise SlowMode(retry_after_ms=ceil(turn.wait / _MILLISECOND))
    return turn.until


@db.retried
async def say(*, user: UserId, room: LiveRoomId, text: str, client_id: str, finding: Finding) -> DanmakuId:
    """Write a line. It is shown with the next batch, or held for a person; the same client id is one line.

    TargetNotFound, RoomNotLive, Muted, SlowMode, IdempotencyKeyReused. The room's row is not locked: a line that
    was allowed a moment before the end is still shown.
    """
    async with db.transaction():
        speaker = await _lock_speaker(user, room)
        known = await said_before(user=user, room=room, text=text, client_id=client_id)
        if known is not None:
            return known
        found = await refuse_to_speak(user=user, room=room)
        now = await clock.now()
        until = _turn(speaker.until, speaker.spoke_at, timedelta(seconds=found.slow_mode_seconds), now)
        await Speaker.filter(id=speaker.id).update(spoke_at=now, until=until)
        (person,) = await accounts.people([user])
        line = await Danmaku.create(
            room_id=room, user_id=user, client_id=client_id, text=text, nickname=person.nickname,
            offset_ms=rules.offset_ms(found.started_at or now, now), created_at=now,
            status=DanmakuStatus.SHOWN if finding.passes else DanmakuStatus.HELD,
        )  # fmt: skip
        if not finding.passes:
            await moderation.put_in_queue(target=Target(KIND, line.id), author=user, why=finding.why, text=text)
        return line.id


async def _lock_speaker(user: UserId, room: LiveRoomId) -> Speaker:
    await db.execute(
        "INSERT INTO live_speakers (id, room_id, user_id) VALUES ($1, $2, $3) "
        "ON CONFLICT (room_id, user_id) DO NOTHING",
        new_id(), room, user,
    )  # fmt: skip
    await db.rows(str, "SELECT id FROM live_speakers WHERE room_id = $1 AND user_id = $2 FOR UPDATE", room, user)
    return await Speaker.get(room_id=room, user_id=user)


@db.retried
async def show_next(room: LiveRoomId) -> int:
    """Show the lines that wait in a room, as one event; how many."""
    async with db.transaction():
        locked = await lock(room)
        waiting = await db.rows(DanmakuId, _UNSHOWN, room, BATCH)
        if waiting:
            seq = await tell(locked, LiveEventKind.DANMAKU)
            await Danmaku.filter(id__in=waiting).update(shown_in=seq)
        return len(waiting)


_UNSHOWN = """
SELECT id FROM live_danmaku WHERE room_id = $1 AND shown_in IS NULL AND status = 'SHOWN'
 ORDER BY created_at, id LIMIT $2
"""


@db.retried
async def remove(room: LiveRoomId, *, lines: Sequence[DanmakuId], by: UserId, reason: str | None) -> list[DanmakuId]:
    """Take lines off the screens, now and in the replay; which ones these were. TargetNotFound.

    What is removed already, or stands in another room, is left out.
    """
    async with db.transaction():
        locked = await lock(room)
        removed = await _remove(locked, lines)
        if removed:
            ids = [str(each) for each in removed]
            await audit_log.note(
                by=by, verb="live.remove_danmaku", target=target(room), detail={"lines": ids}, reason=reason
            )
        return removed


async def decide(line: DanmakuId, *, is_shown: bool) -> None:
    """A moderator lets a line be shown, or not, in the running transaction; a repeat changes nothing."""
    found = await Danmaku.get_or_none(id=line)
    if found is None:
        return
    locked = await lock(found.room_id)
    if not is_shown:
        await _remove(locked, [line])
        return
    # Shown with the next batch, also what had been shown and was removed since.
    await Danmaku.filter(id=line).exclude(status=DanmakuStatus.SHOWN).update(status=DanmakuStatus.SHOWN, shown_in=None)


async def _remove(room: LiveRoom, lines: Sequence[DanmakuId]) -> list[DanmakuId]:
    found = await Danmaku.filter(id__in=list(lines), room_id=room.id).exclude(status=DanmakuStatus.REMOVED)
    await Danmaku.filter(id__in=[each.id for each in found]).update(status=DanmakuStatus.REMOVED)
    seen = sorted(str(each.id) for each in found if each.shown_in is not None)
    if seen:
        await tell(room, LiveEventKind.DANMAKU_REMOVED, ids=seen)
    return sorted(each.id for each in found)
