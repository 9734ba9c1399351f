"""Operating-system processes of ours: started on loopback, killed by their id, ended whatever happens."""

import asyncio
import contextlib
import os
import secrets
import shutil
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
#: Seconds after which something that has not happened is taken never to happen.
PATIENCE = 30.0
#: The same for a process to be ready: it imports the whole house, perhaps beside others that do, and may migrate first.
PATIENCE_WITH_STARTS = 90.0

#: Below where Linux takes the near ends of outgoing connections from: nobody else gets the port between our look
#: and the server's start.
_PORTS = range(21_000, 32_000)
_LOOK_EVERY_S = 0.03


def free_port() -> int:
    """A port that nobody listens on."""
    while True:
        port = secrets.choice(_PORTS)
        with socket.socket() as listener, contextlib.suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port


async def until(happens: Callable[[], Awaitable[Any]], what: str, patience: float = PATIENCE) -> Any:
    """Look again and again; what the first look gives that finds something."""
    try:
        async with asyncio.timeout(patience):
            while not (found := await happens()):  # noqa: ASYNC110 - it happens in other processes
                await asyncio.sleep(_LOOK_EVERY_S)
    except TimeoutError:
        raise AssertionError(f"after {patience} s it is still not so: {what}") from None
    return found


@dataclass(frozen=True, slots=True)
class Finished:
    """A command that has ended, and everything that it said."""

    code: int
    said: str


class Process:
    """One process. Its words go to a file; if we die, so does it.

    `user` is who it runs as, where we may choose and that is not us.
    """

    def __init__(
        self, name: str, command: Sequence[str], env: Mapping[str, str], folder: Path, *, user: str | None = None
    ) -> None:
        self.name = name
        self._command = [*_dying_with_us(user), *command]
        self._env = env
        self._log = folder / f"{name}.log"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it (again); its words are added to what it said before."""
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                cwd=ROOT,
                env=self._env,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=asyncio.subprocess.STDOUT,
            )

    @property
    def pid(self) -> int:
        """Its id."""
        assert self._process is not None, f"{self.name} was never started"
        return self._process.pid

    @property
    def runs(self) -> bool:
        """Whether it has started and not ended."""
        return self._process is not None and self._process.returncode is None

    def said(self) -> str:
        """Everything that it has said so far."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    async def kill(self) -> None:
        """SIGKILL: it does not get to do anything more."""
        self._signal(signal.SIGKILL)
        await self.ended()

    def terminate(self) -> None:
        """SIGTERM: it is asked to end; see `ended`."""
        self._signal(signal.SIGTERM)

    def interrupt(self) -> None:
        """SIGINT, which PostgreSQL takes as: end at once, but in order."""
        self._signal(signal.SIGINT)

    async def ended(self, patience: float = PATIENCE) -> int:
        """Wait for its end; its exit code. One that does not end in time is killed, and that is a failure."""
        assert self._process is not None
        try:
            async with asyncio.timeout(patience):
                return await self._process.wait()
        except TimeoutError:
            self._signal(signal.SIGKILL)
            await self._process.wait()
            raise AssertionError(f"{self.name} did not end in {patience} s: {self.said()[-3000:]}") from None

    async def aclose(self) -> None:
        """See that it runs no more."""
        if self.runs:
            await self.kill()

    async def until_ready(self, is_ready: Callable[[], Awaitable[Any]]) -> None:
        """Wait until it is ready; an early death is told with its last words."""

        async def ready_or_dead() -> bool:
            assert self.runs, f"{self.name} has ended"
            return bool(await is_ready())

        try:
            await until(ready_or_dead, f"{self.name} is ready", PATIENCE_WITH_STARTS)
        except AssertionError as error:
            raise AssertionError(f"{error}; it said {self.said()[-3000:]}") from None

    def _signal(self, which: signal.Signals) -> None:
        if self.runs:
            os.kill(self.pid, which)


async def run(command: Sequence[str], env: Mapping[str, str], patience: float = PATIENCE) -> Finished:
    """Run a command to its end."""
    process = await asyncio.create_subprocess_exec(
        *_dying_with_us(),
        *command,
        cwd=ROOT,
        env=env,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(patience):
            said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return Finished(process.returncode or 0, said.decode(errors="replace"))


def clean_environment() -> dict[str, str]:
    """This process's environment without any setting of Pintuan's."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PINTUAN_")} | {
        "PYTHONUNBUFFERED": "1"
    }


def python(*arguments: str) -> list[str]:
    """A command in this interpreter."""
    return [sys.executable, *arguments]


def _dying_with_us(user: str | None = None) -> list[str]:
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        assert user is None, "setpriv is needed to start a process as somebody else"
        return []
    as_user = [f"--reuid={user}", f"--regid={user}", "--init-groups"] if user else []
    return [setpriv, "--pdeathsig", "KILL", *as_user]
