"""A room's life: announced, started, paused, ended, and what stands on its shelf."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.exceptions import IntegrityError

from app.accounts import actions as accounts
from app.audit_log import actions as audit_log
from app.catalog import queries as catalog
from app.core import clock, db, idempotency, outbox
from app.core.errors import TargetNotFound
from app.core.ids import LiveRoomId, ProductId, UploadId, UserId
from app.live import rules
from app.live.actions.change import change, lock, move, target, tell
from app.live.errors import AlreadyLive, RoomEnded, RoomNotLive
from app.live.facts import LiveOver, LiveStarted
from app.live.models import LiveRoom
from app.live.states import ON_AIR, OVER, LiveEventKind, LiveStatus, Move
from app.media.actions import attaching as media
from app.media.states import UploadPurpose

_SCHEDULE = "scheduleLive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What of a room is to change; None leaves it as it is."""

    title: str | None = None
    starts_at: datetime | None = None
    products: Sequence[ProductId] | None = None
    slow_mode: timedelta | None = None
    cover: UploadId | None = None


@db.retried
async def schedule(
    *, host: UserId, title: str, starts_at: datetime, products: Sequence[ProductId], client_id: str
) -> LiveRoomId:
    """Announce a room; the same client id gives the same room. TargetNotFound for a product that there is not."""
    async with db.transaction():
        given = {"title": title, "starts_at": starts_at, "products": [str(each) for each in products]}
        earlier = await idempotency.earlier_result(user=host, mutation=_SCHEDULE, key=client_id, given=given)
        if earlier is not None:
            return LiveRoomId(db.as_id(earlier["room"]))
        await _must_exist(products)
        await accounts.profile_of(host)
        room = await LiveRoom.create(
            host_id=host, title=title, starts_at=starts_at, product_ids=[str(each) for each in products],
            created_at=await clock.now(),
        )  # fmt: skip
        await idempotency.keep_result(user=host, mutation=_SCHEDULE, key=client_id, result={"room": room.id})
        await audit_log.note(by=host, verb="live.schedule", target=target(room.id), detail={"title": title})
        return room.id


@db.retried
async def edit(room: LiveRoomId, *, by: UserId, expected_version: int, wanted: Edit) -> None:
    """Change what was announced; all but the start also while it is live.

    A cover is shown once it has passed its check; until then the room has none. The product that is explained is put
    away with its place on the shelf. Stale, RoomStarted, RoomEnded, UploadInvalid, PictureRejected.
    """
    async with db.transaction():
        locked = await lock(room, expected_version=expected_version)
        if locked.status in OVER:
            raise RoomEnded
        if wanted.starts_at is not None:
            rules.must_not_have_started(locked.position)
        changes = await _changes(wanted)
        if wanted.cover is not None:
            await media.detach(target(room), but=[wanted.cover])
            await media.attach(owner=by, uploads=[wanted.cover], purpose=UploadPurpose.COVER, target=target(room))
            changes["cover_path"] = None
        is_put_away = wanted.products is not None and locked.explaining_id not in {None, *wanted.products}
        if is_put_away:
            changes["explaining_id"] = None
        if changes:
            await change(locked, **changes)
            await audit_log.note(by=by, verb="live.edit", target=target(room), detail=changes)
        if is_put_away:
            await tell(locked, LiveEventKind.EXPLAINED, product=None)


async def _changes(wanted: Edit) -> dict[str, object]:
    changes: dict[str, object] = {}
    if wanted.title is not None:
        changes["title"] = wanted.title
    if wanted.starts_at is not None:
        changes["starts_at"] = wanted.starts_at
    if wanted.products is not None:
        await _must_exist(wanted.products)
        changes["product_ids"] = [str(each) for each in wanted.products]
    if wanted.slow_mode is not None:
        changes["slow_mode_seconds"] = int(wanted.slow_mode.total_seconds())
    return changes


async def _must_exist(products: Sequence[ProductId]) -> None:
    if len(await catalog.products(products)) < len(set(products)):
        raise TargetNotFound


