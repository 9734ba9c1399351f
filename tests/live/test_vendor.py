"""The vendor's signed addresses, and what its callbacks may and may not do."""

import hashlib
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from starlette.applications import Starlette

from app.core import clock
from app.core.ids import LiveRoomId, new_id
from app.core.settings import settings
from app.live import jobs, rules, vendor
from app.live.actions import running
from app.live.models import LiveEvent
from app.live.states import LiveEventKind, LiveStatus, PausedBy
from app.web import live as door
from tests.factories.live import MadeRoom, a_room
from tests.factories.rows import everything

pytestmark = pytest.mark.usefixtures("database")

STOPPED, STARTED, RECORDED = door.Event.STREAM_STOPPED, door.Event.STREAM_STARTED, door.Event.RECORDED


@pytest.fixture
async def web() -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(Starlette(routes=door.routes()))
    async with httpx2.AsyncClient(transport=transport, base_url="http://shop.test") as client:
        yield client


async def _call(web: httpx2.AsyncClient, room: MadeRoom, event: int, *, ago: int = 0, **changes: Any) -> int:
    """The vendor tells of something so many seconds ago; the status of the answer."""
    now = int((await clock.now()).timestamp())
    said = {
        "event_type": int(event), "stream_id": vendor.stream_of(room.id), "sequence": "push-1", "event_time": now - ago,
        "t": now + 600, "sign": vendor.callback_sign(now + 600),
    }  # fmt: skip
    return (await web.post(door.PATH, content=json.dumps(said | changes))).status_code


async def _at(room: MadeRoom) -> tuple[LiveStatus, PausedBy | None]:
    row = await room.now()
    return row.status, row.paused_by


LIVE: tuple[LiveStatus, PausedBy | None] = (LiveStatus.LIVE, None)
LOST: tuple[LiveStatus, PausedBy | None] = (LiveStatus.PAUSED, PausedBy.STREAM_LOST)


async def test_a_lost_stream_pauses_the_room_and_its_return_lets_it_go_on(web: httpx2.AsyncClient) -> None:
    room = await a_room(on_air=True)
    assert await _call(web, room, STOPPED, ago=5) == 200
    assert await _at(room) == LOST
    assert await _call(web, room, STARTED, ago=4, sequence="push-2") == 200
    assert await _at(room) == LIVE
    kinds = [each.kind for each in await LiveEvent.filter(room_id=room.id).order_by("seq")]
    assert kinds == [LiveEventKind.STARTED, LiveEventKind.PAUSED, LiveEventKind.STARTED]


async def test_a_camera_that_comes_back_in_the_second_in_which_it_was_lost_lets_the_room_go_on(
    web: httpx2.AsyncClient,
) -> None:
    room = await a_room(on_air=True)
    now = int((await clock.now()).timestamp())
    await _call(web, room, STARTED, event_time=now - 9, sequence="old")
    await _call(web, room, STOPPED, event_time=now - 5, sequence="old")
    assert await _at(room) == LOST
    await _call(web, room, STARTED, event_time=now - 5, sequence="new")
    await _call(web, room, STOPPED, event_time=now - 5, sequence="old")
    assert await _at(room) == LIVE


async def test_news_that_comes_twice_or_after_newer_news_changes_nothing(web: httpx2.AsyncClient) -> None:
    room = await a_room(on_air=True)
    now = int((await clock.now()).timestamp())
    await _call(web, room, STARTED, event_time=now - 3)
    before = await everything()
    for _ in range(2):
        assert await _call(web, room, STOPPED, event_time=now - 9) == 200
        assert await _call(web, room, STOPPED, event_time=now - 3) == 200
    assert await everything() == before


async def test_the_end_of_an_older_push_does_not_pause_the_one_that_took_its_place(web: httpx2.AsyncClient) -> None:
    room = await a_room(on_air=True)
    await _call(web, room, STARTED, ago=9, sequence="old")
    await _call(web, room, STARTED, ago=5, sequence="new")
    await _call(web, room, STOPPED, ago=2, sequence="old")
    assert await _at(room) == LIVE
    await _call(web, room, STOPPED, ago=1, sequence="new")
    assert await _at(room) == LOST


async def test_what_is_forged_late_or_about_nothing_of_ours_changes_nothing(web: httpx2.AsyncClient) -> None:
    room = await a_room(on_air=True)
    now = int((await clock.now()).timestamp())
    before = await everything()
    assert await _call(web, room, STOPPED, sign="0" * 32) == 403
    assert await _call(web, room, STOPPED, t=now - 1, sign=vendor.callback_sign(now - 1)) == 403
    assert await _call(web, room, STOPPED, stream_id="room-nonsense") == 200
    assert await _call(web, room, STOPPED, stream_id=vendor.stream_of(LiveRoomId(new_id()))) == 200
    # Who claims to speak from the future would silence all that follows.
    assert await _call(web, room, STOPPED, event_time=now + 3600) == 200
    for body in (b"", b"[]", b"{}", b'{"event_type": "x"}', b"\xff", b"[" * 50_000):
        assert (await web.post(door.PATH, content=body)).status_code == 400
    assert await everything() == before


