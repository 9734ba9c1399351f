"""Likes and watchers: exact, told as totals, and only now and then."""

import asyncio

import pytest

from app.core import clock
from app.core.errors import IdempotencyKeyReused, TargetNotFound
from app.core.ids import LiveRoomId, UserId, new_id
from app.live import jobs, queries, rules
from app.live.actions import counting, running
from app.live.errors import RoomNotLive
from app.live.models import LikeBatch, LiveEvent
from app.live.states import LiveEventKind
from app.live.watching import LEASE, Watchers
from tests.conftest import ON_POSTGRES
from tests.factories.accounts import a_user
from tests.factories.live import MadeRoom, a_room
from tests.factories.rows import everything

pytestmark = pytest.mark.usefixtures("database")

A_PAUSE = rules.COUNT_PAUSE.total_seconds() + 0.1


async def _likes(room: MadeRoom, taps: int, batch: str, user: UserId | None = None) -> int:
    return await counting.like(user=user or UserId(new_id()), room=room.id, taps=taps, batch_id=batch)


async def _totals(room: MadeRoom, kind: LiveEventKind = LiveEventKind.LIKES) -> list[int]:
    return [
        next(iter(each.payload.values())) for each in await LiveEvent.filter(room_id=room.id, kind=kind).order_by("seq")
    ]


async def test_a_batch_that_is_sent_twice_is_counted_once_and_another_count_under_its_id_is_refused() -> None:
    room, ann = await a_room(on_air=True), (await a_user()).id
    for _ in range(2):
        assert await _likes(room, 7, "b", ann) == 7
    with pytest.raises(IdempotencyKeyReused):
        await _likes(room, 8, "b", ann)
    assert await _likes(room, 3, "b") == 10
    assert await queries.likes(room.id) == 10


async def test_likes_are_told_as_a_total_and_steps_between_are_merged() -> None:
    room = await a_room(on_air=True)
    await _likes(room, 5, "a")
    assert await jobs.tell_counts() == 1
    for batch in "bcd":
        await _likes(room, 5, batch)
    assert await jobs.tell_counts() == 0
    await clock.move(A_PAUSE)
    assert await jobs.tell_counts() == 1
    assert await _totals(room) == [5, 20]
    assert (await room.now()).like_total == 20


async def test_likes_of_the_last_moment_are_told_after_the_end() -> None:
    room, ann = await a_room(on_air=True), (await a_user()).id
    await _likes(room, 5, "a", ann)
    await running.end(room.id, by=room.host)
    before = await everything()
    with pytest.raises(RoomNotLive):
        await _likes(room, 5, "b", ann)
    with pytest.raises(TargetNotFound):
        await counting.like(user=ann, room=LiveRoomId(new_id()), taps=1, batch_id="c")
    assert await everything() == before
    assert await _likes(room, 5, "a", ann) == 5
    await jobs.tell_counts()
    assert await _totals(room) == [5]


async def test_watchers_of_all_processes_are_added_up_and_told_when_their_number_changes() -> None:
    room = await a_room(on_air=True)
    here, there = Watchers(new_id()), Watchers(new_id())
    for _ in range(3):
        here.changed(room.id, 1)
    there.changed(room.id, 2)
    for process in (here, there):
        await process.renew()
    await jobs.tell_counts()
    there.changed(room.id, -2)
    await there.renew()
    await clock.move(A_PAUSE)
    await jobs.tell_counts()
    await clock.move(A_PAUSE)
    assert await jobs.tell_counts() == 0
    assert await _totals(room, LiveEventKind.WATCHING) == [5, 3]


async def test_what_a_dead_process_counted_runs_out() -> None:
    room = await a_room(on_air=True)
    process = Watchers(new_id())
    process.changed(room.id, 4)
    await process.renew()
    await clock.move(LEASE.total_seconds() - 1)
    assert await queries.sockets(room.id) == 4
    await clock.move(2)
    assert await queries.sockets(room.id) == 0
    await clock.move(120)
    assert await jobs.forget() == 1


async def test_a_lost_stream_that_does_not_come_back_ends_the_room_and_a_host_who_never_comes_cancels_it() -> None:
    absent, other = await a_room(), await a_room()
    await clock.move(3600 + rules.START_PATIENCE.total_seconds() + 1)
    room = await a_room(on_air=True)
    assert await jobs.end_forgotten() == 2
    for each in (absent, other):
        assert (await each.now()).ended_at is not None
    assert (await room.now()).ended_at is None


if ON_POSTGRES:

    async def test_the_count_is_exact_however_many_tap_at_once_and_repeat() -> None:
        room = await a_room(on_air=True)
        people = [UserId(new_id()) for _ in range(40)]
        batches = [(user, f"b{n}", 1 + n) for user in people for n in range(5)]
        await asyncio.gather(
            *[_likes(room, taps, batch, user) for user, batch, taps in batches for _ in range(2)],
            *[jobs.tell_counts() for _ in range(5)],
        )
        expected = sum(taps for _, _, taps in batches)
        assert await queries.likes(room.id) == expected
        assert await LikeBatch.all().count() == len(batches)
        await clock.move(A_PAUSE)
        await jobs.tell_counts()
        assert (await _totals(room))[-1] == expected == (await room.now()).like_total