@db.retried
async def start(room: LiveRoomId, *, by: UserId) -> None:
    """Go live, and tell everyone who asked or follows. A repeat changes nothing. RoomEnded, AlreadyLive."""
    async with db.transaction():
        locked = await lock(room)
        now = await clock.now()
        try:
            async with db.savepoint():
                if not await move(locked, Move.START, started_at=now):
                    return
        except IntegrityError as two:
            # The partial unique index: one room of a host is on the air.
            raise AlreadyLive from two
        await tell(locked, LiveEventKind.STARTED)
        await outbox.record(LiveStarted(room=room, host=locked.host_id, started_at=now))
        await audit_log.note(by=by, verb="live.start", target=target(room))


@db.retried
async def pause(
    room: LiveRoomId, *, by: UserId, as_staff: bool, expected_version: int | None = None, reason: str | None = None
) -> None:
    """Pause a room; what staff pause, its host cannot let go on. Stale, RoomNotLive."""
    async with db.transaction():
        locked = await lock(room, expected_version=expected_version)
        was = locked.status
        how = Move.STAFF_PAUSE if as_staff else Move.PAUSE
        if not await move(locked, how, paused_at=await clock.now()):
            return
        if was is LiveStatus.LIVE:
            await tell(locked, LiveEventKind.PAUSED)
        await audit_log.note(by=by, verb="live.pause", target=target(room), reason=reason)


@db.retried
async def resume(room: LiveRoomId, *, by: UserId, as_staff: bool, expected_version: int | None = None) -> None:
    """Let a room go on. Stale, RoomNotLive, PausedByStaff."""
    async with db.transaction():
        locked = await lock(room, expected_version=expected_version)
        if await move(locked, Move.STAFF_RESUME if as_staff else Move.RESUME, paused_at=None):
            await tell(locked, LiveEventKind.STARTED)
            await audit_log.note(by=by, verb="live.resume", target=target(room))


@db.retried
async def end(room: LiveRoomId, *, by: UserId | None) -> None:
    """End a room for good; `by` is None where the clock ends it. A repeat changes nothing. RoomNotLive."""
    async with db.transaction():
        locked = await lock(room)
        if not await move(locked, Move.END, ended_at=await clock.now(), paused_at=None, explaining_id=None, watching=0):
            return
        if locked.replay_url:
            await move(locked, Move.RECORDED)
        await tell(locked, LiveEventKind.ENDED)
        await outbox.record(LiveOver(room=room, host=locked.host_id, was_live=True))
        await audit_log.note(by=by, verb="live.end", target=target(room))


@db.retried
async def cancel(
    room: LiveRoomId, *, by: UserId | None, expected_version: int | None = None, reason: str | None = None
) -> None:
    """Cancel a room that was announced; `by` is None where the clock does. Stale, RoomStarted, RoomEnded."""
    async with db.transaction():
        locked = await lock(room, expected_version=expected_version)
        await move(locked, Move.CANCEL, ended_at=await clock.now())
        await tell(locked, LiveEventKind.ENDED)
        await outbox.record(LiveOver(room=room, host=locked.host_id, was_live=False))
        await audit_log.note(by=by, verb="live.cancel", target=target(room), reason=reason)


@db.retried
async def explain(room: LiveRoomId, *, by: UserId, product: ProductId | None) -> None:
    """Show a product of the shelf to everybody, or None to put it away. RoomNotLive, TargetNotFound."""
    async with db.transaction():
        locked = await lock(room)
        if locked.status not in ON_AIR:
            raise RoomNotLive
        if product is not None and product not in locked.shelf:
            raise TargetNotFound
        if product == locked.explaining_id:
            return
        await change(locked, explaining_id=product)
        await tell(locked, LiveEventKind.EXPLAINED, product=str(product) if product else None)
        await audit_log.note(by=by, verb="live.explain", target=target(room), detail={"product": product})
