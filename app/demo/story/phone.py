"""One person's phone: what it asks, what is pushed to it, and that it is never told anything twice."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from typing import Any, Final

from websockets.exceptions import ConnectionClosed

from app.demo.story.screen import Person, Screen
from app.demo.story.shop import NotAsTold, Shop
from app.demo.story.socket import Socket

#: How long a push may take before the story is not as told. They take some milliseconds.
PATIENCE_S: Final = 20.0

#: What happened to a group, in words.
_CHANGES: Mapping[str, str] = {
    "SNAPSHOT": "",
    "SEAT_HELD": "somebody pays",
    "SEAT_TAKEN": "a seat is paid",
    "SEAT_FREED": "a seat is free",
    "LEADER_CHANGED": "it has a new leader",
    "COMPLETED": "all are in",
    "FAILING": "it dissolves",
    "REFUNDED": "money went back",
    "FAILED": "all is paid back",
    "CANCELLED": "it was never opened",
}


class Phone:
    """A phone in somebody's hand. Made for one run: the next run's phones belong to other people."""

    def __init__(self, person: Person, run: str, shop: Shop, screen: Screen) -> None:
        self.person = person
        #: What WeChat's sandbox knows her by.
        self.wechat_name = person.staff or f"{person.english.lower()}-{run}"
        self.shop = shop
        self.screen = screen
        self.token: str | None = None
        self.address: str | None = None
        #: The newest state of the group that it follows.
        self.group: dict[str, Any] = {}
        self.version: int | None = None
        self.group_has_ended = False
        #: What was pushed to her inbox, in order.
        self.notifications: list[dict[str, Any]] = []
        #: When the group last changed before her eyes, in monotonic seconds.
        self.changed_at = 0.0
        self.pushes = 0
        self.payments = 0
        self.refunds = 0
        self._following = ""
        self._cursor: str | None = None
        self._socket: Socket | None = None
        self._listening: asyncio.Task[None] | None = None
        self._trouble: Exception | None = None
        self._news = asyncio.Event()

    def say(self, text: str) -> None:
        """What she does or sees."""
        self.screen.see(self.person, text)

    async def beat(self, text: str) -> None:
        """What she does next, with time to read what was before."""
        await asyncio.sleep(self.screen.pause)
        self.say(text)

    async def ask(self, operation: str, **variables: object) -> dict[str, Any]:
        """What an operation gives her."""
        return await self.shop.ask(operation, variables, self.token)

    async def do(self, operation: str, expected: str, **variables: object) -> dict[str, Any]:
        """What a mutation gives; NotAsTold where it is not of the expected type."""
        (result,) = (await self.ask(operation, **variables)).values()
        if result["__typename"] != expected:
            said = f"{result.get('code', result['__typename'])}: {result.get('message', '')}"
            raise NotAsTold(f"{self.person.name}: {operation} gave no {expected} but {said}")
        return dict(result)

    @staticmethod
    def new_key() -> str:
        """A key for one wish; a repeat of the same wish is sent with the same key."""
        return secrets.token_urlsafe(12)

    async def follow(self, group: str) -> None:
        """Open a socket and follow a group and her inbox, from now on or from where she was."""
        if group != self._following:
            self._following, self.group, self.version, self.group_has_ended = group, {}, None, False
        self._trouble = None
        self._socket = await Socket.open(self.shop.socket_url, self.token or "")
        await self._socket.subscribe("GroupChanged", {"code": group, "afterVersion": self.version})
        await self._socket.subscribe("NotificationReceived", {"after": self._cursor})
        self._listening = asyncio.create_task(self._listen(self._socket))
        await self.until(lambda: self.version is not None and self._cursor is not None, "the first frames")

    async def lose_network(self) -> None:
        """The socket is gone without a goodbye; what it had seen, it remembers."""
        await self._stop_listening()
        if self._socket:
            self._socket.cut()

    async def put_away(self) -> None:
        """Close the socket; a repeat does nothing."""
        socket, self._socket = self._socket, None
        await self._stop_listening()
        if socket:
            await socket.close()

    async def until(self, seen: Callable[[], bool], what: str, patience_s: float = PATIENCE_S) -> None:
        """Wait until she has seen something; NotAsTold where it does not come, or her socket is closed."""
        try:
            async with asyncio.timeout(patience_s):
                while not seen():
                    if self._trouble:
                        raise self._trouble
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise NotAsTold(f"{self.person.name} waited {patience_s:.0f} s in vain for {what}") from None

    async def moments(self) -> AsyncIterator[None]:
        """Looks at what nothing pushes, again and again until patience runs out."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            yield
            await asyncio.sleep(0.2)

    async def until_told(self, kind: str, times: int = 1) -> None:
        """Wait for an inbox entry of this kind."""
        await self.until(lambda: self.kinds.count(kind) >= times, f"{kind} in her inbox")

    @property
    def kinds(self) -> list[str]:
        """What she was told, in order."""
        return [each["kind"] for each in self.notifications]

    async def _stop_listening(self) -> None:
        if self._listening:
            self._listening.cancel()
            with suppress(asyncio.CancelledError):
                await self._listening
            self._listening = None

    async def _listen(self, socket: Socket) -> None:
        try:
            async for operation, data in socket.frames():
                if operation == "GroupChanged":
                    self._hear_of_group(data and data["groupChanged"])
                elif data:
                    self._hear_of_inbox(data["notificationReceived"])
                self._news.set()
            self._trouble = NotAsTold(f"The shop closed {self.person.name}'s socket")
        except (ConnectionClosed, NotAsTold) as error:
            self._trouble = NotAsTold(f"{self.person.name}'s socket: {error}")
        self._news.set()

    def _hear_of_group(self, change: Mapping[str, Any] | None) -> None:
        if change is None:
            self.group_has_ended = True
            return
        if self.version is not None and change["version"] <= self.version:
            raise NotAsTold(f"the group's version went from {self.version} to {change['version']}")
        self.group, self.version, self.changed_at = change["group"], change["version"], time.monotonic()
        self.pushes += 1
        words = _CHANGES[change["kind"]]
        self._show(f"{seats(self.group)} {self.group['status']}" + (f", {words}" if words else ""))

    def _hear_of_inbox(self, frame: Mapping[str, Any]) -> None:
        self._cursor, told = frame["cursor"], frame["notification"]
        if told is None:
            return
        if told["id"] in {each["id"] for each in self.notifications}:
            raise NotAsTold(f"she was told twice: {told['title']}")
        self.notifications.append(told)
        self.pushes += 1
        self._show(f"✉ {told['title']}. {told['body']}")

    def _show(self, text: str) -> None:
        self.screen.see(self.person, f"‹ {text}", pushed=True)


def seats(group: Mapping[str, Any]) -> str:
    """A group's seats as a picture: paid, being paid, free."""
    taken, held, left = (int(group[name]) for name in ("seatsTaken", "seatsHeld", "seatsLeft"))
    return "●" * taken + "◐" * held + "○" * left
