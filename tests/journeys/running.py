"""Servers and workers that run, and when they do."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

import httpx2

from tests.journeys.processes import Process


@dataclass
class Server:
    """A server process, and how to reach it."""

    process: Process
    origin: str
    http: httpx2.AsyncClient

    @property
    def socket_url(self) -> str:
        """Where its WebSocket is."""
        return self.origin.replace("http", "ws", 1) + "/graphql"

    @property
    def pid(self) -> int:
        """The id of its process."""
        return self.process.pid

    async def start(self) -> None:
        """Start it (again) and wait until it is ready."""
        await self.process.start()
        await self.process.until_ready(self.is_ready)

    async def is_ready(self) -> bool:
        """Whether requests may be sent there."""
        return await self.missing() == []

    async def missing(self) -> list[str]:
        """What it says it lacks; that it does not answer is `answer`."""
        try:
            # A connection of its own: one that was kept may lead to a process that has died.
            async with httpx2.AsyncClient(base_url=self.origin, timeout=5) as http:
                response = await http.get("/health/ready")
        except httpx2.HTTPError:
            return ["answer"]
        return list(response.json()["missing"])

    async def requests_to(self, route: str) -> float:
        """How many requests to this route it has answered, as its metrics tell."""
        metrics = (await self.http.get("/metrics")).text
        lines = [line for line in metrics.splitlines() if line.startswith("pintuan_http_requests_total")]
        return sum(float(line.rpartition(" ")[2]) for line in lines if f'route="{route}"' in line)


async def start_worker(process: Process) -> None:
    """Start a worker (again) and wait until it works."""
    before = process.said().count("worker.ready")

    async def works() -> bool:
        return process.said().count("worker.ready") > before

    await process.start()
    await process.until_ready(works)


async def start_together(*starting: Coroutine[Any, Any, Any]) -> None:
    """Start several at once: most of a start is waiting for one's own imports."""
    async with asyncio.TaskGroup() as group:
        for each in starting:
            group.create_task(each)
