"""A room's event stream, and everything that people send to it, through the API."""

from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any

import pytest

from app.accounts.models import Role
from app.accounts.tokens import Grant
from app.core import clock
from app.core.ids import LiveRoomId, new_id
from app.core.targets import Target
from app.live import jobs, queries, rules
from app.live.actions import running
from app.live.models import LiveEvent
from app.live.watching import WATCHERS
from app.moderation import actions as moderation
from app.wechat.sandbox import openid_of
from schema.live.types.room import cursor_of
from tests.conftest import Api, Following, WeChat
from tests.factories.accounts import a_session, a_user
from tests.factories.live import MadeRoom, a_member_of_staff, a_product, a_room
from tests.factories.rows import everything


def _following(api: Api, room: MadeRoom, after: str | None = None) -> AbstractAsyncContextManager[Following]:
    return api.following("LiveRoomEvents", {"roomId": room.public_id, "after": after})


async def _event(stream: Following) -> dict[str, Any]:
    return dict((await stream.next())["event"])


async def _fan(wechat: WeChat, name: str = "小茶迷") -> Grant:
    """Somebody whom WeChat has just seen, so that it checks what she writes."""
    await wechat.login_code(name)
    return await a_session((await a_user(name, openid=openid_of(name))).id)


async def _says(api: Api, room: MadeRoom, who: Grant, text: str, client_id: str = "") -> Any:
    given = {"roomId": room.public_id, "text": text, "clientId": client_id or str(new_id())}
    return await api.outcome("SendDanmaku", given, token=who.access_token)


async def test_everything_that_happens_in_a_room_comes_once_and_in_order(api: Api, wechat: WeChat) -> None:
    tea = await a_product()
    room, fan = await a_room(products=[tea]), await _fan(wechat)
    async with _following(api, room) as stream:
        assert await stream.next() == {"cursor": cursor_of(room.id, 0), "missed": 0, "event": None}
        await running.start(room.id, by=room.host)
        started = await _event(stream)
        assert started == {"__typename": "LiveStarted", "room": {"id": room.public_id, "status": "LIVE"}}
        said = await _says(api, room, fan, "好看")
        await jobs.show_danmaku()
        batch = await _event(stream)
        (item,) = batch["items"]
        assert (batch["__typename"], item["id"], item["text"]) == ("DanmakuBatch", said["id"], "好看")
        assert item["nickname"] == "小*迷"
        likes = {"roomId": room.public_id, "count": 9, "batchId": "b"}
        for _ in range(2):
            assert (await api.outcome("SendLikes", likes, token=fan.access_token))["total"] == 9
        await WATCHERS.renew()
        await jobs.tell_counts()
        assert await _event(stream) == {"__typename": "LikeTotal", "total": 9}
        assert await _event(stream) == {"__typename": "WatchingCount", "watching": 1}
        await running.explain(room.id, by=room.host, product=tea)
        shown = await _event(stream)
        assert shown["product"] == {
            "id": Target("product", tea).public_id, "title": "龙井茶 250g", "price": {"fen": 3980},
        }  # fmt: skip
        await running.explain(room.id, by=room.host, product=None)
        assert (await _event(stream))["product"] is None
        await running.pause(room.id, by=room.host, as_staff=False)
        assert (await _event(stream))["__typename"] == "LivePaused"
        await running.end(room.id, by=room.host)
        last = await stream.next()
        assert (last["event"]["__typename"], last["cursor"]) == ("LiveEnded", cursor_of(room.id, 8))
        assert (await room.now()).head == 8


