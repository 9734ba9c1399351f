"""Two roles at the database: the owner migrates; the shop runs as another, which cannot rewrite what has happened."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from app.audit_log import actions as audit_log
from app.core import db
from tests.conftest import _on_server
from tests.journeys.installation import Installation, Store
from tests.journeys.processes import python, run
from tests.journeys.running import start_together
from tests.journeys.sockets import Sockets
from tests.journeys.stores import a_store
from tests.journeys.story import friends_buy_together, offer_deal

_ROLE = f"pintuan_test_app_{os.getpid()}"


def _as(role: str, url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{role}:pass%27word@{parts.hostname}:{parts.port or 5432}"))


pytestmark = pytest.mark.usefixtures("_migrated")


@asynccontextmanager
async def _two_roles(folder: Path) -> AsyncIterator[tuple[Installation, str]]:
    """An installation whose processes come as the application's role, and the owner's address."""
    try:
        async with a_store(folder) as store:
            ours = Store(_as(_ROLE, store.database_url), store.redis_url, store.redis_prefix)
            async with Installation(folder, ours) as shop:
                yield shop, store.database_url
    finally:
        await _on_server(f'DROP ROLE IF EXISTS "{_ROLE}"')


async def _migrate(shop: Installation, owner: str) -> None:
    done = await run(python("-m", "app.cli", "migrate"), shop.env | {"PINTUAN_DATABASE_OWNER_URL": owner}, 60)
    assert done.code == 0, done.said


_FORBIDDEN = [
    *[
        statement.format(table=table)
        for table in ("audit_log", "postings")
        for statement in (
            "UPDATE {table} SET id = id",
            "DELETE FROM {table}",
            "TRUNCATE {table}",
            "ALTER TABLE {table} DISABLE TRIGGER ALL",
            "ALTER TABLE {table} OWNER TO CURRENT_USER",
            "DROP TABLE {table}",
            "CREATE RULE r AS ON INSERT TO {table} DO INSTEAD NOTHING",
        )
    ],
    "DROP TRIGGER audit_log_is_append_only ON audit_log",
    "DROP TRIGGER postings_are_append_only ON postings",
    "DROP FUNCTION refuse_to_change_audit_log CASCADE",
    "ALTER FUNCTION refuse_to_change_audit_log() RENAME TO harmless",
    "SET session_replication_role = replica",
    "UPDATE tortoise_migrations SET name = name",
    "CREATE TABLE mine (id int)",
]


async def test_the_shop_runs_as_a_role_that_cannot_rewrite_what_has_happened(
    _sandbox_keys: Path,  # noqa: PT019 - it is the folder
    tmp_path: Path,
    sockets: Sockets,
) -> None:
    async with _two_roles(tmp_path) as (shop, owner):
        await _migrate(shop, owner)
        # Again, with the role and its rights already there.
        await _migrate(shop, owner)
        await shop.sandbox(_sandbox_keys)
        await start_together(shop.server("a"), shop.worker())
        async with shop.behind_the_counter():
            await friends_buy_together(
                shop, sockets, await offer_deal(), asks_at=shop.servers[0], hears_at=shop.servers[0]
            )
            await shop.all_is_done()
            async with db.transaction():
                await audit_log.note(by=None, verb="test.note")
            await shop.is_sound()
        assert "InsufficientPrivilege" not in shop.said()
        await _cannot_rewrite(shop.store.database_url)


async def _cannot_rewrite(address: str) -> None:
    application = await asyncpg.connect(address)
    try:
        entries = await application.fetch("SELECT * FROM audit_log")
        assert len(entries) == 1
        postings = await application.fetchval("SELECT COUNT(*) FROM postings")
        assert postings > 0
        for statement in _FORBIDDEN:
            with pytest.raises(asyncpg.exceptions.InsufficientPrivilegeError):
                await application.execute(statement)
        assert await application.fetch("SELECT * FROM audit_log") == entries
        assert await application.fetchval("SELECT COUNT(*) FROM postings") == postings
    finally:
        await application.close()


async def test_the_application_is_refused_as_the_owner_or_a_superuser(tmp_path: Path) -> None:
    async with a_store(tmp_path) as store, Installation(tmp_path, store) as shop:
        command = python("-m", "app.cli", "migrate")
        done = await run(command, shop.env | {"PINTUAN_DATABASE_OWNER_URL": store.database_url}, 60)
    assert done.code != 0
    assert "the application needs its own role" in done.said
