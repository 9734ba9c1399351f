"""Transactions: the one door, what happens after the commit, and what is tried again."""

import asyncio
import contextvars
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import ParamSpec, TypeVar

import asyncpg
from tortoise.exceptions import OperationalError

from app.core.db.connections import connection

P = ParamSpec("P")
T = TypeVar("T")

#: A conflict that five fresh starts cannot solve is no race but a fault, and is told as one.
ATTEMPTS = 5


@dataclass(slots=True)
class _Unit:
    task: "asyncio.Task[object] | None"
    after_commit: list[Callable[[], None]] = field(default_factory=list)


_running: contextvars.ContextVar[_Unit | None] = contextvars.ContextVar("transaction", default=None)


@asynccontextmanager
async def transaction() -> AsyncIterator[None]:
    """One unit of work: all of it commits when the block ends, or none of it does.

    Inside another it joins that one. An exception rolls back; what `after_commit` was given runs once the
    outermost has committed. Await nothing inside but statements: on SQLite every reader of the process
    waits meanwhile, and a task started inside would write outside.
    """
    unit = _running.get()
    if unit is not None:
        if unit.task is not asyncio.current_task():
            raise RuntimeError("a task that was started inside a transaction tried to use it")
        yield
        return
    unit = _Unit(asyncio.current_task())
    async with connection()._in_transaction():  # noqa: SLF001 - this is the door that others are told to use
        token = _running.set(unit)
        try:
            yield
        finally:
            _running.reset(token)
    for act in unit.after_commit:
        act()


@asynccontextmanager
async def savepoint() -> AsyncIterator[None]:
    """A part of the running transaction that may be refused and undone without undoing the rest."""
    if not in_transaction():
        raise RuntimeError("a savepoint needs a transaction around it")
    async with connection()._in_transaction():  # noqa: SLF001 - as in transaction()
        yield


def in_transaction() -> bool:
    """Whether the caller runs inside a transaction."""
    return _running.get() is not None


def refuse_in_transaction(what: str) -> None:
    """Raise where the caller is inside a transaction: `what` would hold its locks while it waits."""
    if in_transaction():
        raise RuntimeError(f"{what} inside a transaction")


def after_commit(act: Callable[[], None]) -> None:
    """Run `act` once the running transaction has committed; never if it rolls back.

    It must not block and must not raise: the caller has been promised that the work is done.
    """
    unit = _running.get()
    if unit is None:
        raise RuntimeError("after_commit needs a transaction")
    unit.after_commit.append(act)


def retried(action: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Run an action again where the database chose it as the victim of a deadlock or a conflict.

    For actions that are one transaction and touch nothing else. Inside a transaction it does nothing: the
    victim is the whole, so the outermost action is tried again.
    """

    @wraps(action)
    async def again(*args: P.args, **kwargs: P.kwargs) -> T:
        if in_transaction():
            return await action(*args, **kwargs)
        for attempt in range(1, ATTEMPTS):
            try:
                return await action(*args, **kwargs)
            except (asyncpg.exceptions.TransactionRollbackError, OperationalError) as error:
                if not _is_conflict(error):
                    raise
            await asyncio.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311 - spreads rivals, guards nothing
        return await action(*args, **kwargs)

    return again


def _is_conflict(error: Exception) -> bool:
    return isinstance(error, asyncpg.exceptions.TransactionRollbackError) or "database is locked" in str(error)