async def test_the_vendor_starts_and_ends_no_room_and_undoes_nobodys_pause(web: httpx2.AsyncClient) -> None:
    waits, paused = await a_room(), await a_room(on_air=True)
    await running.pause(paused.id, by=paused.host, as_staff=True)
    for room in (waits, paused):
        before = await _at(room)
        await _call(web, room, STOPPED, ago=2)
        await _call(web, room, STARTED, ago=1)
        assert await _at(room) == before


async def test_a_recording_lets_an_ended_room_be_seen_again_and_only_the_first_one_counts(
    web: httpx2.AsyncClient,
) -> None:
    room = await a_room(on_air=True)
    url = "https://video.example/one.m3u8"
    await running.end(room.id, by=room.host)
    for wrong in ("http://video.example/x", "javascript:alert(1)", ""):
        await _call(web, room, RECORDED, video_url=wrong)
    assert await _at(room) == (LiveStatus.ENDED, None)
    await _call(web, room, RECORDED, video_url=url)
    await _call(web, room, RECORDED, video_url="https://video.example/two.m3u8")
    assert await _at(room) == (LiveStatus.REPLAY, None)
    assert vendor.play_url(await room.now()) == url


async def test_a_recording_that_comes_before_the_end_is_played_after_it(web: httpx2.AsyncClient) -> None:
    room = await a_room(on_air=True)
    await _call(web, room, RECORDED, video_url="https://video.example/one.m3u8")
    assert await _at(room) == LIVE
    await running.end(room.id, by=room.host)
    assert await _at(room) == (LiveStatus.REPLAY, None)


async def test_a_stream_that_stays_away_ends_its_room(web: httpx2.AsyncClient) -> None:
    room = await a_room(on_air=True)
    await _call(web, room, STOPPED)
    await clock.move(rules.STREAM_PATIENCE.total_seconds() - 1)
    assert await jobs.end_forgotten() == 0
    await clock.move(2)
    assert await jobs.end_forgotten() == 1
    assert (await room.now()).status is LiveStatus.ENDED


async def test_addresses_are_signed_as_the_vendor_reads_them(monkeypatch: pytest.MonkeyPatch) -> None:
    room = await a_room(on_air=True)
    row = await room.now()
    url = urlsplit(vendor.play_url(row) or "")
    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    stream = f"room-{room.id.hex}"
    assert url.path == f"/live/sandbox/live/{stream}.m3u8"
    signed = f"{vendor.SANDBOX_KEY}{stream}{query['txTime']}"
    assert query["txSecret"] == hashlib.md5(signed.encode(), usedforsecurity=False).hexdigest()
    assert row.started_at is not None
    assert int(query["txTime"], 16) == int((row.started_at + rules.ADDRESS_LIFE).timestamp())
    assert stream in vendor.push_url(row)


async def test_the_sandbox_plays_only_what_was_signed_and_only_for_its_time(web: httpx2.AsyncClient) -> None:
    room = await a_room(on_air=True)
    url = urlsplit(vendor.play_url(await room.now()) or "")
    played = await web.get(f"{url.path}?{url.query}")
    assert (played.status_code, played.text[:7]) == (200, "#EXTM3U")
    assert (await web.get(f"{url.path}?{url.query}0")).status_code == 403
    assert (await web.get(url.path)).status_code == 403
    await clock.move(rules.ADDRESS_LIFE.total_seconds() + 1)
    assert (await web.get(f"{url.path}?{url.query}")).status_code == 403


async def test_nothing_is_played_before_the_start_in_a_pause_or_after_the_end() -> None:
    waits, room = await a_room(), await a_room(on_air=True)
    assert vendor.play_url(await waits.now()) is None
    await running.pause(room.id, by=room.host, as_staff=False)
    assert vendor.play_url(await room.now()) is None
    await running.end(room.id, by=room.host)
    assert vendor.play_url(await room.now()) is None


async def test_the_sandboxs_key_opens_nothing_in_production(
    web: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = await a_room(on_air=True)
    monkeypatch.setattr(door, "settings", lambda: settings().model_copy(update={"env": "production"}))
    assert await _call(web, room, STOPPED) == 403
    assert await _at(room) == LIVE
