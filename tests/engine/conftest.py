"""One server for all tests; each finds the toy's world as new."""

from collections.abc import AsyncIterator

import pytest

from tests.engine.toy import Served, World, serving, until


@pytest.fixture(scope="session")
async def _running() -> AsyncIterator[Served]:
    async with serving() as served:
        yield served


@pytest.fixture
async def server(_running: Served) -> AsyncIterator[Served]:
    """Whatever a test did, nothing of it may be left."""
    _running.house.world = World()
    yield _running
    _running.world.gate.set()
    await until(_running.is_empty)
