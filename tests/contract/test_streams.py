"""Whose streams they are: an inbox, awaited starts, a simulation; a group and a room are for everybody."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Any

import pytest

from app.core import ids
from app.live.actions import running
from app.live.actions.reminding import remind
from app.notifications import presence
from schema.root import SCHEMA
from tests.conftest import Api
from tests.contract import things
from tests.contract.owning import ANONYMOUS, ASKERS, GIVEN, NOBODY, OWNER, People
from tests.contract.things import Maker, Thing
from tests.factories.accounts import a_token, a_user
from tests.factories.live import a_room
from tests.factories.notifications import told

Work = Callable[[], Awaitable[None]]
Stream = AsyncGenerator[dict[str, Any], None]

_FORBIDDEN = "FORBIDDEN"
_SHUT = "UNAUTHENTICATED"
_ALL = dict.fromkeys(ASKERS, GIVEN)
_BAD = "BAD_USER_INPUT"

#: Every stream: what is followed, by which variable, and who is given its first frame.
STREAMS: dict[str, tuple[Maker, str, dict[str, str]]] = {
    "GroupChanged": (things.a_forming_group, "code", _ALL | {OWNER: NOBODY}),
    "LiveRoomEvents": (things.a_room_on_air, "roomId", _ALL),
    "NotificationReceived": (
        things.an_unread_inbox, "after", dict.fromkeys(ASKERS, _BAD) | {OWNER: GIVEN, ANONYMOUS: _SHUT},
    ),
    "PerkSimulationProgressed": (
        things.a_simulation, "id",
        dict.fromkeys(ASKERS, _FORBIDDEN) | {OWNER: GIVEN, ANONYMOUS: _SHUT, "MARKETER": GIVEN, "ADMIN": GIVEN},
    ),
}  # fmt: skip
#: What comes of itself, without being named: the tests below.
_UNNAMED = {"liveStarted"}


async def _first(stream: Stream) -> dict[str, Any]:
    async with aclosing(stream):
        return await asyncio.wait_for(anext(stream), 5)


async def _follows(api: Api, people: People, operation: str, thing: Thing, asker: str) -> str:
    if asker == OWNER and thing.owner is None:
        return NOBODY
    _, token = await people.who(asker, thing)
    frame = await _first(api.subscribe(operation, {STREAMS[operation][1]: thing.id}, token=token))
    return str(frame["errors"][0]["extensions"]["code"]) if "errors" in frame else GIVEN


def test_every_stream_has_its_row() -> None:
    subscriptions = SCHEMA._schema.subscription_type
    assert subscriptions is not None
    assert {name[0].lower() + name[1:] for name in STREAMS} | _UNNAMED == subscriptions.fields.keys()


@pytest.mark.parametrize("operation", STREAMS)
async def test_a_stream_is_given_to_whom_the_table_says_and_refused_to_all_others(api: Api, operation: str) -> None:
    make, _, said = STREAMS[operation]
    people, thing = People(), await make()
    assert {asker: await _follows(api, people, operation, thing, asker) for asker in ASKERS} == said


async def test_an_inbox_s_stream_brings_its_owner_s_entries_and_nobody_else_s(api: Api) -> None:
    ann, ben = (await a_user("小安")).id, (await a_user("小本")).id
    async with aclosing(api.subscribe("NotificationReceived", token=await a_token(ben))) as stream:
        assert (await anext(stream))["data"]["notificationReceived"]["notification"] is None
        await told(ann)
        hers = await told(ben)
        frame = await asyncio.wait_for(anext(stream), 5)
    assert ids.from_public(frame["data"]["notificationReceived"]["notification"]["id"])[1] == hers.id


async def test_a_start_reaches_who_asked_for_it_and_nobody_else(api: Api, do_all_work: Work) -> None:
    ben = (await a_user("小本")).id
    somebody_else_s, his = await a_room(), await a_room()
    await remind(user=(await a_user("小安")).id, room=somebody_else_s.id, wanted=True)
    await remind(user=ben, room=his.id, wanted=True)
    async with aclosing(api.subscribe("LiveStarted", token=await a_token(ben))) as stream:
        frame = asyncio.ensure_future(anext(stream))
        async with asyncio.timeout(5):
            while not presence.LISTENERS._streams:  # noqa: ASYNC110 - a stream opens by and by
                await asyncio.sleep(0.01)
        for room in (somebody_else_s, his):
            await running.start(room.id, by=room.host)
            await do_all_work()
        started = await asyncio.wait_for(frame, 5)
    assert started["data"]["liveStarted"]["room"]["id"] == his.public_id


async def test_a_start_is_told_to_nobody_who_is_not_signed_in(api: Api) -> None:
    frame = await _first(api.subscribe("LiveStarted"))
    assert frame["errors"][0]["extensions"]["code"] == _SHUT
