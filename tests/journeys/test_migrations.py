"""Migrating: two at once."""

import asyncio
from pathlib import Path

from app.core import db
from app.core.db.migrate import changes_not_in_migrations
from tests.journeys.installation import Installation
from tests.journeys.stores import a_store


async def test_of_two_migrators_at_once_one_finds_nothing_to_do(tmp_path: Path) -> None:
    async with a_store(tmp_path) as store, Installation(tmp_path, store) as shop:
        for each in await asyncio.gather(shop.command("migrate"), shop.command("migrate")):
            assert each.code == 0, each.said
        async with shop.behind_the_counter():
            applied = await db.rows(str, "SELECT name FROM tortoise_migrations")
            await shop.is_sound()
        assert applied
        assert len(applied) == len(set(applied))
        assert await changes_not_in_migrations(shop.settings) == []
