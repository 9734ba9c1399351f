"""Phones' sockets: npm's graphql-ws, unmodified, in one Node.js process for all of them."""

import asyncio
import contextlib
import itertools
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from schema.trusted import operations
from tests.engine import node
from tests.journeys.processes import PATIENCE

#: How each subscription of the contract is resumed: the variable, and where a frame says what to put into it.
RESUME = {
    "GroupChanged": {"variable": "afterVersion", "root": "groupChanged", "field": "version"},
    "LiveRoomEvents": {"variable": "after", "root": "liveRoomEvents", "field": "cursor"},
    # It has no cursor: what a phone misses stands in its inbox.
    "LiveStarted": {"variable": "after", "root": "liveStarted", "field": "cursor"},
    "NotificationReceived": {"variable": "after", "root": "notificationReceived", "field": "cursor"},
}


@dataclass
class Listening:
    """One subscription of one phone, as the phone sees it."""

    id: str
    _sockets: "Sockets"
    root: str
    frames: list[dict[str, Any]] = field(default_factory=list)
    errors: list[Any] = field(default_factory=list)
    #: Close codes of its sockets so far.
    closed: list[int] = field(default_factory=list)
    connected: int = 0
    is_complete: bool = False
    _moved: asyncio.Event = field(default_factory=asyncio.Event)

    async def until(self, holds: Callable[["Listening"], Any], patience: float = PATIENCE) -> None:
        """Wait until what was heard so far is as it should be."""
        try:
            async with asyncio.timeout(patience):
                while not holds(self):
                    self._moved.clear()
                    await self._moved.wait()
        except TimeoutError:
            raise AssertionError(f"still not heard after {patience} s; so far {self}") from None

    async def drop(self) -> None:
        """Cut the socket; the phone has no network until `come_back`."""
        before = len(self.closed)
        self._sockets.tell({"drop": self.id})
        await self.until(lambda heard: len(heard.closed) > before)

    def come_back(self) -> None:
        """The network is back, and so will the phone be, with its cursor."""
        self._sockets.tell({"back": self.id})

    def leave(self) -> None:
        """Unsubscribe and close."""
        self._sockets.tell({"leave": self.id})

    @property
    def kinds(self) -> list[str]:
        """What kinds of entries or changes it has brought; frames that carry a cursor alone left out."""
        brought = [each.get("notification", each) for each in self.frames]
        return [each["kind"] for each in brought if each]

    def never_went_back(self) -> bool:
        """Whether a state stream's versions only grew."""
        versions = [each["version"] for each in self.frames]
        return versions == sorted(set(versions))

    def entries(self) -> list[str]:
        """The ids of the entries that an event stream has brought, in the order in which they came."""
        return [each["notification"]["id"] for each in self.frames if each["notification"]]

    def take(self, line: dict[str, Any]) -> None:
        """Take in what the client says."""
        if "next" in line:
            assert "errors" not in line["next"], line
            self.frames.append(line["next"]["data"][self.root])
        elif "error" in line:
            self.errors.append(line["error"])
        elif "closed" in line:
            self.closed.append(line["closed"])
        elif "connected" in line:
            self.connected += 1
        else:
            self.is_complete = True
        self._moved.set()

    def __repr__(self) -> str:
        seen = {name: getattr(self, name) for name in ("frames", "errors", "closed", "connected", "is_complete")}
        return f"{self.id}: {seen}"


def shows(**group: Any) -> Callable[[Listening], bool]:
    """Whether the newest frame of a group's stream shows the group so."""
    return lambda heard: bool(heard.frames) and group.items() <= heard.frames[-1]["group"].items()


def brought(*kinds: str) -> Callable[[Listening], bool]:
    """Whether exactly these kinds of entries, or of changes, have come, in this order."""
    return lambda heard: bool(heard.frames) and heard.kinds == list(kinds)


class Sockets:
    """The Node.js process. Entered, it runs; left, it has ended."""

    def __init__(self) -> None:
        self._listening: dict[str, Listening] = {}
        self._numbers = itertools.count(1)
        self._process: asyncio.subprocess.Process
        self._reading: asyncio.Task[None]

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            "node",
            "phones.mjs",
            cwd=node.CLIENTS,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        self._reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
        self._reading.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._reading

    def listen(
        self,
        name: str,
        urls: Sequence[str],
        operation: str,
        variables: dict[str, Any],
        *,
        token: str | None = None,
        insist: bool = True,
    ) -> Listening:
        """Subscribe; `insist` comes back after every close, to the addresses in turn."""
        resume = RESUME[operation]
        listening = Listening(f"{name}-{next(self._numbers)}", self, resume["root"])
        self._listening[listening.id] = listening
        self.tell(
            {
                "listen": listening.id,
                "urls": list(urls),
                "payload": {"query": operations()[operation], "operationName": operation, "variables": variables},
                "connectionParams": {"authorization": f"Bearer {token}"} if token else {},
                "resume": resume,
                "insist": insist,
            }
        )
        return listening

    def tell(self, order: dict[str, Any]) -> None:
        """Tell the clients' process what to do."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps(order).encode() + b"\n")

    async def _read(self) -> None:
        assert self._process.stdout
        async for line in self._process.stdout:
            told = json.loads(line)
            self._listening[told["id"]].take(told)
