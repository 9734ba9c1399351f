"""The port through which signing in says who her phone took her for before.

It is answered in the transaction that begins the session: a fact might be heard only after she has bought something,
and who brought her would have brought nobody.
"""

from collections.abc import Awaitable
from typing import Protocol
from uuid import UUID

from app.core.ids import UserId


class VisitorJoins(Protocol):
    """What a room does when a visitor turns out to be somebody. Runs in the caller's transaction; may not refuse."""

    def __call__(self, *, visitor: UUID, user: UserId) -> Awaitable[None]:
        """Note it; `visitor` is what a phone says, and may be nobody or somebody else."""


_joins: list[VisitorJoins] = []


def register(joins: VisitorJoins) -> None:
    """Say who keeps visitors."""
    _joins[:] = [joins]


async def join_visitor(*, visitor: UUID, user: UserId) -> None:
    """A visitor has turned out to be this user."""
    for joins in _joins:
        await joins(visitor=visitor, user=user)
