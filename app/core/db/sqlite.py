"""Tortoise's SQLite backend, with two of its habits changed.

A transaction begins IMMEDIATE: with the stock deferred BEGIN, two processes that read and then write get
"database is locked" at once, whatever the time-out. And a BEGIN that fails gives the lock back.
"""

import sqlite3
from typing import Any
from uuid import UUID

from tortoise.backends.base.client import TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionContext, SqliteTransactionWrapper
from tortoise.connection import get_connections
from tortoise.exceptions import OperationalError

if sqlite3.sqlite_version_info < (
    3,
    35,
):  # pragma: no cover - Python 3.11 ships a newer one nearly everywhere
    raise RuntimeError(f"SQLite {sqlite3.sqlite_version} is too old: RETURNING came with 3.35")

sqlite3.register_adapter(UUID, str)


class Client(SqliteClient):
    """The one connection to a SQLite file."""

    def _in_transaction(self) -> TransactionContext:
        return _ImmediateTransaction(_Transaction(self), self._lock)


class _Transaction(SqliteTransactionWrapper):
    async def begin(self) -> None:
        try:
            await self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error


class _ImmediateTransaction(SqliteTransactionContext):
    async def __aenter__(self) -> TransactionalDBClient:
        await self._trxlock.acquire()
        try:
            await self.ensure_connection()
            await self.connection.begin()
        except BaseException:
            self._trxlock.release()
            raise
        self.token: Any = get_connections().set(self.connection_name, self.connection)
        client: TransactionalDBClient = self.connection
        return client


client_class = Client
