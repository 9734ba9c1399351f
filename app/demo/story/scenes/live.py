"""A host announces; fifty people ask to be told; each hears of the start once, by the right way."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any, Final

from app.demo.story.ears import Ear, listening
from app.demo.story.errands import enter, now
from app.demo.story.phone import PATIENCE_S, Phone
from app.demo.story.scenes.stage import EVA, FAY, HOST, Stage
from app.demo.story.screen import Person
from app.demo.story.shop import NotAsTold
from app.demo.story.shopping import find_goods
from app.wechat.sandbox import openid_of

#: With the app open, Eva among them; and with a closed one, Fay among them.
_OPEN: Final = 10
_CLOSED: Final = 40
#: So many phones ask at the same time.
_AT_ONCE: Final = 10
_PURPOSE: Final = "LIVE_START"


async def a_room_starts(stage: Stage) -> None:
    """Announced, waited for, started, watched, ended."""
    stage.screen.scene(
        "A live room, and fifty who wait for it",
        "The host announces a room. Whoever has the app open hears of its start there; to the others WeChat brings a "
        "message, if they allowed one. Everybody has it in the inbox.",
        [HOST, EVA, FAY],
    )
    host, eva, fay = (stage.phone_of(each) for each in (HOST, EVA, FAY))
    await enter(host)
    goods = await find_goods(host, "茶")
    starts = now() + timedelta(minutes=5)
    given = {"title": f"喝茶聊天 {stage.run[:4]}", "startsAt": starts.isoformat(), "productIds": [goods.product]}
    made = await host.do("ScheduleLive", "LiveRoom", input={**given, "clientId": host.new_key()})
    await host.beat(f"announces “{given['title']}” with {goods.title}: {made['status']}")
    room = made["id"]

    for phone in (eva, fay):
        await enter(phone)
        await _ask_to_be_told(phone, room, aloud=True)
    crowd = [Phone(Person(f"观众{i}", f"Fan{i}", 37), stage.run, stage.shop, stage.screen) for i in range(48)]
    await _all_at_once([_come_and_ask(phone, room) for phone in crowd])
    stage.screen.tell(
        f"{len(crowd)} more do the same, {_OPEN + _CLOSED} in all. "
        f"{_OPEN} have the app open, Eva among them; {_CLOSED} have it closed, Fay among them."
    )
    opened, closed = [eva, *crowd[: _OPEN - 1]], [fay, *crowd[_OPEN - 1 :]]
    async with AsyncExitStack() as apps:
        ears = [await apps.enter_async_context(_app_of(phone, room)) for phone in opened]
        for ear in ears:
            await ear.until(lambda ear=ear: bool(ear.of("NotificationReceived")), "the first frame")
        await host.beat("goes on the air")
        await host.do("StartLive", "LiveRoom", roomId=room)
        for ear in ears:
            await ear.until(lambda ear=ear: bool(ear.of("LiveStarted")), "the start")
        await _hear_from_wechat(closed)
        fay.screen.see(FAY, "‹ WeChat: a message on the closed phone", pushed=True)
        await _everybody_was_told_once(stage, room, opened, closed, ears)
        await _watch(stage, room, goods.product, ears[0])


def _app_of(phone: Phone, room: str) -> Any:
    """Her app, open at the front page; Eva's is in the room as well and says what it is told."""
    streams: dict[str, Mapping[str, Any]] = {"LiveStarted": {}, "NotificationReceived": {"after": None}}
    if phone.person != EVA:
        return listening(phone, streams)

    def told(operation: str, frame: Mapping[str, Any]) -> None:
        if text := _WORDS[operation](frame):
            phone.pushes += 1
            phone.screen.see(EVA, f"‹ {text}", pushed=True)

    return listening(phone, {**streams, "LiveRoomEvents": {"roomId": room, "after": None}}, told)


def _said_in_room(frame: Mapping[str, Any]) -> str:
    match frame["event"]:
        case {"__typename": "LiveEnded"}:
            return "the room has ended"
        case {"__typename": "ProductExplained", "product": {"title": title}}:
            return f"now shown: {title}"
        case {"__typename": "DanmakuBatch", "items": items}:
            return "; ".join(f"{each['nickname']}: {each['text']}" for each in items)
        case {"__typename": "LikeTotal", "total": total}:
            return f"{total} likes"
    return ""


_WORDS: Final = {
    "LiveStarted": lambda frame: f"“{frame['room']['title']}” has begun",
    "NotificationReceived": lambda frame: f"✉ {frame['notification']['title']}" if frame["notification"] else "",
    "LiveRoomEvents": _said_in_room,
}


