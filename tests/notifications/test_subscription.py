import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
import strawberry
from graphql import ExecutionResult
from strawberry.schema.config import StrawberryConfig

from app.core import streams
from app.core.bus import InProcessBus
from app.core.ids import SessionId, UserId, new_id
from app.notifications import queries
from app.notifications.models import Notification
from schema.context import Asker, Context
from schema.notifications import types
from schema.notifications.subscriptions import NotificationsSubscription
from schema.scalars import SCALARS, public_id
from tests.factories.notifications import a_user_id, told

pytestmark = pytest.mark.usefixtures("database")

FOLLOW = """
subscription($after: String) {
  notificationReceived(after: $after) { cursor notification { id kind } }
}
"""


@strawberry.type
class Query:
    nothing: str | None = None


SCHEMA = strawberry.Schema(
    query=Query, subscription=NotificationsSubscription, config=StrawberryConfig(scalar_map=SCALARS)
)


def _context(user: UserId | None) -> Context:
    asker = Asker(user, SessionId(new_id()), frozenset()) if user else None
    return Context(locale="zh-CN", asker=asker)


@contextlib.asynccontextmanager
async def _following(user: UserId, after: str | None = None) -> AsyncIterator[Any]:
    stream: Any = await SCHEMA.subscribe(FOLLOW, {"after": after}, context_value=_context(user))
    try:
        yield stream
    finally:
        await stream.aclose()


async def _next(stream: Any) -> dict[str, Any]:
    result: ExecutionResult = await asyncio.wait_for(anext(stream), 5)
    assert result.errors is None
    assert result.data is not None
    return dict(result.data["notificationReceived"])


async def _refusal(user: UserId | None, after: str | None = None) -> str:
    stream: Any = await SCHEMA.subscribe(FOLLOW, {"after": after}, context_value=_context(user))
    (error,) = (await anext(stream)).errors
    return str(error.extensions["code"])


async def test_without_a_cursor_the_first_frame_carries_it_alone_and_what_follows_is_live() -> None:
    ann = a_user_id()
    await told(ann)
    async with _following(ann) as stream:
        assert await _next(stream) == {"cursor": types.cursor_of(ann, 1), "notification": None}
        live = asyncio.create_task(_next(stream))
        await told(ann)
        frame = await live
        assert frame["cursor"] == types.cursor_of(ann, 2)
        assert frame["notification"]["kind"] == "GROUP_COMPLETED"


async def test_who_comes_back_gets_what_she_missed_once_and_in_order_then_what_is_live() -> None:
    ann = a_user_id()
    for _ in range(250):
        await told(ann)
    async with _following(ann, types.cursor_of(ann, 10)) as stream:
        missed = [(await _next(stream))["cursor"] for _ in range(240)]
        assert missed == [types.cursor_of(ann, seq) for seq in range(11, 251)]
        live = asyncio.create_task(_next(stream))
        await told(ann)
        assert (await live)["cursor"] == types.cursor_of(ann, 251)


async def test_between_the_page_and_the_stream_nothing_falls() -> None:
    ann = a_user_id()
    await told(ann)
    head = await queries.head(ann)
    await told(ann)
    async with _following(ann, types.cursor_of(ann, head)) as stream:
        assert (await _next(stream))["cursor"] == types.cursor_of(ann, 2)


async def test_an_inbox_gives_its_owners_entries_alone() -> None:
    ann, bob = a_user_id(), a_user_id()
    async with _following(ann, types.cursor_of(ann, 0)) as stream:
        live = asyncio.create_task(_next(stream))
        await told(bob)
        await told(ann)
        frame = await live
    mine = await Notification.get(user_id=ann)
    assert frame["notification"]["id"] == public_id("notification", mine.id)


async def test_every_entry_comes_once_while_many_tell_at_once() -> None:
    ann = a_user_id()
    async with _following(ann, types.cursor_of(ann, 0)) as stream:
        tellers = asyncio.gather(*[told(ann) for _ in range(30)])
        cursors = [(await _next(stream))["cursor"] for _ in range(30)]
        await tellers
    assert cursors == [types.cursor_of(ann, seq) for seq in range(1, 31)]


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


async def test_only_who_is_signed_in_follows_an_inbox() -> None:
    assert await _refusal(None) == "UNAUTHENTICATED"


async def test_a_cursor_of_another_inbox_or_ahead_of_it_is_refused() -> None:
    ann = a_user_id()
    await told(ann)
    assert await _refusal(ann, types.cursor_of(a_user_id(), 1)) == "BAD_USER_INPUT"
    assert await _refusal(ann, types.cursor_of(ann, 2)) == "BAD_USER_INPUT"
    assert await _refusal(ann, "nonsense") == "BAD_USER_INPUT"
