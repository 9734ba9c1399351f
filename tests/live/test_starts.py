"""The room starts: everybody who asked or follows hears it once, by the right way."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from app import wiring
from app.accounts.tokens import Grant
from app.core import worker
from app.core.ids import UserId
from app.core.targets import Target
from app.core.words import CHINESE
from app.live import ports
from app.live.actions import reminding, running
from app.notifications import actions, presence, queries, reactions, wording
from app.notifications.models import MessagePurpose, Notification, NotificationKind
from app.notifications.presence import Listeners
from app.wechat.sandbox import openid_of
from tests.conftest import Api, WeChat
from tests.factories.accounts import a_session, a_user
from tests.factories.live import MadeRoom, a_room
from tests.factories.notifications import a_consent

LIVE_START = MessagePurpose.LIVE_START


async def _waits(wechat: WeChat, name: str, room: MadeRoom, *, consents: int = 1) -> Grant:
    """Somebody who asked to be told of the room, and allowed a message here and at WeChat."""
    await wechat.login_code(name)
    for _ in range(consents):
        await wechat.consent(name, "sandbox-live-start")
    grant = await a_session((await a_user(name, openid=openid_of(name))).id)
    await a_consent(grant.user, purpose=LIVE_START, remaining=consents)
    await reminding.remind(user=grant.user, room=room.id, wanted=True)
    return grant


@contextlib.asynccontextmanager
async def _open_apps(api: Api, people: Sequence[Grant]) -> AsyncIterator[list[list[dict[str, Any]]]]:
    """What each of these people hears of starts, while the block runs."""
    heard: list[list[dict[str, Any]]] = [[] for _ in people]

    async def listen(grant: Grant, into: list[dict[str, Any]]) -> None:
        async with contextlib.aclosing(api.subscribe("LiveStarted", {}, token=grant.access_token)) as stream:
            while True:
                into.append((await anext(stream))["data"]["liveStarted"])

    tasks = [asyncio.create_task(listen(grant, into)) for grant, into in zip(people, heard, strict=True)]
    async with asyncio.timeout(10):
        while len(presence.LISTENERS._streams) < len(people):  # noqa: ASYNC110 - sockets open by and by
            await asyncio.sleep(0.01)
    try:
        yield heard
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def _received(wechat: WeChat) -> list[str]:
    return sorted(each["touser"] for each in (await wechat.sent())["subscribe_messages"])


async def test_fifty_wait_ten_have_the_app_open_and_each_hears_once_by_the_right_way(
    api: Api, wechat: WeChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reactions, "AUDIENCE_BATCH", 7)
    room = await a_room()
    people = [await _waits(wechat, f"fan{number}", room) for number in range(50)]
    async with _open_apps(api, people[:10]) as heard:
        await running.start(room.id, by=room.host)
        await worker.run_until_idle(wiring.JOBS)
        async with asyncio.timeout(10):
            while not all(heard):  # noqa: ASYNC110 - frames arrive by and by
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
    assert [len(each) for each in heard] == [1] * 10
    assert heard[0][0]["room"] == {"id": room.public_id, "title": "春茶上新", "host": heard[0][0]["room"]["host"]}
    assert heard[0][0]["room"]["host"]["nickname"] == "茶姐"
    assert await _received(wechat) == sorted(openid_of(f"fan{number}") for number in range(10, 50))
    told = await Notification.filter(kind=NotificationKind.LIVE_STARTED)
    assert sorted(each.user_id for each in told) == sorted(each.user for each in people)
    states = [await queries.template_states(each.user) for each in (people[0], people[-1])]
    assert [next(each.remaining for each in state if each.purpose is LIVE_START) for state in states] == [1, 0]


async def test_followers_hear_it_too_and_who_asked_and_follows_hears_it_once(
    wechat: WeChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reactions, "AUDIENCE_BATCH", 3)
    room = await a_room()
    fans = sorted([(await a_user(f"小{n}迷")).id for n in range(8)])

    async def following(host: UserId, /, *, after: UserId | None, limit: int) -> list[UserId]:
        assert host == room.host
        return [each for each in fans if after is None or each > after][:limit]

    monkeypatch.setattr(ports, "_followings", {"fans": following})
    for user in (fans[0], fans[5], (await a_user()).id, room.host):
        await reminding.remind(user=user, room=room.id, wanted=True)
    await running.start(room.id, by=room.host)
    await worker.run_until_idle(wiring.JOBS)
    told = [each.user_id for each in await Notification.filter(kind=NotificationKind.LIVE_STARTED)]
    assert len(told) == len(set(told)) == 9
    assert set(fans) <= set(told)
    assert room.host not in told


async def test_a_host_who_asked_for_her_own_room_cuts_nobody_off(
    wechat: WeChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reactions, "AUDIENCE_BATCH", 2)
    room = await a_room()
    people = [(await a_user(f"小{n}迷")).id for n in range(5)]
    for user in (room.host, *people):
        await reminding.remind(user=user, room=room.id, wanted=True)
    await running.start(room.id, by=room.host)
    await worker.run_until_idle(wiring.JOBS)
    told = [each.user_id for each in await Notification.filter(kind=NotificationKind.LIVE_STARTED)]
    assert sorted(told) == sorted(people)


async def test_who_waits_for_a_room_that_is_cancelled_hears_it_once_and_who_only_follows_does_not(
    wechat: WeChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reactions, "AUDIENCE_BATCH", 2)
    room, follower = await a_room(), (await a_user()).id

    async def following(host: UserId, /, *, after: UserId | None, limit: int) -> list[UserId]:
        del host, after
        return [follower][:limit]

    monkeypatch.setattr(ports, "_followings", {"fans": following})
    people = [await _waits(wechat, f"fan{number}", room) for number in range(5)]
    await running.cancel(room.id, by=room.host, reason="感冒了")
    await worker.run_until_idle(wiring.JOBS)
    told = await Notification.all()
    assert sorted(each.user_id for each in told) == sorted(each.user for each in people)
    assert {each.kind for each in told} == {NotificationKind.LIVE_CANCELLED}
    said = wording.words(told[0].kind, told[0].values, CHINESE)
    assert (said.title, said.body) == ("茶姐 的直播已取消", "您预约的“春茶上新”已取消，敬请谅解。")
    # What she allowed WeChat to bring her is for a start.
    assert await _received(wechat) == []


async def test_a_room_that_ends_is_not_told_as_one_that_was_cancelled(wechat: WeChat) -> None:
    room, ann = await a_room(), (await a_user()).id
    await reminding.remind(user=ann, room=room.id, wanted=True)
    await running.start(room.id, by=room.host)
    await running.end(room.id, by=room.host)
    await worker.run_until_idle(wiring.JOBS)
    assert [each.kind for each in await Notification.filter(user_id=ann)] == [NotificationKind.LIVE_STARTED]


async def test_a_crash_between_two_batches_leaves_nobody_out_and_tells_nobody_twice(
    wechat: WeChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reactions, "AUDIENCE_BATCH", 2)
    room = await a_room()
    people = [(await a_user(f"小{n}迷")).id for n in range(7)]
    for user in people:
        await reminding.remind(user=user, room=room.id, wanted=True)
    await running.start(room.id, by=room.host)
    calls = 0

    async def dies_after_writing(**given: Any) -> None:
        nonlocal calls
        calls += 1
        await actions.tell(**given)
        if calls in {1, 3}:
            raise ConnectionError("the worker died here")

    monkeypatch.setattr(reactions, "tell", dies_after_writing)
    for _ in range(12):
        await worker.deliver_due()
        await wechat.move_clock(10)
    told = [each.user_id for each in await Notification.filter(kind=NotificationKind.LIVE_STARTED)]
    assert sorted(told) == sorted(people)
    assert calls > 4


async def test_a_room_that_goes_on_after_a_pause_is_not_told_again(wechat: WeChat) -> None:
    room, ann = await a_room(), (await a_user()).id
    await reminding.remind(user=ann, room=room.id, wanted=True)
    await running.start(room.id, by=room.host)
    await running.pause(room.id, by=room.host, as_staff=False)
    await running.resume(room.id, by=room.host, as_staff=False)
    await worker.run_until_idle(wiring.JOBS)
    assert await Notification.filter(user_id=ann).count() == 1


async def test_the_inbox_says_it_in_words_and_opens_the_room(api: Api, wechat: WeChat) -> None:
    room, ann = await a_room(), await a_session((await a_user()).id)
    await reminding.remind(user=ann.user, room=room.id, wanted=True)
    await running.start(room.id, by=room.host)
    await worker.run_until_idle(wiring.JOBS)
    read = "edges { node { kind title body target { ... on LiveRoom { id } } } }"
    answer = await api(f"{{ viewer {{ notifications(first: 1) {{ {read} }} }} }}", token=ann.access_token)
    (entry,) = answer["data"]["viewer"]["notifications"]["edges"]
    assert entry["node"] == {
        "kind": "LIVE_STARTED",
        "title": "茶姐 开播了",
        "body": "春茶上新 已开播，快来看看吧！",
        "target": {"id": room.public_id},
    }


async def test_the_next_tap_asks_for_a_consent_while_more_rooms_are_waited_for_than_messages_allowed(
    api: Api, wechat: WeChat
) -> None:
    first, second = await a_room(), await a_room()
    ann = await _waits(wechat, "ann", first)

    async def asks(*, one_more_room: bool = False) -> bool:
        read = "query ($more: Boolean!) { viewer { messageTemplates(toBeReminded: $more) { purpose shouldAsk } } }"
        templates = (await api.outcome(read, {"more": one_more_room}, token=ann.access_token))["messageTemplates"]
        return bool(next(each["shouldAsk"] for each in templates if each["purpose"] == LIVE_START))

    assert not await asks()
    assert await asks(one_more_room=True)
    await reminding.remind(user=ann.user, room=second.id, wanted=True)
    assert await asks()
    await reminding.remind(user=ann.user, room=second.id, wanted=False)
    assert not await asks()


async def test_the_message_on_a_closed_phone_names_room_and_host_and_opens_the_room(wechat: WeChat) -> None:
    room = await a_room()
    await _waits(wechat, "ann", room)
    await running.start(room.id, by=room.host)
    await worker.run_until_idle(wiring.JOBS)
    (message,) = (await wechat.sent())["subscribe_messages"]
    assert message["page"] == f"pages/live?id={Target('live', room.id).public_id}"
    assert message["data"]["thing1"]["value"] == "春茶上新"
    assert message["data"]["thing2"]["value"] == "茶姐"


async def test_who_listens_at_a_process_that_died_is_taken_for_absent_once_its_lease_has_run_out(
    wechat: WeChat,
) -> None:
    room = await a_room()
    people = [await _waits(wechat, name, room) for name in ("ann", "bob")]
    dead = Listeners()
    await dead.arrive(people[0].user)
    await wechat.move_clock(presence.LEASE.total_seconds() + 1)
    alive = Listeners()
    await alive.arrive(people[1].user)
    await running.start(room.id, by=room.host)
    await worker.run_until_idle(wiring.JOBS)
    assert await _received(wechat) == [openid_of("ann")]


async def test_who_closes_the_app_is_absent_after_the_next_renewal(wechat: WeChat) -> None:
    room = await a_room()
    ann = await _waits(wechat, "ann", room)
    process = Listeners()
    await process.arrive(ann.user)
    process.changed(ann.user, 1)
    process.changed(ann.user, -1)
    await process.renew()
    await running.start(room.id, by=room.host)
    await worker.run_until_idle(wiring.JOBS)
    assert await _received(wechat) == [openid_of("ann")]
