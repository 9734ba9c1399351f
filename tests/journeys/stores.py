"""Databases for installations: all tables, no rows, gone afterwards."""

import asyncio
import itertools
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from tests.conftest import _DATABASE, _FOLDER, _REDIS, _SERVER, ON_POSTGRES, _empty_all_tables, _on_server
from tests.journeys.installation import Installation, Store

_numbers = itertools.count(1)


@asynccontextmanager
async def a_shop(folder: Path, **extra: str) -> AsyncIterator[Installation]:
    """An installation on this run's backend with an empty database. Needs the fixture `_migrated`."""
    async with a_store(folder, like=_DATABASE) as store, Installation(folder, store, extra) as shop:
        if ON_POSTGRES:
            async with shop.behind_the_counter():
                await _empty_all_tables()
        yield shop


@asynccontextmanager
async def a_store(folder: Path, *, like: str | None = None) -> AsyncIterator[Store]:
    """A new database of this run's backend: empty, or with the tables of the suite's own."""
    if not ON_POSTGRES:
        (folder / "data").mkdir(parents=True, exist_ok=True)
        if like:
            await asyncio.to_thread(shutil.copy, _FOLDER / "empty.db", folder / "data" / "pintuan.db")
        yield Store()
        return
    name = f"pintuan_journey_{os.getpid()}_{next(_numbers)}"
    await _on_server(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{like}"' if like else ""))
    try:
        yield Store(urlunsplit(urlsplit(_SERVER)._replace(path=f"/{name}")), _REDIS, name)
    finally:
        await _on_server(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
