"""A host announces a room, fifty people want to know when it starts, and each hears of it once by the right way."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

from app.accounts.models import Role
from app.core import clock, db, ids
from app.core.targets import Target
from app.wechat.sandbox import openid_of
from tests.factories.live import a_product
from tests.journeys.installation import Installation
from tests.journeys.people import Phone, a_clerk, a_phone, new_key
from tests.journeys.processes import until
from tests.journeys.sockets import Listening, Sockets, brought

#: As many phones at once as a street corner has.
_AT_ONCE = 10


async def _each(people: Sequence[Phone], does: Callable[[Phone], Awaitable[Any]]) -> list[Any]:
    """What each of them gets who does this, in their order."""
    turns = asyncio.Semaphore(_AT_ONCE)

    async def in_turn(phone: Phone) -> Any:
        async with turns:
            return await does(phone)

    return await asyncio.gather(*[in_turn(each) for each in people])


async def _is_listed(people: Sequence[Phone]) -> bool:
    """Whether the shop knows of each of them that her app is open."""
    users = [ids.from_public(each.user)[1] for each in people]
    listed = await db.value(int, "SELECT COUNT(DISTINCT user_id) AS n FROM listeners WHERE user_id = ANY($1)", users)
    return listed == len(people)


async def _open_apps(sockets: Sockets, people: Sequence[Phone]) -> tuple[list[Listening], list[Listening]]:
    """What these people hear: of starts, and in their inboxes."""
    starts = [
        sockets.listen(each.name, [each.server.socket_url], "LiveStarted", {}, token=each.token) for each in people
    ]
    await until(lambda: _is_listed(people), "their apps are open")
    inboxes = [each.hear(sockets) for each in people]
    for inbox in inboxes:
        await inbox.until(brought())
    return starts, inboxes


async def _announced(shop: Installation, host: Phone) -> str:
    tea = Target("product", await a_product()).public_id
    wanted = {
        "title": "春茶上新", "startsAt": (await clock.now() + timedelta(minutes=10)).isoformat(),
        "productIds": [tea], "clientId": new_key(),
    }  # fmt: skip
    room = await host.do("ScheduleLive", input=wanted)
    assert (room["__typename"], room["status"]) == ("LiveRoom", "SCHEDULED"), room
    return str(room["id"])


async def _messages(shop: Installation, room: str) -> list[str]:
    """To whom WeChat has brought word of this room, by openid."""
    sent = (await shop.wechat.sent())["subscribe_messages"]
    return sorted(each["touser"] for each in sent if room in each["page"])


async def test_fifty_wait_ten_have_the_app_open_and_each_hears_once_by_the_right_way(
    shop: Installation, sockets: Sockets
) -> None:
    servers = (shop.servers[0], shop.servers[-1])
    host = await a_clerk(shop, Role.HOST)
    room = await _announced(shop, host)

    async def comes(number: int) -> Phone:
        phone = Phone(f"fan{number}-{new_key()[:8]}", servers[number % 2], shop.wechat)
        await phone.sign_in()
        return phone

    people = await asyncio.gather(*[comes(number) for number in range(53)])
    fifty, (refuses, changes_her_mind, passes_by) = people[:50], people[50:]

    async def asks(phone: Phone, *, allows: bool = True) -> None:
        # One tap: it asks to be reminded and, where the page was told to ask, opens WeChat's pop-up.
        assert (await phone.template("LIVE_START"))["shouldAsk"]
        reminder = await phone.do("RemindMeOfLive", roomId=room)
        assert (reminder["__typename"], reminder["remind"]) == ("LiveReminder", True), reminder
        await phone.consent("LIVE_START", allows=allows)

    await _each([*fifty, changes_her_mind], asks)
    await asks(refuses, allows=False)
    assert not (await changes_her_mind.do("RemindMeOfLive", roomId=room, remind=False))["remind"]
    for phone in fifty[:3]:
        template = await phone.template("LIVE_START")
        assert (template["remaining"], template["shouldAsk"]) == (1, False)

    here, away = fifty[:10], fifty[10:]
    starts, inboxes = await _open_apps(sockets, here)
    assert await _messages(shop, room) == []
    started = await host.do("StartLive", roomId=room)
    assert (started["__typename"], started["status"]) == ("LiveRoom", "LIVE"), started
    for heard in starts:
        await heard.until(lambda each: [frame["room"]["id"] for frame in each.frames] == [room])
    for heard in inboxes:
        await heard.until(brought("LIVE_STARTED"))
    assert (await host.do("StartLive", roomId=room))["status"] == "LIVE"
    await shop.all_is_done()

    async def all_messages() -> bool:
        return len(await _messages(shop, room)) >= len(away)

    await until(all_messages, "WeChat has brought word to all who are away")
    assert await _messages(shop, room) == sorted(openid_of(each.name) for each in away)
    assert [len(heard.frames) for heard in starts] == [1] * 10
    assert [heard.kinds for heard in inboxes] == [["LIVE_STARTED"]] * 10
    for told, whom in ((1, [*fifty, refuses]), (0, [changes_her_mind, passes_by])):
        assert await _each(whom, lambda phone: phone.told("LIVE_STARTED")) == [told] * len(whom)
    # A message uses its consent up; news over a socket does not.
    left = [each["remaining"] for each in await _each(fifty, lambda phone: phone.template("LIVE_START"))]
    assert left == [1] * 10 + [0] * 40
    late = await a_phone(shop, "late")
    shown = (await late.ask("LiveRooms", first=50))["liveRooms"]["edges"]
    assert [each["node"]["status"] for each in shown if each["node"]["id"] == room] == ["LIVE"]
    assert (await host.do("EndLive", roomId=room))["status"] == "ENDED"
    for heard in [*starts, *inboxes]:
        heard.leave()
