"""Migrations: bringing a database to the tables of this version."""

import asyncio
import fcntl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import cache

import asyncpg
from tortoise import Tortoise
from tortoise.context import TortoiseContext
from tortoise.fields.data import CharEnumFieldInstance
from tortoise.migrations import operations as ops
from tortoise.migrations.api import migrate as tortoise_migrate
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.migration import Migration
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_editor.sqlite import SqliteSchemaEditor
from tortoise.migrations.schema_generator.state import State
from tortoise.migrations.writer import MigrationWriter
from tortoise.models import Model

from app.core.db.connections import TORTOISE_APP, connection, tortoise_config
from app.core.db.roles import let_application_in
from app.core.settings import Settings

#: Any number will do, as long as every version of Pintuan uses the same.
_ADVISORY_LOCK = 7_428_826_301


async def migrate(settings: Settings) -> None:
    """Apply what is missing; nothing where nothing is. Two at once: the second waits, then finds nothing to do.

    Leaves this process unbound: call `db.start` afterwards.
    """
    async with _alone(settings):
        fill_new_columns()
        copy_only_what_is_looked_back_at()
        async with TortoiseContext():
            await tortoise_migrate(config=tortoise_config(settings, for_migration=True))
            if not settings.on_postgres:
                await _check_foreign_keys()
        if settings.on_postgres and settings.database_owner_url.get_secret_value():
            await let_application_in(settings)


@cache
def fill_new_columns() -> None:
    """Teach Tortoise to give a new column its model's default in the rows that there are; without, they refuse it."""
    for editor in (BaseSchemaEditor, SqliteSchemaEditor):
        setattr(editor, "add_field", _filling(editor.add_field))  # noqa: B010 - mypy allows no plain assignment


def _filling(add_field: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    async def add_filled(editor: BaseSchemaEditor, model: type[Model], field_name: str) -> None:
        field = model._meta.fields_map[field_name]  # noqa: SLF001 - there is no other way to it
        default = field.default() if field.default in (list, dict) else field.default
        if field.null or default is None or callable(default) or field.has_db_default():
            await add_field(editor, model, field_name)
            return
        # Only while it is added: afterwards every insert says what it means.
        without, field.db_default = field.db_default, default
        try:
            await add_field(editor, model, field_name)
        finally:
            field.db_default = without

    return add_filled


@cache
def copy_only_what_is_looked_back_at() -> None:
    """Teach Tortoise not to copy the whole state before an operation that never looks back at it.

    A copy renders every model again: with one for each operation a first migration takes many times as long.
    """
    setattr(Migration, "apply", _apply)  # noqa: B010 - mypy allows no plain assignment


#: What they do to the database they read from the state after them alone; ours in Python read none.
_LOOK_AHEAD_ONLY = (ops.CreateModel, ops.AddField, ops.AddIndex, ops.AddConstraint, ops.RunSQL, ops.RunPython)


async def _apply(
    migration: Migration, state: State, *, dry_run: bool = False, schema_editor: BaseSchemaEditor | None = None
) -> State:
    for operation in migration.operations:
        before = state if isinstance(operation, _LOOK_AHEAD_ONLY) or schema_editor is None else state.clone()
        operation.state_forward(migration.app_label, state)
        if schema_editor is not None and not dry_run:
            within = schema_editor.client.capabilities.supports_transactions
            await migration._run_database_forward(operation, before, state, schema_editor, within)  # noqa: SLF001 - as Tortoise's own
    state.validate_relations_initialized()
    return state


async def changes_not_in_migrations(settings: Settings) -> list[MigrationWriter]:
    """The migrations that the models ask for and nobody has written; empty where the two agree.

    Call `.write()` on one to write it. Leaves this process unbound.
    """
    config = tortoise_config(settings)
    async with TortoiseContext():
        await Tortoise.init(config=config, init_connections=False)
        _forget_comments()
        writers: list[MigrationWriter] = await MigrationAutodetector(Tortoise.apps, config["apps"]).changes()
    return writers


def _forget_comments() -> None:
    # Tortoise takes docstrings and `#:` comments into its migrations, where a reworded sentence would be a change
    # of the table, which on SQLite is drop and create.
    for model in Tortoise.apps[TORTOISE_APP].values():
        model._meta.table_description = ""  # noqa: SLF001 - there is no other way to it
        for field in model._meta.fields_map.values():  # noqa: SLF001 - as above
            field.description = "" if isinstance(field, CharEnumFieldInstance) else None


async def _check_foreign_keys() -> None:
    # The keys were off while tables were made anew; a row that points at nothing must not go unnoticed.
    _, broken = await connection().execute_query("PRAGMA foreign_key_check")
    if broken:
        raise RuntimeError(f"the migration left rows that point at nothing: {[tuple(row) for row in broken][:10]}")


@asynccontextmanager
async def _alone(settings: Settings) -> AsyncIterator[None]:
    """Hold the lock that keeps a second migrator waiting: Tortoise has none, and two at once destroy each other."""
    if settings.on_postgres:
        own = await asyncpg.connect(settings.database_owner_url.get_secret_value() or settings.database_url)
        try:
            await own.execute("SELECT pg_advisory_lock($1)", _ADVISORY_LOCK)
            yield
        finally:
            await own.close()
        return
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with (settings.data_dir / "migrate.lock").open("w") as lock:
        await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
        yield
