"""A PostgreSQL and a Redis of the tests' own, which may be killed: never the machine's."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NoReturn

import asyncpg
import pytest
import redis.asyncio as redis
from redis.exceptions import RedisError

from tests.journeys.processes import Process, free_port, run

_BINARIES = Path("/usr/lib/postgresql")


def left_out(reason: str) -> NoReturn:
    """Leave the test out where it cannot be run; in CI nothing is."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


class Redis:
    """A Redis that forgets everything when it ends."""

    def __init__(self, folder: Path) -> None:
        self._port = free_port()
        self.url = f"redis://127.0.0.1:{self._port}/0"
        options = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
        command = ["redis-server", "--port", str(self._port), *options]
        self.process = Process("redis", command, dict(os.environ), folder)

    async def start(self) -> None:
        """Start it (again)."""
        await self.process.start()
        await self.process.until_ready(self._answers)

    async def _answers(self) -> bool:
        try:
            async with redis.Redis.from_url(self.url) as client:
                return bool(await client.ping())
        except (RedisError, OSError):
            return False


class Postgres:
    """A PostgreSQL that keeps everything in a folder of its own."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        self._port = free_port()
        self._binaries = binaries
        self._folder = folder
        # PostgreSQL refuses root.
        self._user = "postgres" if os.geteuid() == 0 else None
        self.url = f"postgres://postgres@127.0.0.1:{self._port}/postgres"
        options = {
            "port": str(self._port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            # The machine stays up, so what was written is there whoever is killed.
            "fsync": "off",
        }
        chosen = [argument for name, value in options.items() for argument in ("-c", f"{name}={value}")]
        command = [str(binaries / "postgres"), "-D", str(folder / "data"), *chosen]
        self.process = Process("postgres", command, dict(os.environ), folder, user=self._user)

    async def make(self) -> None:
        """Make the files that it starts from."""
        if self._user:
            await asyncio.to_thread(shutil.chown, self._folder, self._user, self._user)
        as_user = ["runuser", "-u", self._user, "--"] if self._user else []
        options = ["-D", str(self._folder / "data"), "-U", "postgres", "-A", "trust", "--no-sync"]
        made = await run([*as_user, str(self._binaries / "initdb"), *options], dict(os.environ))
        assert made.code == 0, made.said

    async def start(self) -> None:
        """Start it (again)."""
        await self.process.start()
        await self.process.until_ready(self._answers)

    async def stop(self) -> None:
        """End it in order, whoever is connected."""
        self.process.interrupt()
        await self.process.ended()

    async def _answers(self) -> bool:
        try:
            connection = await asyncpg.connect(self.url, timeout=2)
        except (OSError, asyncpg.PostgresError, TimeoutError):
            return False
        await connection.close()
        return True


@asynccontextmanager
async def own_redis(folder: Path) -> AsyncIterator[Redis]:
    """A Redis of one's own."""
    if shutil.which("redis-server") is None:
        left_out("redis-server is not installed")
    server = Redis(folder)
    await server.start()
    try:
        yield server
    finally:
        await server.process.aclose()


def _binaries() -> Path | None:
    """The programs of the newest PostgreSQL of this machine."""
    found = sorted(_BINARIES.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


@asynccontextmanager
async def own_postgres() -> AsyncIterator[Postgres]:
    """A PostgreSQL of one's own."""
    found = _binaries()
    if found is None or shutil.which("setpriv") is None:
        left_out(f"PostgreSQL's own programs are not in {_BINARIES}, or setpriv is missing")
    # Not below pytest's folder: that is closed to the user that PostgreSQL must run as.
    with tempfile.TemporaryDirectory(prefix="pintuan-postgres-") as folder:
        server = Postgres(found, Path(folder))
        await server.make()
        await server.start()
        try:
            yield server
        finally:
            server.process.interrupt()
            await server.process.ended()
