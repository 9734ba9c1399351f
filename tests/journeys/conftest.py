"""Journeys: whole stories over HTTP and sockets, with processes as in the field.

On SQLite the shop is what `make serve` starts; on PostgreSQL and Redis two servers, a worker and a WeChat, each a
process of its own.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.conftest import ON_POSTGRES
from tests.engine import node
from tests.journeys.installation import Installation
from tests.journeys.running import start_together
from tests.journeys.sockets import Sockets
from tests.journeys.stores import a_shop

#: What is about several processes stands on PostgreSQL and Redis alone.
collect_ignore = [] if ON_POSTGRES else ["test_two_servers.py", "test_race.py", "test_tokens.py", "test_roles.py"]


@pytest.fixture(scope="session")
async def open_shop(
    _migrated: None, _sandbox_keys: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Installation]:
    """The shop of all journeys: its processes are never killed here."""
    async with a_shop(tmp_path_factory.mktemp("shop")) as shop:
        if ON_POSTGRES:
            await shop.sandbox(_sandbox_keys)
            await start_together(shop.server("a"), shop.server("b"), shop.worker())
        else:
            await shop.embedded()
        yield shop
        said = shop.said()
    assert "internal_error" not in said, said[-20_000:]


@pytest.fixture
async def shop(open_shop: Installation) -> AsyncIterator[Installation]:
    """The shop with this test behind its counter: fair weather and the present at the beginning, sound at the end."""
    await open_shop.wechat.weather()
    async with open_shop.behind_the_counter():
        yield open_shop
        await open_shop.is_sound()
        await open_shop.back_to_the_present()


@pytest.fixture(scope="session")
async def sockets() -> AsyncIterator[Sockets]:
    """Sockets of phones."""
    node.installed()
    async with Sockets() as running:
        yield running
