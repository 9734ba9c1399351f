"""A group's state stream: each change is one version, announced once it is committed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from app.core import db, streams
from app.core.ids import GroupId
from app.group_buying import flows, jobs, queries
from app.group_buying.actions import dealing
from app.group_buying.actions.change import STREAM, change, lock
from app.group_buying.states import GroupChangeKind as Kind
from app.group_buying.states import GroupFailure
from tests.conftest import WeChat
from tests.factories.group_buying import a_buyer, a_deal, a_group, group_of, joins, lapses, money_arrives, opens

pytestmark = pytest.mark.usefixtures("wechat")


@asynccontextmanager
async def _heard(group: GroupId) -> AsyncIterator[list[int]]:
    heads: list[int] = []
    leave = await streams.bus().subscribe(streams.topic(STREAM, group), heads.append)
    yield heads
    await leave()


async def _head(group: GroupId) -> int:
    return (await queries.heads([group]))[group]


async def test_every_change_is_the_next_version_and_is_announced(wechat: WeChat) -> None:
    held = await opens(await a_buyer("ann"), await a_deal(size=4))
    assert await _head(held.group) == 1
    async with _heard(held.group) as heads:
        kinds = []
        await money_arrives(held.order)
        kinds.append((await group_of(held)).last_change)
        ben = await joins(await a_buyer("ben"), await group_of(held))
        kinds.append((await group_of(held)).last_change)
        await lapses(wechat, ben)
        kinds.append((await group_of(held)).last_change)
        cat = await joins(await a_buyer("cat"), await group_of(held))
        await money_arrives(cat.order)
        leader = (await group_of(held)).leader_id
        await flows.leave(member=leader, group=(await group_of(held)).code, key="k")
        kinds.append((await group_of(held)).last_change)
        await dealing.stop(held.group, GroupFailure.RISK)
        kinds.append((await group_of(held)).last_change)
    assert kinds == [Kind.SEAT_TAKEN, Kind.SEAT_HELD, Kind.SEAT_FREED, Kind.LEADER_CHANGED, Kind.FAILING]
    assert heads == list(range(2, 10))
    assert await _head(held.group) == heads[-1]


async def test_the_last_seat_is_two_changes_and_the_newest_is_its_completion() -> None:
    group = await a_group(size=2)
    held = await joins(await a_buyer("ben"), await group.now())
    before = (await group.now()).version
    async with _heard(group.id) as heads:
        await money_arrives(held.order)
    assert heads == [before + 1, before + 2]
    assert (await group.now()).last_change is Kind.COMPLETED


async def test_a_failing_group_announces_each_refund_and_its_end() -> None:
    deal = await a_deal(prices=(0,), size=3)
    held = await opens(await a_buyer("ann"), deal)
    await joins(await a_buyer("ben"), await group_of(held))
    await dealing.stop(held.group, GroupFailure.RISK)
    before = await _head(held.group)
    async with _heard(held.group) as heads:
        await jobs.refund_members()
    assert heads == [before + 1, before + 2, before + 3]
    assert (await group_of(held)).last_change is Kind.FAILED


async def test_what_rolls_back_is_not_announced() -> None:
    group = await a_group(size=3)
    async with _heard(group.id) as heads:
        with pytest.raises(ZeroDivisionError):
            await _changes_and_fails(group.id)
        assert await jobs.decide_deadlines() == 0
    assert heads == []


async def _changes_and_fails(group: GroupId) -> None:
    async with db.transaction():
        await change(await lock(group), Kind.SEAT_FREED)
        raise ZeroDivisionError
