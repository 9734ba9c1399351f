"""Faults: processes die, servers go away and come back, and nothing is lost, doubled or stuck.

The shop here has a PostgreSQL and a Redis of its own, two servers and a WeChat; whoever needs a worker starts one.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.core.db.migrate import migrate
from tests.conftest import ON_POSTGRES
from tests.engine import node
from tests.faults.servers import Postgres, Redis, own_postgres, own_redis
from tests.journeys.installation import Installation, Store
from tests.journeys.processes import until
from tests.journeys.running import Server, start_together
from tests.journeys.sockets import Sockets

#: On SQLite the shop is one process, and what can happen to it is told by itself.
collect_ignore = (
    ["test_embedded.py"]
    if ON_POSTGRES
    else [
        "test_crashes.py",
        "test_restarts.py",
        "test_redis_away.py",
        "test_database_away.py",
        "test_wechat_hangs.py",
        "test_handing_over.py",
    ]
)


@dataclass(frozen=True, slots=True)
class House:
    """A shop and what it stands on."""

    shop: Installation
    postgres: Postgres
    redis: Redis

    async def is_whole(self) -> None:
        """See that everything runs that a test may have ended, and wait until it works together."""
        ended: list[Redis | Postgres | Server] = [self.redis, self.postgres, *self.shop.servers]
        for each in ended:
            if not each.process.runs:
                await each.start()
        for server in self.shop.servers:
            await until(server.is_ready, f"{server.origin} is ready")


@pytest.fixture(scope="session")
async def _house(_sandbox_keys: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    folder = tmp_path_factory.mktemp("faults")
    async with own_redis(folder) as redis, own_postgres() as postgres:
        store = Store(postgres.url, redis.url, "faults")
        async with Installation(folder, store) as shop:
            await migrate(shop.settings)
            await shop.sandbox(_sandbox_keys)
            await start_together(shop.server("a"), shop.server("b"))
            yield House(shop, postgres, redis)


@pytest.fixture
async def house(_house: House) -> AsyncIterator[House]:
    """Both servers up, no worker, fair weather, the present; sound at the end."""
    shop = _house.shop
    await _house.is_whole()
    await shop.wechat.weather()
    async with shop.behind_the_counter():
        yield _house
        for worker in shop.workers:
            await worker.aclose()
        await _house.is_whole()
        await shop.is_sound()
        await shop.back_to_the_present()


@pytest.fixture
def shop(house: House) -> Installation:
    """The shop alone."""
    return house.shop


@pytest.fixture(scope="session")
async def sockets() -> AsyncIterator[Sockets]:
    """Sockets of phones."""
    node.installed()
    async with Sockets() as running:
        yield running
