"""An installation of Pintuan: its database and bus, a WeChat, any number of servers and workers, each a process.

`behind_the_counter` binds this test process to the same database, to look at rows, to offer a deal by the
factories, and to move the clock of every process at once.
"""

import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import httpx2

from app import wiring
from app.core import audit, clock, db, streams
from app.core.bus import InProcessBus
from app.core.settings import Settings
from tests.journeys.processes import Finished, Process, clean_environment, free_port, python, run, until
from tests.journeys.running import Server, start_worker
from tests.journeys.wechat import WeChat

#: Signs access tokens in every process of an installation.
TOKEN_KEY = "a key for tests that is long enough to sign with"


@dataclass(frozen=True, slots=True)
class Store:
    """Where an installation keeps what it knows. Without addresses: a file, and a bus in the process."""

    database_url: str = ""
    redis_url: str = ""
    redis_prefix: str = ""

    @property
    def env(self) -> dict[str, str]:
        """The settings that say so."""
        return {
            "PINTUAN_DATABASE_URL": self.database_url,
            "PINTUAN_REDIS_URL": self.redis_url,
            "PINTUAN_REDIS_PREFIX": self.redis_prefix or "pintuan",
        }


@dataclass
class Installation:
    """One shop. Leave it and everything in it has ended."""

    folder: Path
    store: Store
    #: Settings beside those that every installation of the tests has.
    extra: Mapping[str, str] = field(default_factory=dict)
    servers: list[Server] = field(default_factory=list)
    workers: list[Process] = field(default_factory=list)
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _wechat: WeChat | None = None
    _sandbox: Process | None = None
    _sandbox_origin: str = ""
    _ports: dict[str, int] = field(default_factory=dict)

    async def __aenter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    @property
    def wechat(self) -> WeChat:
        """Its WeChat."""
        assert self._wechat is not None, "it has no WeChat yet"
        return self._wechat

    @property
    def wechat_pid(self) -> int:
        """The id of WeChat's process, where it has one of its own."""
        assert self._sandbox is not None, "WeChat lives in the server"
        return self._sandbox.pid

    @property
    def env(self) -> dict[str, str]:
        """The environment of its processes."""
        origin = f"http://127.0.0.1:{self._port('server-a')}"
        return {
            **clean_environment(),
            **self.store.env,
            "PINTUAN_DATA_DIR": str(self.folder / "data"),
            "PINTUAN_WECHAT_SANDBOX_DIR": str(self.folder / "wechat"),
            "PINTUAN_WECHAT_SANDBOX_ORIGIN": self._sandbox_origin,
            "PINTUAN_PUBLIC_ORIGIN": origin,
            "PINTUAN_TOKEN_KEYS": f"tests:{TOKEN_KEY}",
            "PINTUAN_STAFF_PASSWORD": "a password for tests",
            "PINTUAN_MOVABLE_CLOCK": "true",
            # All of them come from one address.
            "PINTUAN_REQUESTS_PER_MINUTE": "1000000",
            **self.extra,
        }

    @property
    def settings(self) -> Settings:
        """How this test process reaches the same database."""
        return Settings(data_dir=self.folder / "data", database_url=self.store.database_url, movable_clock=True)

    async def sandbox(self, keys: Path) -> Process:
        """Start a WeChat in a process of its own, with keys that were made before."""
        folder = self.folder / "wechat"
        folder.mkdir(exist_ok=True)
        shutil.copy(keys, folder / "keys.json")
        port = self._port("sandbox")
        self._sandbox_origin = f"http://127.0.0.1:{port}"
        push = f"http://127.0.0.1:{self._port('server-a')}/wechat/push"
        process = self._process(
            "sandbox", "-m", "app.wechat.sandbox", "--port", str(port), "--data", str(folder), "--push-url", push
        )
        self._sandbox = process
        await process.start()
        self._wechat = WeChat(self._sandbox_origin)
        self._stack.push_async_callback(self._wechat.aclose)
        await process.until_ready(self._wechat_answers)
        await self._wechat.weather()
        return process

    async def server(self, name: str, **changes: str) -> Server:
        """Start a server that does nothing but serve."""
        port = self._port(f"server-{name}")
        changes = {"PINTUAN_IN_PROCESS_WORKER": "false", **changes}
        server = self._server(name, port, "server", "--port", str(port), **changes)
        await server.start()
        return server

    async def embedded(self, name: str = "a") -> Server:
        """Start what `make serve` starts: everything in one process, WeChat and the demo's goods included."""
        port = self._port(f"server-{name}")
        server = self._server(name, port, "serve", PORT=str(port))
        await server.start()
        self._wechat = WeChat(f"{server.origin}/wechat-sandbox")
        self._stack.push_async_callback(self._wechat.aclose)
        await self._wechat.weather()
        return server

    async def worker(self, name: str = "worker") -> Process:
        """Start a worker."""
        process = self._process(name, "-m", "app.cli", "worker")
        self.workers.append(process)
        await start_worker(process)
        return process

    async def command(self, *arguments: str, patience: float = 60) -> Finished:
        """Run a command of Pintuan's."""
        return await run(python("-m", "app.cli", *arguments), self.env, patience)

    @asynccontextmanager
    async def behind_the_counter(self) -> AsyncIterator[None]:
        """While this is entered, this test process is bound to the installation's database."""
        wiring.join_rooms()
        await db.start(self.settings)
        streams.use_bus(InProcessBus())
        try:
            yield
        finally:
            await db.stop()

    async def move_clock(self, seconds: float, *, wechat_too: bool = True) -> None:
        """Move the clock of every process, and WeChat's calendar with it. Only behind the counter."""
        await clock.move(seconds)
        if wechat_too:
            self.wechat.ahead_s += seconds
            await self.wechat.play("clock", offset_s=self.wechat.ahead_s)

    async def back_to_the_present(self) -> None:
        """Undo what moved the clocks. Only behind the counter."""
        await db.execute("UPDATE clock_offset SET offset_ms = 0")
        self.wechat.ahead_s = 0
        await self.wechat.play("clock", offset_s=0)

    async def all_is_done(self, patience: float = 30) -> None:
        """Wait until nothing is due: no delivery, no refund, no message, no seat. Only behind the counter."""
        await until(_nothing_is_due, "nothing is due", patience)

    async def is_sound(self) -> None:
        """See that the audit finds nothing. Only behind the counter; `command("audit")` asks the same."""
        assert await audit.run(wiring.CHECKS) == []

    def said(self) -> str:
        """Everything that its servers and workers have said."""
        return "\n".join(each.said() for each in [*(server.process for server in self.servers), *self.workers])

    def _server(self, name: str, port: int, *command: str, **changes: str) -> Server:
        origin = f"http://127.0.0.1:{port}"
        process = self._process(f"server-{name}", "-m", "app.cli", *command, **changes)
        http = httpx2.AsyncClient(base_url=origin, timeout=30, limits=httpx2.Limits(max_connections=50))
        self._stack.push_async_callback(http.aclose)
        server = Server(process, origin, http)
        self.servers.append(server)
        return server

    def _process(self, name: str, *arguments: str, **changes: str) -> Process:
        process = Process(name, python(*arguments), self.env | changes, self.folder)
        self._stack.push_async_callback(process.aclose)
        return process

    def _port(self, name: str) -> int:
        return self._ports.setdefault(name, free_port())

    async def _wechat_answers(self) -> bool:
        try:
            await self.wechat.sent()
        except httpx2.HTTPError:
            return False
        return True


async def _nothing_is_due() -> bool:
    return not any([await db.value(int, statement) for statement in _DUE])


_DUE = (
    "SELECT COUNT(*) AS n FROM deliveries WHERE dead_at IS NULL AND available_at <= $now",
    "SELECT COUNT(*) AS n FROM refunds WHERE status IN ('WAITING', 'PROCESSING')",
    "SELECT COUNT(*) AS n FROM messages WHERE status = 'WAITING'",
    "SELECT COUNT(*) AS n FROM seats WHERE release_due_at <= $now",
    "SELECT COUNT(*) AS n FROM groups WHERE status = 'FORMING' AND held = 0 AND expires_at <= $now",
    "SELECT COUNT(*) AS n FROM groups WHERE status = 'FAILING'",
)
