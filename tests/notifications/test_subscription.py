import asyncio
from contextlib import AbstractAsyncContextManager

import pytest

from app.accounts.tokens import Grant
from app.core import streams
from app.core.bus import InProcessBus
from app.notifications import queries
from app.notifications.models import Notification
from schema.notifications import types
from schema.scalars import public_id
from tests.conftest import Api, Following
from tests.factories.accounts import a_signed_in_user
from tests.factories.notifications import a_user_id, told

pytestmark = pytest.mark.usefixtures("database")


def _following(api: Api, whom: Grant, after: str | None = None) -> AbstractAsyncContextManager[Following]:
    return api.following("NotificationReceived", {"after": after}, token=whom.access_token)


async def _refusal(api: Api, token: str | None, after: str | None = None) -> str:
    return await api.refusal_to_follow("NotificationReceived", {"after": after}, token=token)


async def test_without_a_cursor_the_first_frame_carries_it_alone_and_what_follows_is_live(api: Api) -> None:
    ann = await a_signed_in_user()
    await told(ann.user)
    async with _following(api, ann) as stream:
        assert await stream.next() == {"cursor": types.cursor_of(ann.user, 1), "notification": None}
        live = asyncio.create_task(stream.next())
        await told(ann.user)
        frame = await live
        assert frame["cursor"] == types.cursor_of(ann.user, 2)
        assert frame["notification"]["kind"] == "GROUP_COMPLETED"


async def test_who_comes_back_gets_what_she_missed_once_and_in_order_then_what_is_live(api: Api) -> None:
    ann = await a_signed_in_user()
    for _ in range(250):
        await told(ann.user)
    async with _following(api, ann, types.cursor_of(ann.user, 10)) as stream:
        missed = [(await stream.next())["cursor"] for _ in range(240)]
        assert missed == [types.cursor_of(ann.user, seq) for seq in range(11, 251)]
        live = asyncio.create_task(stream.next())
        await told(ann.user)
        assert (await live)["cursor"] == types.cursor_of(ann.user, 251)


async def test_between_the_page_and_the_stream_nothing_falls(api: Api) -> None:
    ann = await a_signed_in_user()
    await told(ann.user)
    head = await queries.head(ann.user)
    await told(ann.user)
    async with _following(api, ann, types.cursor_of(ann.user, head)) as stream:
        assert (await stream.next())["cursor"] == types.cursor_of(ann.user, 2)


async def test_an_inbox_gives_its_owners_entries_alone(api: Api) -> None:
    ann, bob = await a_signed_in_user(), a_user_id()
    async with _following(api, ann, types.cursor_of(ann.user, 0)) as stream:
        live = asyncio.create_task(stream.next())
        await told(bob)
        await told(ann.user)
        frame = await live
    mine = await Notification.get(user_id=ann.user)
    assert frame["notification"]["id"] == public_id("notification", mine.id)


async def test_every_entry_comes_once_while_many_tell_at_once(api: Api) -> None:
    ann = await a_signed_in_user()
    async with _following(api, ann, types.cursor_of(ann.user, 0)) as stream:
        tellers = asyncio.gather(*[told(ann.user) for _ in range(30)])
        cursors = [(await stream.next())["cursor"] for _ in range(30)]
        await tellers
    assert cursors == [types.cursor_of(ann.user, seq) for seq in range(1, 31)]


async def test_an_announcement_that_was_lost_is_found_by_its_head() -> None:
    ann = a_user_id()
    streams.register("inbox", queries.heads)
    bus, heard = streams.bus(), list[int]()
    await bus.subscribe(streams.topic("inbox", ann), heard.append)
    # Announced to a bus that nobody listens to, as while Redis is away.
    streams.use_bus(InProcessBus())
    await told(ann)
    streams.use_bus(bus)
    assert heard == []
    await streams.wake_by_heads(bus.topics())
    assert heard == [1]


async def test_only_who_is_signed_in_follows_an_inbox(api: Api) -> None:
    assert await _refusal(api, None) == "UNAUTHENTICATED"


async def test_a_cursor_of_another_inbox_or_ahead_of_it_is_refused(api: Api) -> None:
    ann = await a_signed_in_user()
    await told(ann.user)
    assert await _refusal(api, ann.access_token, types.cursor_of(a_user_id(), 1)) == "BAD_USER_INPUT"
    assert await _refusal(api, ann.access_token, types.cursor_of(ann.user, 2)) == "BAD_USER_INPUT"
    assert await _refusal(api, ann.access_token, "nonsense") == "BAD_USER_INPUT"
