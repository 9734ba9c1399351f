"""Binding a process to its database."""

import importlib
import pkgutil
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connections
from tortoise.context import TortoiseContext

from app.core.settings import Settings

#: Tortoise's name for all our tables together: one database, one history.
TORTOISE_APP = "pintuan"

_FIVE_SECONDS_IN_MS = 5000


def tortoise_config(settings: Settings, *, for_migration: bool = False) -> dict[str, Any]:
    """Tortoise's configuration for these settings.

    For a migration SQLite's foreign keys are off: its ALTER is drop and create, and with the keys on the
    drop would delete the rows of the tables that point here.
    """
    if settings.on_postgres:
        owner = settings.database_owner_url.get_secret_value() if for_migration else ""
        connection = _postgres(settings, owner or settings.database_url)
    else:
        connection = _sqlite(settings, foreign_keys="OFF" if for_migration else "ON")
    return {
        "connections": {"default": connection},
        "apps": {TORTOISE_APP: {"models": list(model_modules()), "migrations": "migrations"}},
        "use_tz": True,
        "timezone": "UTC",
    }


@cache
def model_modules() -> tuple[str, ...]:
    """Every room's `models` module: found, not listed, so that no room can be forgotten."""
    found = []
    for root in ("app", "share"):
        package = importlib.import_module(root)
        found += [
            module.name
            for module in pkgutil.walk_packages(package.__path__, f"{root}.")
            if module.name.rpartition(".")[2] == "models"
        ]
    return tuple(sorted(found))


_bound: TortoiseContext | None = None


async def start(settings: Settings) -> None:
    """Bind this process to its database, and to no other; connections are made when first needed."""
    global _bound
    await stop()
    if not settings.on_postgres:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    # Requests run in tasks that no fixture or lifespan is parent of: the binding is every task's, none's own.
    with TortoiseContext() as _bound:
        await _bound.init(config=tortoise_config(settings), _enable_global_fallback=True)


async def stop() -> None:
    """Close every connection; nothing where the process is bound to none."""
    global _bound  # noqa: PLW0603 - as in start
    if _bound is not None:
        await _bound.close_connections()
        _bound = None


def connection() -> BaseDBAsyncClient:
    """The connection of the running transaction, else the pool."""
    return get_connections().get("default")


def is_postgres() -> bool:
    """Whether this process's database is PostgreSQL; else it is SQLite."""
    return connection().capabilities.dialect == "postgres"


async def is_ready() -> bool:
    """Whether the database answers."""
    try:
        await connection().execute_query("SELECT 1")
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it does not answer
        return False
    return True


def _postgres(settings: Settings, address: str) -> dict[str, Any]:
    url = urlsplit(address)
    return {
        "engine": "app.core.db.postgres",
        "credentials": {
            "host": url.hostname or "127.0.0.1",
            "port": url.port or 5432,
            "user": unquote(url.username or "postgres"),
            "password": unquote(url.password or ""),
            "database": url.path.lstrip("/"),
            "minsize": 2,
            "maxsize": settings.database_pool,
            "command_timeout": 30,
            "application_name": "pintuan",
        },
    }


def _sqlite(settings: Settings, *, foreign_keys: str) -> dict[str, Any]:
    return {
        "engine": "app.core.db.sqlite",
        "credentials": {
            "file_path": str(settings.data_dir / "pintuan.db"),
            "busy_timeout": _FIVE_SECONDS_IN_MS,
            # A power cut must not take a payment back that WeChat was told we have.
            "synchronous": "FULL",
            "foreign_keys": foreign_keys,
        },
    }
