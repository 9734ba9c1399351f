"""A room's life, each step of it once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from app.accounts.models import Role
from app.core import clock
from app.core.errors import IdempotencyKeyReused, Stale, TargetNotFound
from app.core.ids import LiveRoomId, ProductId, new_id
from app.core.models import FactRow
from app.live import queries
from app.live.actions import hearing, reminding, running
from app.live.actions.running import Edit
from app.live.errors import AlreadyLive, PausedByStaff, RoomEnded, RoomNotLive, RoomStarted
from app.live.models import LiveEvent, LiveRoom, Reminder
from app.live.states import LiveEventKind, LiveStatus, PausedBy
from tests.conftest import ON_POSTGRES
from tests.factories.accounts import a_user
from tests.factories.live import MadeRoom, a_member_of_staff, a_product, a_room
from tests.factories.rows import everything

pytestmark = pytest.mark.usefixtures("database")


async def _told(room: MadeRoom) -> list[LiveEventKind]:
    events = await LiveEvent.filter(room_id=room.id).order_by("seq")
    assert [each.seq for each in events] == list(range(1, (await room.now()).head + 1))
    return [each.kind for each in events]


async def test_a_room_is_announced_starts_pauses_goes_on_and_ends() -> None:
    room = await a_room()
    assert (await room.now()).status is LiveStatus.SCHEDULED
    await running.start(room.id, by=room.host)
    await running.pause(room.id, by=room.host, as_staff=False)
    assert ((await room.now()).status, (await room.now()).paused_by) == (LiveStatus.PAUSED, PausedBy.HOST)
    await running.resume(room.id, by=room.host, as_staff=False)
    await running.end(room.id, by=room.host)
    row = await room.now()
    assert row.status is LiveStatus.ENDED
    assert row.paused_by is None
    assert row.ended_at is not None
    kinds = LiveEventKind
    assert await _told(room) == [kinds.STARTED, kinds.PAUSED, kinds.STARTED, kinds.ENDED]


async def test_a_start_that_is_sent_twice_happens_once() -> None:
    room = await a_room(on_air=True)
    before = await everything()
    await running.start(room.id, by=room.host)
    assert await everything() == before
    assert await FactRow.filter(name="LiveStarted").count() == 1


async def test_the_same_client_id_gives_the_same_room_and_other_content_is_refused() -> None:
    host = (await a_member_of_staff(Role.HOST)).user
    at = await clock.now() + timedelta(hours=2)
    first = await a_room(host, starts_at=at, client_id="once")
    assert (await a_room(host, starts_at=at, client_id="once")).id == first.id
    with pytest.raises(IdempotencyKeyReused):
        await a_room(host, starts_at=at, client_id="once", title="别的")
    assert await LiveRoom.all().count() == 1


async def test_a_host_is_live_in_one_room_at_a_time() -> None:
    first = await a_room(on_air=True)
    second = await a_room(first.host)
    before = await everything()
    with pytest.raises(AlreadyLive):
        await running.start(second.id, by=first.host)
    assert await everything() == before
    await running.end(first.id, by=first.host)
    await running.start(second.id, by=first.host)


async def test_what_staff_pause_the_host_cannot_resume() -> None:
    room = await a_room(on_air=True)
    manager = (await a_member_of_staff(Role.COMMUNITY_MANAGER)).user
    version = (await room.now()).version
    await running.pause(room.id, by=manager, as_staff=True, expected_version=version, reason="画面违规")
    with pytest.raises(PausedByStaff):
        await running.resume(room.id, by=room.host, as_staff=False)
    with pytest.raises(Stale):
        await running.resume(room.id, by=manager, as_staff=True, expected_version=version)
    await running.resume(room.id, by=manager, as_staff=True, expected_version=version + 1)
    assert (await room.now()).status is LiveStatus.LIVE


async def test_a_cancelled_room_never_starts_and_is_listed_no_more() -> None:
    room = await a_room()
    await running.cancel(room.id, by=room.host, expected_version=1, reason="感冒了")
    assert await _listed() == []
    for refused in (
        running.start(room.id, by=room.host),
        reminding.remind(user=room.host, room=room.id, wanted=True),
        running.edit(room.id, by=room.host, expected_version=2, wanted=Edit(title="还是要播")),
        running.cancel(room.id, by=room.host),
    ):
        with pytest.raises(RoomEnded):
            await refused


async def test_what_has_started_is_not_cancelled_or_moved_but_its_title_may_change() -> None:
    room = await a_room(on_air=True)
    version = (await room.now()).version
    with pytest.raises(RoomStarted):
        await running.cancel(room.id, by=room.host)
    with pytest.raises(RoomStarted):
        await running.edit(room.id, by=room.host, expected_version=version, wanted=Edit(starts_at=await clock.now()))
    await running.edit(
        room.id, by=room.host, expected_version=version,
        wanted=Edit(title="夏茶上新", slow_mode=timedelta(seconds=5), products=[await a_product()]),
    )  # fmt: skip
    row = await room.now()
    assert (row.title, row.slow_mode_seconds, len(row.shelf), row.version) == ("夏茶上新", 5, 1, version + 1)


async def test_a_product_of_the_shelf_is_shown_and_put_away_and_each_is_told_once() -> None:
    tea = await a_product()
    room = await a_room(on_air=True, products=[tea])
    for product in (tea, tea, None):
        await running.explain(room.id, by=room.host, product=product)
    told = await LiveEvent.filter(room_id=room.id, kind=LiveEventKind.EXPLAINED).order_by("seq")
    assert [each.payload["product"] for each in told] == [str(tea), None]
    with pytest.raises(TargetNotFound):
        await running.explain(room.id, by=room.host, product=await a_product("不在架上"))


async def test_a_product_that_leaves_the_shelf_while_it_is_shown_is_put_away_and_what_stays_is_not() -> None:
    tea, cup = await a_product(), await a_product("盖碗")
    room = await a_room(on_air=True, products=[tea, cup])
    await running.explain(room.id, by=room.host, product=cup)
    for shelf in ([cup], [tea]):
        version = (await room.now()).version
        await running.edit(room.id, by=room.host, expected_version=version, wanted=Edit(products=shelf))
    row = await room.now()
    assert (row.shelf, row.explaining_id) == ([tea], None)
    told = await LiveEvent.filter(room_id=room.id, kind=LiveEventKind.EXPLAINED).order_by("seq")
    assert [each.payload["product"] for each in told] == [str(cup), None]


async def test_nothing_is_shown_paused_or_ended_before_the_start_and_after_the_end() -> None:
    room = await a_room()
    before = await everything()
    for refused in (
        running.explain(room.id, by=room.host, product=None),
        running.pause(room.id, by=room.host, as_staff=False),
        running.resume(room.id, by=room.host, as_staff=False),
        running.end(room.id, by=room.host),
    ):
        with pytest.raises(RoomNotLive):
            await refused
    assert await everything() == before


async def test_a_product_that_there_is_not_cannot_be_put_on_the_shelf() -> None:
    with pytest.raises(TargetNotFound):
        await a_room(products=[ProductId(new_id())])
    with pytest.raises(TargetNotFound):
        await running.start(LiveRoomId(new_id()), by=(await a_user()).id)


async def test_a_reminder_that_is_sent_twice_is_one_and_can_be_taken_back() -> None:
    room, ann = await a_room(), (await a_user()).id
    for _ in range(2):
        await reminding.remind(user=ann, room=room.id, wanted=True)
    assert await queries.audience(await room.now(), after=None, limit=10) == [ann]
    assert await queries.open_reminders(ann) == 1
    for _ in range(2):
        await reminding.remind(user=ann, room=room.id, wanted=False)
    assert await Reminder.all().count() == 0


async def test_the_list_shows_what_is_on_the_air_then_what_comes_next_and_pages_do_not_overlap() -> None:
    now = await clock.now()
    later = await a_room(starts_at=now + timedelta(hours=3))
    sooner = await a_room(starts_at=now + timedelta(hours=2))
    first, second = await a_room(on_air=True), await a_room(on_air=True)
    expected = [second.id, first.id, sooner.id, later.id]
    assert await _listed() == expected
    assert [each async for each in _paged()] == expected


async def test_who_pages_misses_no_room_that_starts_or_ends_meanwhile_and_meets_none_twice() -> None:
    now = await clock.now()
    on_air = [await a_room(on_air=True) for _ in range(2)]
    coming = [await a_room(starts_at=now + timedelta(hours=hours)) for hours in (1, 2, 3)]
    replay = await a_room(on_air=True)
    await _ends(replay)
    expected = [each.id for each in (*reversed(on_air), *coming, replay)]
    pages = _paged()
    seen = [await anext(pages)]
    await _ends(on_air[0])
    await running.start(coming[2].id, by=coming[2].host)
    seen += [await anext(pages), await anext(pages)]
    await running.start(coming[0].id, by=coming[0].host)
    await running.start(coming[1].id, by=coming[1].host)
    await _ends(coming[1])
    seen += [each async for each in pages]
    assert seen == expected
    # Who begins anew has them as they stand by then.
    assert await _listed() == [each.id for each in (coming[0], coming[2], on_air[1], coming[1], replay, on_air[0])]


async def _listed() -> list[LiveRoomId]:
    return [each.id for each in await queries.rooms_page(as_of=await clock.now(), limit=10, after=None)]


async def _paged() -> AsyncIterator[LiveRoomId]:
    """The list room by room, as it stood when the first was asked for."""
    as_of, place = await clock.now(), None
    while found := await queries.rooms_page(as_of=as_of, limit=1, after=place):
        yield found[0].id
        place = queries.place_of(found[0], as_of)


async def _ends(room: MadeRoom) -> None:
    """It ends, and can be seen again."""
    await running.end(room.id, by=room.host)
    await hearing.recorded(room.id, url="https://video.example/one.m3u8")


if ON_POSTGRES:

    async def test_a_room_that_is_started_by_many_at_once_starts_once() -> None:
        room = await a_room()
        await asyncio.gather(*[running.start(room.id, by=room.host) for _ in range(8)])
        assert await FactRow.filter(name="LiveStarted").count() == 1
        assert await _told(room) == [LiveEventKind.STARTED]

    async def test_of_two_rooms_of_a_host_started_at_once_one_is_on_the_air() -> None:
        first = await a_room()
        second = await a_room(first.host)
        outcomes = await asyncio.gather(
            *[running.start(each.id, by=first.host) for each in (first, second)], return_exceptions=True
        )
        assert [type(each) for each in outcomes if each is not None] == [AlreadyLive]
        assert await LiveRoom.filter(status=LiveStatus.LIVE).count() == 1

    async def test_who_asks_while_the_room_starts_is_told_or_sees_it_live() -> None:
        room = await a_room()
        people = [(await a_user(f"小{n}迷")).id for n in range(12)]
        await asyncio.gather(
            running.start(room.id, by=room.host),
            *[reminding.remind(user=user, room=room.id, wanted=True) for user in people],
        )
        assert await queries.audience(await room.now(), after=None, limit=20) == sorted(people)
