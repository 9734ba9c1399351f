"""The tables are what the models say, and the database itself refuses what must not be."""

import asyncio
import importlib
from pathlib import Path

import pytest
from tortoise import Tortoise
from tortoise.exceptions import IntegrityError, OperationalError

from app.core import clock, db
from app.core.db.connections import TORTOISE_APP
from app.core.db.migrate import changes_not_in_migrations, migrate
from app.core.ids import new_id
from app.core.settings import settings
from tests.conftest import ON_POSTGRES


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
