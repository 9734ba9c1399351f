"""Listening to more than a group: a socket of its own, and what came over it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from websockets.exceptions import ConnectionClosed

from app.demo.story.phone import PATIENCE_S, Phone
from app.demo.story.shop import NotAsTold
from app.demo.story.socket import Socket

#: Says a frame of the subscription of this name, as it comes.
Told = Callable[[str, Mapping[str, Any]], None]


class Ear:
    """What somebody's socket has heard, by subscription, in order."""

    def __init__(self, name: str, told: Told | None) -> None:
        self._name = name
        self._told = told
        self.heard: dict[str, list[dict[str, Any]]] = {}
        self.trouble: Exception | None = None
        self._news = asyncio.Event()

    def of(self, operation: str) -> list[dict[str, Any]]:
        """The frames of one subscription."""
        return self.heard.get(operation, [])

    async def until(self, seen: Callable[[], bool], what: str) -> None:
        """Wait until something was heard; NotAsTold where it does not come, or the socket is closed."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not seen():
                    if self.trouble:
                        raise self.trouble
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise NotAsTold(f"{self._name} waited {PATIENCE_S:.0f} s in vain for {what}") from None

    async def listen(self, socket: Socket) -> None:
        """Hear until the socket ends."""
        try:
            async for operation, data in socket.frames():
                if data:
                    (frame,) = data.values()
                    self.heard.setdefault(operation, []).append(frame)
                    if self._told:
                        self._told(operation, frame)
                self._news.set()
        except (ConnectionClosed, NotAsTold) as error:
            self.trouble = NotAsTold(f"{self._name}'s socket: {error}")
        self._news.set()


@asynccontextmanager
async def listening(
    phone: Phone, subscriptions: Mapping[str, Mapping[str, Any]], told: Told | None = None
) -> AsyncIterator[Ear]:
    """While this is entered the phone's app is open, with these subscriptions by their operations' names."""
    ear = Ear(phone.person.name, told)
    socket = await Socket.open(phone.shop.socket_url, phone.token or "")
    for operation, variables in subscriptions.items():
        await socket.subscribe(operation, variables)
    hearing = asyncio.create_task(ear.listen(socket))
    try:
        yield ear
    finally:
        hearing.cancel()
        with suppress(asyncio.CancelledError):
            await hearing
        await socket.close()
