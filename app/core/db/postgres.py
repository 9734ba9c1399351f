"""Tortoise's asyncpg backend, with three of its habits changed.

Connections go back to the pool without the extra round trip that resets session state: nothing here sets
any. (Whoever needs a session advisory lock takes a connection of its own.) A BEGIN that fails returns its
connection; the stock backend leaks it, so a restart of the database would empty the pool for good. And what
asyncpg raises is left as it is where Tortoise has no word for it.
"""

import asyncio
from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionalDBClient, TransactionContext, TransactionContextPooled
from tortoise.connection import get_connections


class Client(AsyncpgDBClient):
    """A pool of connections to PostgreSQL."""

    async def create_pool(self, **kwargs: Any) -> asyncpg.Pool:
        """The pool, without the reset query on release."""
        return await asyncpg.create_pool(None, reset=_nothing_to_reset, **kwargs)

    def _in_transaction(self) -> TransactionContext:
        return _PooledTransaction(TransactionWrapper(self), self._pool_init_lock)


class _PooledTransaction(TransactionContextPooled):
    async def __aenter__(self) -> TransactionalDBClient:
        await self.ensure_connection()
        pool = self.client._parent._pool  # noqa: SLF001 - the backend's own fields
        self.client._connection = await pool.acquire()  # noqa: SLF001 - as above
        try:
            await self.client.begin()
        except BaseException:
            await asyncio.shield(pool.release(self.client._connection))  # noqa: SLF001 - as above
            raise
        self.token = get_connections().set(self.connection_name, self.client)
        return self.client


async def _nothing_to_reset(_: asyncpg.Connection) -> None:
    return None


client_class = Client
