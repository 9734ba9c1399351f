"""A live room over two servers and a worker: what is said at one is heard at the other."""

from uuid import UUID

from app.core import clock, db
from app.live.actions import running
from tests.factories.live import a_room
from tests.journeys.installation import Installation
from tests.journeys.people import a_phone, new_key
from tests.journeys.processes import until
from tests.journeys.sockets import Listening, Sockets


def _texts(heard: Listening) -> list[str]:
    events = [each["event"] for each in heard.frames if each["event"]]
    return [item["text"] for event in events for item in event.get("items", [])]


def _totals(heard: Listening, what: str) -> list[int]:
    return [each["event"][what] for each in heard.frames if each["event"] and what in each["event"]]


async def test_what_is_said_and_liked_at_one_server_reaches_sockets_of_the_other(
    shop: Installation, sockets: Sockets
) -> None:
    says_at, hears_at = shop.servers[0], shop.servers[-1]
    room = await a_room(starts_at=await clock.now())
    ann, bob = await a_phone(shop, "ann", says_at), await a_phone(shop, "bob", hears_at)
    await ann.do("RemindMeOfLive", roomId=room.public_id)
    watching = sockets.listen(
        bob.name, [hears_at.socket_url], "LiveRoomEvents", {"roomId": room.public_id, "after": None}
    )
    await watching.until(lambda heard: heard.frames)
    starts = sockets.listen(ann.name, [hears_at.socket_url], "LiveStarted", {}, token=ann.token)
    await until(lambda: db.value(UUID, "SELECT id FROM listeners LIMIT 1"), "Ann's app is open")
    await running.start(room.id, by=room.host)
    await starts.until(lambda heard: [each["room"]["id"] for each in heard.frames] == [room.public_id])
    said = await ann.do("SendDanmaku", roomId=room.public_id, text="好茶", clientId=new_key())
    assert said["__typename"] == "DanmakuSent", said
    liked = await ann.do("SendLikes", roomId=room.public_id, count=7, batchId=new_key())
    assert liked["total"] == 7
    await watching.until(lambda heard: _texts(heard) == ["好茶"])
    await watching.until(lambda heard: _totals(heard, "total")[-1:] == [7])
    # Counted at the server that has the socket, told by a worker, heard at both.
    await watching.until(lambda heard: _totals(heard, "watching")[-1:] == [1])

    # Bob is in a tunnel while she goes on.
    await watching.drop()
    missed = await ann.do("SendDanmaku", roomId=room.public_id, text="再来一罐", clientId=new_key())

    async def is_shown() -> bool:
        return (await ann.ask("NodeById", id=missed["id"]))["node"] is not None

    await until(is_shown, "the line that he missed is shown")
    watching.come_back()
    await watching.until(lambda heard: _texts(heard) == ["好茶", "再来一罐"])
    cursors = [each["cursor"] for each in watching.frames]
    assert len(cursors) == len(set(cursors))
    assert all(each["missed"] == 0 for each in watching.frames)
    await running.end(room.id, by=room.host)
    await watching.until(lambda heard: heard.frames[-1]["event"]["__typename"] == "LiveEnded")
