import asyncio
from collections.abc import AsyncIterator

import pytest

from app.core import clock, db, streams
from app.core.ids import UserId, new_id
from app.core.targets import Target
from app.notifications import actions, queries
from app.notifications.models import InboxHead, Notification, NotificationKind
from tests.factories.notifications import COMPLETED, a_user_id, told

pytestmark = pytest.mark.usefixtures("database")


async def _inbox(user: UserId) -> list[int]:
    return [each.seq for each in await Notification.filter(user_id=user).order_by("seq")]


async def test_each_inbox_counts_by_itself_from_one() -> None:
    ann, bob = a_user_id(), a_user_id()
    await told(ann)
    await told(ann, bob)
    assert await _inbox(ann) == [1, 2]
    assert await _inbox(bob) == [1]
    assert await queries.heads([ann, bob, a_user_id()]) == {ann: 2, bob: 1}


async def test_who_is_named_twice_is_told_once() -> None:
    ann = a_user_id()
    await told(ann, ann)
    assert await _inbox(ann) == [1]


async def test_nobody_to_tell_is_no_entry() -> None:
    async with db.transaction():
        await actions.tell(users=(), kind=NotificationKind.GROUP_FAILED, target=Target("group", new_id()), values={})
    assert await Notification.all().count() == 0


async def test_telling_needs_the_transaction_of_what_is_told() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        await actions.tell(
            users=[a_user_id()],
            kind=NotificationKind.GROUP_COMPLETED,
            target=Target("group", new_id()),
            values=COMPLETED,
        )


async def test_what_rolls_back_was_never_told_and_leaves_no_gap() -> None:
    ann = a_user_id()
    heard: list[int] = []
    await streams.bus().subscribe(streams.topic("inbox", ann), heard.append)
    with pytest.raises(KeyError):
        await _told_and_failed(ann)
    assert heard == []
    await told(ann)
    assert await _inbox(ann) == [1]
    assert heard == [1]


async def _told_and_failed(user: UserId) -> None:
    async with db.transaction():
        await told(user)
        raise KeyError


async def test_entries_of_tellers_at_once_have_no_gap_and_no_double() -> None:
    ann, bob = a_user_id(), a_user_id()
    # In both orders: two tellers of the same people must not wait for each other for ever.
    await asyncio.gather(*[told(*pair) for pair in [(ann, bob), (bob, ann)] * 15])
    assert await _inbox(ann) == await _inbox(bob) == list(range(1, 31))
    assert {each.head for each in await InboxHead.all()} == {30}


async def test_a_reader_who_follows_the_heads_gets_every_entry_once_and_in_order() -> None:
    ann = a_user_id()
    tellers = asyncio.gather(*[told(ann) for _ in range(40)])
    seen = [entry.seq async for entry in _followed(ann, until=40)]
    await tellers
    assert seen == list(range(1, 41))


async def _followed(user: UserId, *, until: int) -> AsyncIterator[Notification]:
    """As a phone does: everything behind the last that was seen, again and again."""
    position = 0
    while position < until:
        for entry in await queries.following(user, after=position, limit=7):
            position = entry.seq
            yield entry
        await asyncio.sleep(0)


async def test_pages_go_from_the_newest_to_the_oldest() -> None:
    ann = a_user_id()
    for _ in range(5):
        await told(ann)
    first = await queries.newest(ann, up_to=5, limit=3)
    assert [each.seq for each in first] == [5, 4, 3]
    assert [each.seq for each in await queries.newest(ann, up_to=2, limit=3)] == [2, 1]


async def test_reading_goes_up_to_a_place_and_never_back() -> None:
    ann, bob = a_user_id(), a_user_id()
    for _ in range(3):
        await told(ann, bob)
    await actions.mark_read(user=ann, up_to=2)
    (first,) = await Notification.filter(user_id=ann, seq=1)
    await clock.move(60)
    await actions.mark_read(user=ann, up_to=1)
    await actions.mark_read(user=ann, up_to=2)
    assert await queries.unread(ann, up_to=3) == 1
    assert await queries.unread(ann, up_to=2) == 0
    assert (await Notification.get(id=first.id)).read_at == first.read_at
    assert await queries.unread(bob, up_to=3) == 3


async def test_an_entry_opens_for_its_owner_alone() -> None:
    ann = a_user_id()
    entry = await told(ann)
    assert await queries.entry(ann, entry.id) == entry
    assert await queries.entry(a_user_id(), entry.id) is None
    assert await queries.entry(ann, new_id()) is None
