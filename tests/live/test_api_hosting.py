"""Announcing and running rooms through the API: the contract's documents, and who may send them."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from app.accounts.models import Role
from app.core import clock, db
from app.core.db.connections import connection
from app.core.targets import Target
from app.live.actions import running
from app.live.models import LiveRoom
from app.media.actions import checking
from app.media.models import Upload
from app.media.states import UploadPurpose, Verdict
from tests.conftest import Api
from tests.factories.accounts import a_signed_in_user
from tests.factories.live import a_member_of_staff, a_product, a_room
from tests.factories.media import an_upload
from tests.factories.rows import everything

DESK = """query ($id: ID!) { staff { liveRoom(id: $id) {
  room { id status } version pausedBy slowModeSeconds reminders pushUrl startedAt endedAt } } }"""
DESKS = "query ($first: Int!) { staff { liveRooms(first: $first) { edges { node { room { id } } } } } }"
CONTROL = (
    "__typename ... on LiveControl { version pausedBy room { id title status } } ... on UserError { code message }"
)
PAUSE = f"mutation ($input: PauseLiveInput!) {{ pauseLive(input: $input) {{ {CONTROL} }} }}"
RESUME = f"mutation ($input: ResumeLiveInput!) {{ resumeLive(input: $input) {{ {CONTROL} }} }}"
CANCEL = f"mutation ($input: CancelLiveInput!) {{ cancelLive(input: $input) {{ {CONTROL} }} }}"
EDIT = f"mutation ($input: EditLiveInput!) {{ editLive(input: $input) {{ {CONTROL} }} }}"
WAITED_FOR = """query ($first: Int!, $after: String) { viewer { liveReminders(first: $first, after: $after) {
  edges { node { id } } pageInfo { hasNextPage endCursor } } } }"""
PUT_AWAY = """mutation ($input: PutProductAwayInput!) { putProductAway(input: $input) {
  ... on LiveRoom { explaining { id } } } }"""


async def test_a_host_announces_starts_shows_and_ends(api: Api) -> None:
    host = await a_member_of_staff(Role.HOST, nickname="茶姐")
    tea = Target("product", await a_product()).public_id
    starts_at = (await clock.now() + timedelta(hours=1)).isoformat()
    given = {"title": "春茶上新", "startsAt": starts_at, "productIds": [tea], "clientId": "c1"}
    made = await api.outcome("ScheduleLive", {"input": given}, token=host.access_token)
    assert (made["__typename"], made["status"]) == ("LiveRoom", "SCHEDULED")
    assert await api.outcome("ScheduleLive", {"input": given}, token=host.access_token) == made
    room = {"roomId": made["id"]}
    assert (await api.outcome("StartLive", room, token=host.access_token))["status"] == "LIVE"
    shown = await api.outcome("ExplainProduct", {**room, "productId": tea}, token=host.access_token)
    assert shown["explaining"]["id"] == tea
    page = (await api("LiveRoomPage", {"id": made["id"]}))["data"]["liveRoom"]
    assert page["playUrl"].startswith("http://127.0.0.1:8000/live/sandbox/live/room-")
    assert page["host"]["nickname"] == "茶姐"
    assert [each["title"] for each in page["products"]] == [page["explaining"]["title"]]
    assert page["explaining"]["price"] == {"fen": 3980, "display": "¥39.80"}
    assert (await api.outcome(PUT_AWAY, {"input": room}, token=host.access_token))["explaining"] is None
    assert (await api.outcome("EndLive", room, token=host.access_token))["status"] == "ENDED"
    assert (await api("LiveRoomPage", {"id": made["id"]}))["data"]["liveRoom"]["playUrl"] is None


async def test_the_list_has_what_can_be_gone_to_and_nothing_else(api: Api) -> None:
    for _ in range(3):
        await a_room(on_air=True)
    soon = await a_room()
    first = (await api("LiveRooms", {"first": 2}))["data"]["liveRooms"]
    rest = (await api("LiveRooms", {"first": 2, "after": first["pageInfo"]["endCursor"]}))["data"]["liveRooms"]
    assert first["pageInfo"]["hasNextPage"] is True
    assert rest["pageInfo"]["hasNextPage"] is False
    assert [each["node"]["status"] for each in first["edges"] + rest["edges"]] == ["LIVE"] * 3 + ["SCHEDULED"]
    assert rest["edges"][-1]["node"]["id"] == soon.public_id
    assert rest["edges"][-1]["node"]["host"]["nickname"] == "茶姐"


async def test_a_list_of_rooms_costs_the_same_statements_however_long_it_is(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = []
    for _ in range(3):
        await a_room(on_air=True, products=[await a_product(), await a_product()])
        with monkeypatch.context() as patch:
            sent: list[str] = []
            kind: Any = type(connection())
            for name in ("execute_query", "execute_query_dict"):
                patch.setattr(kind, name, _counted(getattr(kind, name), sent))
            listed = await api("{ liveRooms(first: 9) { edges { node { host { id } products { price { fen } } } } } }")
        assert "errors" not in listed, listed
        counts.append(len(sent))
    assert len(set(counts)) == 1, counts
    assert counts[0] <= 7, counts


def _counted(original: Any, sent: list[str]) -> Any:
    async def count(self: Any, query: str, *values: Any, **named: Any) -> Any:
        sent.append(query)
        return await original(self, query, *values, **named)

    return count


async def test_a_cover_is_shown_once_it_has_passed_its_check_and_a_new_one_takes_its_place(
    api: Api, do_all_work: Callable[[], Awaitable[None]]
) -> None:
    host = await a_member_of_staff(Role.HOST)
    room = await a_room(host.user)
    waiting = await an_upload(host.user, UploadPurpose.COVER, verdict=Verdict.WAITING)
    passed = await an_upload(host.user, UploadPurpose.COVER)
    foreign = await an_upload((await a_signed_in_user()).user, UploadPurpose.COVER)

    async def covered(upload: Upload, version: int) -> Any:
        given = {"roomId": room.public_id, "expectedVersion": version,
                 "coverUploadId": Target("upload", upload.id).public_id}  # fmt: skip
        return await api.outcome(EDIT, {"input": given}, token=host.access_token)

    assert (await covered(waiting, 1))["version"] == 2
    assert (await room.now()).cover_path is None
    async with db.transaction():
        await checking.decide(upload=waiting.id, verdict=Verdict.PASSED)
    await do_all_work()
    assert (await room.now()).cover_path == waiting.path
    assert (await covered(foreign, 3))["code"] == "UPLOAD_INVALID"
    assert (await room.now()).cover_path == waiting.path
    await covered(passed, 3)
    await do_all_work()
    assert (await room.now()).cover_path == passed.path
    page = (await api("LiveRooms", {"first": 1}))["data"]["liveRooms"]["edges"][0]["node"]
    assert page["coverUrl"].endswith(passed.path)


@pytest.mark.parametrize("after", ["x", "WzAsIngiLCJ5Il0", "WzksIjIwMjYtMTEtMjNUMTA6MDA6MDArMDA6MDAiLCJ4Il0"])
async def test_a_cursor_that_is_none_of_ours_is_bad_input(api: Api, after: str) -> None:
    assert await api.error_code("LiveRooms", {"first": 2, "after": after}) == "BAD_USER_INPUT"


async def test_asking_to_be_reminded_is_the_same_however_often(api: Api) -> None:
    room, ann = await a_room(), await a_signed_in_user()
    for remind in (True, True, False):
        answer = await api.outcome(
            "RemindMeOfLive", {"roomId": room.public_id, "remind": remind}, token=ann.access_token
        )
        assert answer == {"__typename": "LiveReminder", "room": {"id": room.public_id}, "remind": remind}
    assert await api.error_code("RemindMeOfLive", {"roomId": room.public_id}) == "UNAUTHENTICATED"
    gone = await api.outcome("RemindMeOfLive", {"roomId": Target("deal", room.id).public_id}, token=ann.access_token)
    assert gone["code"] == "TARGET_NOT_FOUND"


async def test_whoever_asked_sees_what_she_waits_for_page_by_page_and_nobody_else_does(api: Api) -> None:
    ann, bob = await a_signed_in_user(), await a_signed_in_user()
    at = await clock.now() + timedelta(hours=1)
    rooms = [await a_room(starts_at=at + timedelta(minutes=number // 2)) for number in range(4)]
    for room in rooms:
        await api.outcome("RemindMeOfLive", {"roomId": room.public_id}, token=ann.access_token)
    await running.start(rooms[0].id, by=rooms[0].host)
    seen: list[str] = []
    after = None
    while len(seen) < len(rooms):
        mine = (await api.outcome(WAITED_FOR, {"first": 2, "after": after}, token=ann.access_token))["liveReminders"]
        seen += [each["node"]["id"] for each in mine["edges"]]
        after = mine["pageInfo"]["endCursor"]
        if not mine["pageInfo"]["hasNextPage"]:
            break
    assert seen == [each.public_id for each in rooms[1:]]
    assert (await api.outcome(WAITED_FOR, {"first": 2}, token=bob.access_token))["liveReminders"]["edges"] == []
    assert await api.outcome(WAITED_FOR, {"first": 2}, token=None) is None


async def test_only_hosts_announce_and_only_their_own_rooms_are_theirs(api: Api) -> None:
    room, shopper = await a_room(), await a_signed_in_user()
    other = await a_member_of_staff(Role.HOST)
    manager = await a_member_of_staff(Role.COMMUNITY_MANAGER)
    given = {"title": "t", "startsAt": (await clock.now()).isoformat(), "clientId": "c"}
    before = await everything()
    assert await api.error_code("ScheduleLive", {"input": given}) == "UNAUTHENTICATED"
    for who in (shopper, manager):
        assert await api.error_code("ScheduleLive", {"input": given}, token=who.access_token) == "FORBIDDEN"
    own = {"roomId": room.public_id}
    showing = {**own, "productId": Target("product", room.id).public_id}
    for document, variables in (("StartLive", own), ("EndLive", own), ("ExplainProduct", showing)):
        assert await api.error_code(document, variables) == "UNAUTHENTICATED"
        for who in (shopper, other, manager):
            assert await api.error_code(document, variables, token=who.access_token) == "FORBIDDEN"
    change = {"input": {**own, "expectedVersion": 1}}
    for document in (PAUSE, RESUME, CANCEL, EDIT):
        for who in (shopper, other):
            assert await api.error_code(document, change, token=who.access_token) == "FORBIDDEN"
    assert await everything() == before


async def test_staff_pause_with_the_version_they_saw_and_the_host_cannot_go_on(api: Api) -> None:
    room = await a_room(on_air=True)
    manager = await a_member_of_staff(Role.COMMUNITY_MANAGER)
    desk = (await api.outcome(DESK, {"id": room.public_id}, token=manager.access_token))["liveRoom"]
    assert (desk["room"]["status"], desk["pushUrl"]) == ("LIVE", None)
    seen = {"roomId": room.public_id, "expectedVersion": desk["version"]}
    paused = await api.outcome(PAUSE, {"input": {**seen, "reason": "画面违规"}}, token=manager.access_token)
    assert (paused["room"]["status"], paused["pausedBy"]) == ("PAUSED", "STAFF")
    stale = await api.outcome(RESUME, {"input": seen}, token=manager.access_token)
    assert stale["code"] == "STALE"
    from app.accounts.models import User  # noqa: PLC0415 - only this test signs the host in again
    from tests.factories.accounts import a_session  # noqa: PLC0415 - as above

    host = await a_session((await User.get(id=room.host)).id)
    before = await everything()
    refused = await api.outcome(
        RESUME, {"input": {**seen, "expectedVersion": paused["version"]}}, token=host.access_token
    )
    assert refused["code"] == "PAUSED_BY_STAFF"
    assert await everything() == before
    gone_on = await api.outcome(
        RESUME, {"input": {**seen, "expectedVersion": paused["version"]}}, token=manager.access_token
    )
    assert gone_on["room"]["status"] == "LIVE"


async def test_the_push_address_is_for_the_host_alone(api: Api) -> None:
    host, other = await a_member_of_staff(Role.HOST), await a_member_of_staff(Role.HOST)
    room = await a_room(host.user)
    desk = (await api.outcome(DESK, {"id": room.public_id}, token=host.access_token))["liveRoom"]
    assert desk["pushUrl"].startswith("rtmp://127.0.0.1/live/room-")
    assert (await api.outcome(DESK, {"id": room.public_id}, token=other.access_token))["liveRoom"] is None
    assert (await api.outcome(DESKS, {"first": 5}, token=other.access_token))["liveRooms"]["edges"] == []
    assert len((await api.outcome(DESKS, {"first": 5}, token=host.access_token))["liveRooms"]["edges"]) == 1
    support = await a_member_of_staff(Role.SUPPORT)
    assert await api.error_code(DESK, {"id": room.public_id}, token=support.access_token) == "FORBIDDEN"


async def test_a_room_is_edited_and_cancelled_with_the_version_that_was_seen(api: Api) -> None:
    host = await a_member_of_staff(Role.HOST)
    room = await a_room(host.user)
    seen = {"roomId": room.public_id, "expectedVersion": 1}
    edited = await api.outcome(
        EDIT, {"input": {**seen, "title": "夏茶", "slowModeSeconds": 9}}, token=host.access_token
    )
    assert (edited["room"]["title"], edited["version"]) == ("夏茶", 2)
    assert (await api.outcome(CANCEL, {"input": seen}, token=host.access_token))["code"] == "STALE"
    cancelled = await api.outcome(CANCEL, {"input": {**seen, "expectedVersion": 2}}, token=host.access_token)
    assert cancelled["room"]["status"] == "ENDED"


@pytest.mark.parametrize(
    "changes",
    [{"title": " "}, {"title": "长" * 61}, {"startsAt": "2020-01-01T00:00:00+08:00"}, {"clientId": ""},
     {"startsAt": "2226-01-01T00:00:00+08:00"}, {"productIds": ["nonsense"]}],
)  # fmt: skip
async def test_a_malformed_announcement_is_bad_input(api: Api, changes: dict[str, Any]) -> None:
    host = await a_member_of_staff(Role.HOST)
    given = {"title": "t", "startsAt": (await clock.now()).isoformat(), "clientId": "c"} | changes
    assert await api.error_code("ScheduleLive", {"input": given}, token=host.access_token) == "BAD_USER_INPUT"
    assert await LiveRoom.all().count() == 0


async def test_every_refusal_of_a_rooms_life_is_reached_and_said_in_chinese(api: Api) -> None:
    host = await a_member_of_staff(Role.HOST)
    live, waits = await a_room(host.user, on_air=True), await a_room(host.user)
    before = await everything()
    busy = await api.outcome("StartLive", {"roomId": waits.public_id}, token=host.access_token)
    assert busy == {"__typename": "Refusal", "code": "ALREADY_LIVE", "message": "你正在另一个直播间直播。"}
    early = await api.outcome("EndLive", {"roomId": waits.public_id}, token=host.access_token)
    assert early["code"] == "ROOM_NOT_LIVE"
    late = {"roomId": live.public_id, "expectedVersion": (await live.now()).version}
    assert (await api.outcome(CANCEL, {"input": late}, token=host.access_token))["code"] == "ROOM_STARTED"
    assert await everything() == before
    await api.outcome("EndLive", {"roomId": live.public_id}, token=host.access_token)
    before = await everything()
    assert (await api.outcome("StartLive", {"roomId": live.public_id}, token=host.access_token))["code"] == "ROOM_ENDED"
    assert await everything() == before


async def test_a_room_its_host_and_nothing_else_open_by_their_ids(api: Api) -> None:
    room = await a_room()
    node = "query ($id: ID!) { node(id: $id) { __typename id } }"
    assert (await api(node, {"id": room.public_id}))["data"]["node"]["__typename"] == "LiveRoom"
    page = (await api("LiveRoomPage", {"id": room.public_id}))["data"]["liveRoom"]
    profile = (await api(node, {"id": page["host"]["id"]}))["data"]["node"]
    assert profile == {"__typename": "Profile", "id": page["host"]["id"]}
    assert (await api("LiveRoomPage", {"id": Target("live", room.host).public_id}))["data"]["liveRoom"] is None


async def test_a_room_can_be_shared_until_it_is_cancelled(api: Api) -> None:
    host = await a_member_of_staff(Role.HOST)
    room = await a_room(host.user)
    made = await api.outcome("CreateShareLink", {"targetId": room.public_id, "form": "CARD"}, token=host.access_token)
    assert made["target"]["__typename"] == "LiveRoom" if "target" in made else made["code"]
    await api.outcome(CANCEL, {"input": {"roomId": room.public_id, "expectedVersion": 1}}, token=host.access_token)
    again = await api.outcome(
        "CreateShareLink", {"targetId": room.public_id, "form": "POSTER"}, token=host.access_token
    )
    assert again["code"] == "TARGET_NOT_SHAREABLE"