async def _come_and_ask(phone: Phone, room: str) -> None:
    signed = await phone.do("SignIn", "SignInSuccess", code=f"dev:{phone.wechat_name}", visitorId=None)
    phone.token = signed["accessToken"]
    await _ask_to_be_told(phone, room)


async def _ask_to_be_told(phone: Phone, room: str, *, aloud: bool = False) -> None:
    """Tap "remind me": WeChat's pop-up comes from that tap, and what she answered is reported."""
    templates = (await phone.ask("MessageTemplates"))["viewer"]["messageTemplates"]
    (template,) = [each["templateId"] for each in templates if each["purpose"] == _PURPOSE]
    await phone.shop.wechat("consent", {"as": phone.wechat_name, "template_ids": [template]})
    await phone.do("RemindMeOfLive", "LiveReminder", roomId=room, remind=True)
    results = {"results": [{"templateId": template, "outcome": "ACCEPT"}], "clientId": phone.new_key()}
    await phone.do("ReportMessageConsent", "MessageConsents", input=results)
    if aloud:
        await phone.beat("asks to be told, and allows WeChat one message")


async def _all_at_once(errands: Sequence[Any]) -> None:
    gate = asyncio.Semaphore(_AT_ONCE)

    async def run(errand: Any) -> None:
        async with gate:
            await errand

    await asyncio.gather(*(run(each) for each in errands))


async def _hear_from_wechat(closed: Sequence[Phone]) -> None:
    """Until WeChat has brought a message to each of these, and no longer."""
    wanted = {openid_of(phone.wechat_name) for phone in closed}
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not wanted <= set(await _openids(closed[0])):  # noqa: ASYNC110 - WeChat pushes nothing to us
                await asyncio.sleep(0.2)
    except TimeoutError:
        got = len(wanted & set(await _openids(closed[0])))
        raise NotAsTold(f"Of {len(wanted)} with a closed app {got} had a message from WeChat") from None


async def _openids(phone: Phone) -> list[str]:
    return [each["touser"] for each in (await phone.shop.wechat("sent"))["subscribe_messages"]]


async def _everybody_was_told_once(
    stage: Stage, room: str, opened: Sequence[Phone], closed: Sequence[Phone], ears: Sequence[Ear]
) -> None:
    messages = await _openids(opened[0])
    by_wechat = [messages.count(openid_of(phone.wechat_name)) for phone in (*opened, *closed)]
    by_app = [[each["room"]["id"] for each in ear.of("LiveStarted")] for ear in ears]
    inboxes: list[int] = []

    async def count(phone: Phone) -> None:
        edges = (await phone.ask("Inbox", first=20, after=None))["viewer"]["notifications"]["edges"]
        inboxes.append([each["node"]["kind"] for each in edges].count("LIVE_STARTED"))

    await _all_at_once([count(phone) for phone in (*opened, *closed)])
    if by_wechat != [0] * len(opened) + [1] * len(closed) or by_app != [[room]] * len(opened):
        raise NotAsTold(f"The start was told {by_app} times in open apps, and by WeChat {by_wechat} times")
    if inboxes != [1] * (len(opened) + len(closed)):
        raise NotAsTold(f"The start is {inboxes} times in the inboxes")
    stage.screen.tell(
        f"Counted: {len(opened)} heard it in the app and got no message, {len(closed)} got one message from WeChat, "
        f"{len(inboxes)} inboxes have it once."
    )


async def _watch(stage: Stage, room: str, product: str, ear: Ear) -> None:
    host, eva = stage.phone_of(HOST), stage.phone_of(EVA)
    await host.beat("shows the first product")
    await host.do("ExplainProduct", "LiveRoom", roomId=room, productId=product)
    await eva.beat("writes 好香 and taps the heart 7 times")
    await eva.do("SendDanmaku", "DanmakuSent", roomId=room, text="好香", clientId=eva.new_key())
    liked = await eva.do("SendLikes", "LikesSent", roomId=room, count=7, batchId=eva.new_key())
    if liked["total"] != 7:  # noqa: PLR2004 - as many as were sent
        raise NotAsTold(f"7 likes were sent, {liked['total']} counted")
    events = ear.of("LiveRoomEvents")
    await ear.until(lambda: {"DanmakuBatch", "LikeTotal"} <= _kinds(events), "her line and her likes")
    await host.beat("says goodbye")
    await host.do("EndLive", "LiveRoom", roomId=room)
    await ear.until(lambda: "LiveEnded" in _kinds(events), "the end")


def _kinds(events: Sequence[Mapping[str, Any]]) -> set[str]:
    return {each["event"]["__typename"] for each in events if each["event"]}
