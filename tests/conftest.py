"""What every test stands on: a database of its own, and a WeChat of its own.

One process, one backend (Tortoise caches SQL per table across databases): `PINTUAN_TEST_BACKEND` says sqlite or
postgres, and `tests/run.py` runs both. On PostgreSQL the suite makes a database, and on Redis a key prefix, that
are gone afterwards.
"""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

ON_POSTGRES = os.environ.get("PINTUAN_TEST_BACKEND", "sqlite") == "postgres"
_FOLDER = Path(tempfile.mkdtemp(prefix="pintuan-tests-"))
_DATABASE = f"pintuan_test_{os.getpid()}"
_SERVER = os.environ.get("PINTUAN_TEST_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
_REDIS = os.environ.get("PINTUAN_TEST_REDIS_URL", "redis://127.0.0.1:6379/0")

# Before anything reads the settings; nothing of whoever runs the suite leaks in.
for _name in [name for name in os.environ if name.startswith("PINTUAN_") and not name.startswith("PINTUAN_TEST_")]:
    del os.environ[_name]
os.environ |= {"PINTUAN_DATA_DIR": str(_FOLDER / "data"), "PINTUAN_MOVABLE_CLOCK": "true"}
if ON_POSTGRES:
    _parts = urlsplit(_SERVER)
    os.environ |= {
        "PINTUAN_DATABASE_URL": urlunsplit(_parts._replace(path=f"/{_DATABASE}")),
        "PINTUAN_REDIS_URL": _REDIS,
        "PINTUAN_REDIS_PREFIX": _DATABASE,
    }

from app.core import db, streams  # noqa: E402 - the environment comes first
from app.core.bus import InProcessBus  # noqa: E402 - as above
from app.core.db.migrate import migrate  # noqa: E402 - as above
from app.core.settings import settings  # noqa: E402 - as above


@pytest.fixture(scope="session", autouse=True)
def _folder() -> Iterator[None]:
    yield
    shutil.rmtree(_FOLDER, ignore_errors=True)


@pytest.fixture(scope="session")
def _migrated() -> Iterator[None]:
    """A database with all tables and no rows."""
    if ON_POSTGRES:
        asyncio.run(_on_server(f'CREATE DATABASE "{_DATABASE}"'))
    try:
        asyncio.run(migrate(settings()))
        if not ON_POSTGRES:
            shutil.copy(settings().data_dir / "pintuan.db", _FOLDER / "empty.db")
        yield
    finally:
        if ON_POSTGRES:
            asyncio.run(_on_server(f'DROP DATABASE IF EXISTS "{_DATABASE}" WITH (FORCE)'))


async def _on_server(statement: str) -> None:
    connection = await asyncpg.connect(_SERVER)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture
async def database(_migrated: None) -> AsyncIterator[None]:
    """All tables, no rows, this process bound to them, and the clock at the present."""
    if not ON_POSTGRES:
        for leftover in ("pintuan.db-wal", "pintuan.db-shm"):
            (settings().data_dir / leftover).unlink(missing_ok=True)
        shutil.copy(_FOLDER / "empty.db", settings().data_dir / "pintuan.db")
    await db.start(settings())
    if ON_POSTGRES:
        await _empty_all_tables()
    streams.use_bus(InProcessBus())
    yield
    await db.stop()


async def _empty_all_tables() -> None:
    tables = await db.rows(
        str,
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' "
        "AND tablename NOT IN ('tortoise_migrations', 'clock_offset')",
    )
    await db.execute(f"TRUNCATE {', '.join(tables)}")
    await db.execute("UPDATE clock_offset SET offset_ms = 0")
