"""Following a group: the state as it is, then each newer one, until the group has ended."""

import asyncio
import contextlib
from contextlib import AbstractAsyncContextManager

import pytest

from app.group_buying import flows, jobs
from app.group_buying.actions import dealing
from app.group_buying.states import GroupFailure
from tests.conftest import Api, Following, WeChat
from tests.factories.group_buying import Opened, a_buyer, a_deal, a_group, group_of, joins, lapses, money_arrives, opens


def _following(api: Api, code: str, after: int | None = None) -> AbstractAsyncContextManager[Following]:
    return api.following("GroupChanged", {"code": code, "afterVersion": after})


async def test_the_first_frame_is_the_group_as_it_is_and_then_every_change(api: Api, wechat: WeChat) -> None:
    group = await a_group(size=3)
    async with _following(api, group.code) as stream:
        first = await stream.next()
        now = await group.now()
        assert (first["kind"], first["version"]) == ("SNAPSHOT", now.version)
        assert first["group"] == {
            "code": group.code,
            "status": "FORMING",
            "seatsTaken": 1,
            "seatsHeld": 0,
            "seatsLeft": 2,
            "expiresAt": first["group"]["expiresAt"],
        }
        assert first["group"]["expiresAt"] is not None
        held = await joins(await a_buyer("ben"), now)
        frame = await stream.next()
        assert (frame["kind"], frame["version"], frame["group"]["seatsHeld"]) == ("SEAT_HELD", now.version + 1, 1)
        await lapses(wechat, held)
        assert (await stream.next())["kind"] == "SEAT_FREED"
        cat = await joins(await a_buyer("cat"), now)
        await stream.next()
        await money_arrives(cat.order)
        assert (await stream.next())["kind"] == "SEAT_TAKEN"
        await flows.leave(member=group.members[0].id, group=group.code, key="k")
        frame = await stream.next()
        assert (frame["kind"], frame["version"]) == ("LEADER_CHANGED", (await group.now()).version)


async def test_a_completed_group_is_the_last_frame(api: Api) -> None:
    group = await a_group(size=2)
    held = await joins(await a_buyer("ben"), await group.now())
    async with _following(api, group.code) as stream:
        await stream.next()
        await money_arrives(held.order)
        frame = await stream.next()
        assert (frame["kind"], frame["group"]["status"], frame["group"]["seatsLeft"]) == ("COMPLETED", "COMPLETED", 0)
        await stream.ends()


async def test_a_group_that_is_cancelled_ends_its_stream(api: Api, wechat: WeChat) -> None:
    held = await opens(await a_buyer(), await a_deal())
    async with _following(api, (await group_of(held)).code) as stream:
        assert (await stream.next())["group"]["status"] == "PENDING"
        await lapses(wechat, held)
        assert (await stream.next())["kind"] == "CANCELLED"
        await stream.ends()


async def test_a_failing_group_goes_on_until_every_refund_is_final(api: Api) -> None:
    deal = await a_deal(prices=(0,), size=3)
    held = await opens(await a_buyer(), deal)
    async with _following(api, (await group_of(held)).code) as stream:
        await stream.next()
        await dealing.stop(held.group, GroupFailure.RISK)
        assert (await stream.next())["kind"] == "FAILING"
        await jobs.refund_members()
        frame = await stream.next()
        assert (frame["kind"], frame["group"]["status"]) == ("FAILED", "FAILED")
        await stream.ends()


async def _changes(group: Opened, name: str) -> int:
    await joins(await a_buyer(name), await group.now())
    return (await group.now()).version


async def test_who_comes_back_with_what_is_still_current_hears_only_what_follows(api: Api) -> None:
    group = await a_group(size=5)
    current = (await group.now()).version
    async with _following(api, group.code, current) as stream:
        waiting = asyncio.create_task(stream.next())
        version = await _changes(group, "ben")
        frame = await waiting
        assert (frame["kind"], frame["version"]) == ("SEAT_HELD", version)


async def test_who_comes_back_late_gets_the_newest_state_and_no_older_one(api: Api) -> None:
    group = await a_group(size=5)
    behind = (await group.now()).version
    for name in ("ben", "cat"):
        newest = await _changes(group, name)
    async with _following(api, group.code, behind) as stream:
        assert (await stream.next())["version"] == newest


async def test_a_version_from_the_future_is_set_right(api: Api) -> None:
    group = await a_group(size=5)
    async with _following(api, group.code, 10**6) as stream:
        frame = await stream.next()
    assert (frame["kind"], frame["version"]) == ("SNAPSHOT", (await group.now()).version)


@pytest.mark.parametrize("behind", [None, 0, 1, 10**6])
async def test_of_a_group_that_has_ended_there_is_one_frame(api: Api, behind: int | None) -> None:
    group = await a_group(size=2, taken=2)
    version = (await group.now()).version
    after = None if behind is None else max(version - behind, 0) if behind < 10**6 else behind
    async with _following(api, group.code, after) as stream:
        frame = await stream.next()
        assert (frame["version"], frame["group"]["status"]) == (version, "COMPLETED")
        await stream.ends()


@pytest.mark.parametrize("code", ["G2222222222", "", "拼团", "S23456789AB", "x" * 5000])
async def test_an_unknown_code_is_not_found(api: Api, code: str) -> None:
    assert await api.refusal_to_follow("GroupChanged", {"code": code}) == "NOT_FOUND"


async def test_a_version_below_zero_is_no_version(api: Api) -> None:
    group = await a_group()
    assert await api.refusal_to_follow("GroupChanged", {"code": group.code, "afterVersion": -1}) == "BAD_USER_INPUT"


async def test_many_who_follow_one_group_hear_the_same(api: Api) -> None:
    group = await a_group(size=5)
    async with contextlib.AsyncExitStack() as stack:
        streams = [await stack.enter_async_context(_following(api, group.code)) for _ in range(5)]
        assert len({(await stream.next())["version"] for stream in streams}) == 1
        version = await _changes(group, "ben")
        assert {(await stream.next())["version"] for stream in streams} == {version}
