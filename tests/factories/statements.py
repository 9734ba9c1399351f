"""Counting what is sent to the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from tortoise.backends.base.client import BaseDBAsyncClient

from app.core.db.connections import connection


@contextmanager
def statements(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The statements that are sent to the database meanwhile."""
    sent: list[str] = []
    kind = type(connection())

    def counted(name: str) -> Any:
        original = getattr(kind, name)

        async def count(self: BaseDBAsyncClient, query: str, *values: Any) -> Any:
            sent.append(query)
            return await original(self, query, *values)

        return count

    with monkeypatch.context() as patched:
        for name in ("execute_query", "execute_query_dict"):
            patched.setattr(kind, name, counted(name))
        yield sent
