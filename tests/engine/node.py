"""The reference clients of tests/clients, run by Node.js."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

CLIENTS = Path(__file__).parents[1] / "clients"
#: Seconds that any of them may take.
PATIENCE = 30.0


def installed() -> None:
    """Install what package-lock.json says; skips the test where that cannot be done."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("needs Node.js and npm for the reference clients")
    if (CLIENTS / "node_modules" / ".package-lock.json").exists():
        return
    done = subprocess.run(["npm", "ci"], cwd=CLIENTS, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode:
        pytest.skip(f"the reference clients cannot be installed: {done.stderr[-300:]}")


class Lines:
    """What a client prints, one JSON value per line."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def next(self) -> Any:
        assert self._process.stdout
        async with asyncio.timeout(PATIENCE):
            line = await self._process.stdout.readline()
        assert line, "the client has ended"
        return json.loads(line)

    async def rest(self) -> list[Any]:
        assert self._process.stdout
        async with asyncio.timeout(PATIENCE):
            return [json.loads(line) async for line in self._process.stdout]


@asynccontextmanager
async def client(script: str, argument: str | dict[str, Any]) -> AsyncIterator[Lines]:
    """Run a script of tests/clients until the block is left."""
    text = argument if isinstance(argument, str) else json.dumps(argument)
    process = await asyncio.create_subprocess_exec("node", script, text, cwd=CLIENTS, stdout=asyncio.subprocess.PIPE)
    try:
        yield Lines(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