async def test_a_start_is_told_with_the_room_as_it_is_also_when_it_starts_while_the_stream_is_read(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = await a_room()
    read = queries.events_after

    async def starts_meanwhile(room_id: LiveRoomId, after: int, *, limit: int) -> list[LiveEvent]:
        await running.start(room_id, by=room.host)
        return await read(room_id, after, limit=limit)

    async with _following(api, room, cursor_of(room.id, 0)) as stream:
        monkeypatch.setattr(queries, "events_after", starts_meanwhile)
        assert (await _event(stream))["room"]["status"] == "LIVE"


async def test_between_the_page_and_the_stream_nothing_falls(api: Api, wechat: WeChat) -> None:
    room, fan = await a_room(on_air=True), await _fan(wechat)
    page = (await api("LiveRoomPage", {"id": room.public_id}))["data"]["liveRoom"]
    await _says(api, room, fan, "第一句")
    await jobs.show_danmaku()
    async with _following(api, room, page["resumeCursor"]) as stream:
        assert (await _event(stream))["items"][0]["text"] == "第一句"


async def test_who_comes_back_gets_what_she_missed_once_and_then_what_is_live(api: Api, wechat: WeChat) -> None:
    room, fan = await a_room(on_air=True), await _fan(wechat)
    for number in range(4):
        await _says(api, room, fan, f"第{number}句")
        await jobs.show_danmaku()
    async with _following(api, room) as other, _following(api, room, cursor_of(room.id, 2)) as stream:
        await other.next()
        assert [(await _event(stream))["items"][0]["text"] for _ in range(3)] == ["第1句", "第2句", "第3句"]
        await running.pause(room.id, by=room.host, as_staff=False)
        for each in (stream, other):
            assert (await _event(each))["__typename"] == "LivePaused"


async def test_who_was_away_too_long_is_told_how_much_was_left_out(
    api: Api, wechat: WeChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST_BEHIND", 3)
    room = await a_room(on_air=True)
    for _ in range(5):
        await running.pause(room.id, by=room.host, as_staff=False)
        await running.resume(room.id, by=room.host, as_staff=False)
    async with _following(api, room, cursor_of(room.id, 1)) as stream:
        frames = [await stream.next() for _ in range(3)]
    assert [each["missed"] for each in frames] == [7, 0, 0]
    assert [each["cursor"] for each in frames] == [cursor_of(room.id, seq) for seq in (9, 10, 11)]


async def test_removed_lines_are_taken_off_the_screens_and_no_longer_in_the_batch(api: Api, wechat: WeChat) -> None:
    room, fan = await a_room(on_air=True), await _fan(wechat)
    manager = await a_member_of_staff(Role.COMMUNITY_MANAGER)
    bad = (await _says(api, room, fan, "看这里"))["id"]
    good = (await _says(api, room, fan, "好茶"))["id"]
    await jobs.show_danmaku()
    remove = """mutation ($input: RemoveDanmakuInput!) { removeDanmaku(input: $input) {
      __typename ... on UserError { code } } }"""
    given = {"input": {"roomId": room.public_id, "ids": [bad], "reason": "广告"}}
    async with _following(api, room) as stream:
        await stream.next()
        assert (await api.outcome(remove, given, token=manager.access_token))["__typename"] == "LiveControl"
        assert await _event(stream) == {"__typename": "DanmakuRemoved", "ids": [bad]}
    async with _following(api, room, cursor_of(room.id, 1)) as stream:
        assert [each["id"] for each in (await _event(stream))["items"]] == [good]
    node = "query ($id: ID!) { node(id: $id) { id } }"
    assert (await api(node, {"id": bad}))["data"]["node"] is None
    assert (await api(node, {"id": good}))["data"]["node"] == {"id": good}
    assert await api.error_code(remove, given, token=fan.access_token) == "FORBIDDEN"


async def test_the_replay_is_read_by_where_in_the_broadcast_it_was_said(api: Api, wechat: WeChat) -> None:
    room, fan = await a_room(on_air=True), await _fan(wechat)
    for text in ("一", "二", "三"):
        await _says(api, room, fan, text)
        await clock.move(10)
    read = """query ($id: ID!, $from: Int!, $after: String) { liveRoom(id: $id) {
      danmaku(fromMs: $from, first: 1, after: $after) {
        edges { node { text offsetMs } } pageInfo { hasNextPage endCursor } } } }"""
    first = (await api(read, {"id": room.public_id, "from": 5000}))["data"]["liveRoom"]["danmaku"]
    assert first["edges"][0]["node"]["text"] == "二"
    after = first["pageInfo"]["endCursor"]
    rest = (await api(read, {"id": room.public_id, "from": 5000, "after": after}))["data"]["liveRoom"]["danmaku"]
    assert [each["node"]["text"] for each in rest["edges"]] == ["三"]
    assert rest["pageInfo"]["hasNextPage"] is False


async def _refusal(api: Api, room_id: str, after: str | None = None) -> str:
    return await api.refusal_to_follow("LiveRoomEvents", {"roomId": room_id, "after": after})


async def test_a_room_that_there_is_not_and_a_cursor_that_is_not_its_own_are_refused(api: Api) -> None:
    room, other = await a_room(on_air=True), await a_room()
    assert await _refusal(api, Target("live", new_id()).public_id) == "NOT_FOUND"
    assert await _refusal(api, Target("deal", room.id).public_id) == "NOT_FOUND"
    assert await _refusal(api, "nonsense") == "NOT_FOUND"
    for cursor in (cursor_of(other.id, 0), cursor_of(room.id, 2), cursor_of(room.id, -1), "x"):
        assert await _refusal(api, room.public_id, cursor) == "BAD_USER_INPUT"


async def test_those_who_follow_a_room_share_one_execution_and_are_counted(api: Api) -> None:
    room = await a_room(on_air=True)
    async with _following(api, room) as one, _following(api, room) as two, _following(api, room) as three:
        for each in (one, two, three):
            await each.next()
        assert api.engine.hub.channels == 1
        assert WATCHERS._sockets[room.id] == 3
    assert WATCHERS._sockets[room.id] == 0


async def test_only_who_is_signed_in_hears_of_starts_writes_and_likes(api: Api) -> None:
    room = await a_room(on_air=True)
    for document, variables in (
        ("SendDanmaku", {"roomId": room.public_id, "text": "好", "clientId": "c"}),
        ("SendLikes", {"roomId": room.public_id, "count": 1, "batchId": "b"}),
        ("ClaimRedPacket", {"rainId": "rain_x", "idempotencyKey": "k"}),
        ("EnterLottery", {"lotteryId": "lottery_x"}),
    ):
        assert await api.error_code(document, variables) == "UNAUTHENTICATED"
    assert await api.refusal_to_follow("LiveStarted") == "UNAUTHENTICATED"


async def test_every_refusal_of_talking_is_reached(api: Api, wechat: WeChat, long_pace: timedelta) -> None:
    room, waits, fan = await a_room(on_air=True), await a_room(), await _fan(wechat)
    before = await everything()
    assert (await _says(api, room, fan, "长" * 101))["code"] == "TEXT_TOO_LONG"
    assert (await _says(api, room, fan, "代开发票"))["code"] == "TEXT_REJECTED"
    assert (await _says(api, waits, fan, "好"))["code"] == "ROOM_NOT_LIVE"
    gone = MadeRoom(LiveRoomId(new_id()), room.host)
    assert (await _says(api, gone, fan, "好"))["code"] == "TARGET_NOT_FOUND"
    likes = {"roomId": waits.public_id, "count": 1, "batchId": "b"}
    assert (await api.outcome("SendLikes", likes, token=fan.access_token))["code"] == "ROOM_NOT_LIVE"
    assert await everything() == before
    for _ in range(rules.LINES_AT_ONCE):
        await _says(api, room, fan, "好")
    before = await everything()
    slow = await api.outcome(
        "mutation ($i: SendDanmakuInput!) { sendDanmaku(input: $i) { ... on SlowMode { code retryAfterMs } } }",
        {"i": {"roomId": room.public_id, "text": "好", "clientId": "more"}},
        token=fan.access_token,
    )
    assert slow["code"] == "SLOW_MODE"
    assert 0 < slow["retryAfterMs"] <= long_pace / timedelta(milliseconds=1)
    assert await everything() == before
    until = await clock.now() + timedelta(hours=1)
    await moderation.mute(by=room.host, user=fan.user, community=None, until=until, reason="刷屏")
    before = await everything()
    muted = await api.outcome(
        "mutation ($i: SendDanmakuInput!) { sendDanmaku(input: $i) { ... on Muted { code until } } }",
        {"i": {"roomId": room.public_id, "text": "好", "clientId": "muted"}},
        token=fan.access_token,
    )
    assert muted == {"code": "MUTED", "until": until.isoformat()}
    assert await everything() == before


async def test_what_is_no_count_of_taps_and_no_line_is_bad_input(api: Api, wechat: WeChat) -> None:
    room, fan = await a_room(on_air=True), await _fan(wechat)
    for count in (0, -1, rules.MOST_LIKES + 1):
        likes = {"roomId": room.public_id, "count": count, "batchId": "b"}
        assert await api.error_code("SendLikes", likes, token=fan.access_token) == "BAD_USER_INPUT"
    empty = {"roomId": room.public_id, "text": " ", "clientId": "c"}
    assert await api.error_code("SendDanmaku", empty, token=fan.access_token) == "BAD_USER_INPUT"


async def test_no_rain_falls_and_no_lottery_is_open_yet(api: Api, wechat: WeChat) -> None:
    fan = await _fan(wechat)
    rain, lottery = Target("rain", new_id()).public_id, Target("lottery", new_id()).public_id
    claimed = await api.outcome("ClaimRedPacket", {"rainId": rain, "idempotencyKey": "k"}, token=fan.access_token)
    entered = await api.outcome("EnterLottery", {"lotteryId": lottery}, token=fan.access_token)
    assert claimed["code"] == entered["code"] == "TARGET_NOT_FOUND"
