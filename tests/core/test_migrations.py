"""The tables are what the models say, and the database itself refuses what must not be."""

import asyncio
import importlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tortoise import Tortoise
from tortoise.exceptions import IntegrityError, OperationalError
from tortoise.migrations.api import migrate as tortoise_migrate

from app.core import clock, db
from app.core.db.connections import TORTOISE_APP, connection, tortoise_config
from app.core.db.migrate import changes_not_in_migrations, fill_new_columns, migrate
from app.core.ids import new_id
from app.core.settings import Settings, settings
from tests.conftest import ON_POSTGRES
from tests.journeys.stores import a_store


async def test_the_models_ask_for_nothing_that_no_migration_gives(database: None) -> None:
    del database
    assert await changes_not_in_migrations(settings()) == []


async def _catalogue() -> str:
    """Everything that the database says of its own tables, indexes and triggers."""
    if ON_POSTGRES:
        parts = [
            "SELECT pg_get_constraintdef(oid) || conname FROM pg_constraint",
            "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
            "SELECT tgname FROM pg_trigger",
        ]
    else:
        parts = ["SELECT COALESCE(sql, '') FROM sqlite_master"]
    return "\n".join([text for part in parts for text in await db.rows(str, part)])


async def test_every_guard_of_the_migrations_truly_exists(database: None) -> None:
    del database
    guards = importlib.import_module("migrations.0002_guards")
    catalogue = await _catalogue()
    for _, _, name in guards.CHECKS:
        assert name in catalogue
    for name, _ in (*guards.UNIQUE_INDEXES, *guards.INDEXES):
        assert name in catalogue
    assert "postings_refuse_update" in catalogue or "postings_are_append_only" in catalogue


async def test_every_check_of_the_models_is_a_guard_of_the_migrations(database: None) -> None:
    del database
    catalogue = await _catalogue()
    for model in Tortoise.apps[TORTOISE_APP].values():
        for constraint in getattr(model._meta, "constraints", ()) or ():
            assert constraint.name in catalogue


_ANOTHER = "INSERT INTO postings (id, source, target, amount_fen, reason, reference, posted_at)"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE postings SET amount_fen = amount_fen + 1",
        "DELETE FROM postings",
        f"{_ANOTHER} SELECT $1, 'SALES', 'SALES', 5, 'PAYMENT', 'other', posted_at FROM postings",
        f"{_ANOTHER} SELECT $1, 'SALES', 'WECHAT', 0, 'PAYMENT', 'other', posted_at FROM postings",
        f"{_ANOTHER} SELECT $1, 'SALES', 'WECHAT', 5, reason, reference, posted_at FROM postings",
    ],
)
async def test_the_books_cannot_be_edited(database: None, statement: str) -> None:
    del database
    await db.execute(
        f"{_ANOTHER} VALUES ($1, 'BUYERS', 'WECHAT', 1990, 'PAYMENT', 'tx', $2)", new_id(), await clock.now()
    )
    parameters = [new_id()] if "$1" in statement else []
    with pytest.raises((IntegrityError, OperationalError)):
        await db.execute(statement, *parameters)
    assert await db.rows(int, "SELECT amount_fen FROM postings") == [1990]


_FIRST_RELEASE = "pintuan.0002_guards"
#: Columns that a check holds to something else than the value that all others get.
_HELD = {("groups", "taken"): 0, ("groups", "held"): 0, ("postings", "source"): "SALES"}


def _a_value(kind: str) -> object:
    kind = kind.lower()
    if kind.startswith("timestamp"):
        return datetime(2026, 1, 1, tzinfo=UTC)
    for name, value in {"uuid": new_id(), "bool": True, "json": "[]", "int": 2}.items():
        if name in kind:
            return value
    return "x"


async def _columns() -> dict[str, list[tuple[str, str]]]:
    if ON_POSTGRES:
        statement = (
            "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public'"
        )
        _, found = await connection().execute_query(statement)
    else:
        statement = (
            "SELECT m.name AS table_name, c.name AS column_name, c.type AS data_type "
            "FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'"
        )
        _, found = await connection().execute_query(statement)
    tables: dict[str, list[tuple[str, str]]] = {}
    for table, column, kind in found:
        tables.setdefault(table, []).append((column, kind))
    return {name: columns for name, columns in tables.items() if name not in _ITS_OWN}


_ITS_OWN = {"tortoise_migrations", "clock_offset", "sqlite_sequence"}


async def _put_a_row_everywhere() -> None:
    for table, columns in (await _columns()).items():
        names = ", ".join(f'"{name}"' for name, _ in columns)
        places = ", ".join(f"${number}" for number, _ in enumerate(columns, 1))
        values = [_HELD.get((table, name), _a_value(kind)) for name, kind in columns]
        await db.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", *values)


async def test_a_shop_of_the_first_release_is_brought_up_to_date_with_all_its_rows(tmp_path: Path) -> None:
    await db.stop()
    async with a_store(tmp_path) as store:
        shop = settings().model_copy(update={"data_dir": tmp_path / "data", "database_url": store.database_url})
        await migrate_to(_FIRST_RELEASE, shop)
        config = tortoise_config(shop, for_migration=True)
        await Tortoise.init(config=config, _enable_global_fallback=True)
        if ON_POSTGRES:
            # Ids drawn for columns that point somewhere point nowhere; it is the new columns that this is about.
            await db.execute(f"ALTER DATABASE {store.redis_prefix} SET session_replication_role = replica")
            await Tortoise.close_connections()
            await Tortoise.init(config=config, _enable_global_fallback=True)
        await _put_a_row_everywhere()
        tables = await _columns()
        await Tortoise.close_connections()
        await migrate_to(None, shop)
        await Tortoise.init(config=config, _enable_global_fallback=True)
        for table in tables:
            assert await db.value(int, f"SELECT COUNT(*) AS n FROM {table}") == 1, table
        await Tortoise.close_connections()


async def migrate_to(target: str | None, shop: Settings) -> None:
    """Migrate without the look at foreign keys, which these rows would not pass."""
    fill_new_columns()
    await tortoise_migrate(config=tortoise_config(shop, for_migration=True), target=target)
    await Tortoise.close_connections()


if not ON_POSTGRES:

    async def test_two_migrators_at_once_make_one_database(tmp_path: Path) -> None:
        folder = tmp_path / "twice"
        command = ["-m", "app.cli", "migrate"]
        import os  # noqa: PLC0415 - only this test needs processes
        import sys  # noqa: PLC0415 - as above

        running = [
            await asyncio.create_subprocess_exec(
                sys.executable, *command, env={**os.environ, "PINTUAN_DATA_DIR": str(folder)}
            )
            for _ in range(2)
        ]
        assert [await each.wait() for each in running] == [0, 0]
        await migrate(settings().model_copy(update={"data_dir": folder}))
