"""What an operation knows: who asks, in which language, and its loaders.

One per operation; for a subscription one per frame. Nothing of it outlives the operation.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import strawberry
from graphql import GraphQLError
from strawberry.dataloader import DataLoader

from app.accounts.models import Role
from app.core import clock
from app.core.ids import SessionId, UserId

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody who is signed in."""

    user: UserId
    session: SessionId
    roles: frozenset[Role]


@dataclass(slots=True)
class Context:
    """One operation's surroundings."""

    locale: str
    #: None when nobody is signed in.
    asker: Asker | None = None
    #: What the client runs on, as it says itself: ios, android, devtools or web.
    platform: str | None = None
    #: Whence the operation came, as the server saw it; empty inside.
    address: str = ""
    #: The execution is shared between viewers, so nothing may depend on who asks.
    shared: bool = False
    _loaders: dict[Any, DataLoader[Any, Any]] = field(default_factory=dict)
    _now: datetime | None = None
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock)

    def who(self) -> Asker | None:
        """Who asks; None when nobody is signed in. Raises in a shared execution."""
        if self.shared:
            raise RuntimeError("a shared execution asked who is asking")
        return self.asker

    def must_be_signed_in(self) -> Asker:
        """Who asks; an UNAUTHENTICATED error where nobody is signed in."""
        asker = self.who()
        if asker is None:
            raise GraphQLError("Sign in first.", extensions={"code": "UNAUTHENTICATED"})
        return asker

    def has_any(self, *roles: Role) -> bool:
        """Whether who asks has one of these roles, or is an admin."""
        asker = self.who()
        return asker is not None and not asker.roles.isdisjoint({*roles, Role.ADMIN})

    def must_have(self, *roles: Role) -> Asker:
        """Who asks, if she has one of these roles or is an admin; else a FORBIDDEN error."""
        asker = self.must_be_signed_in()
        if not self.has_any(*roles):
            raise GraphQLError("Your role does not allow this.", extensions={"code": "FORBIDDEN"})
        return asker

    async def now(self) -> datetime:
        """The moment at which this operation looks, the same for all its fields."""
        # Fields ask at the same time: the first looks, the others wait for what it saw.
        async with self._looking:
            if self._now is None:
                self._now = await clock.now()
        return self._now

    def loader(self, load: Callable[[list[K]], Any]) -> DataLoader[K, V]:
        """This operation's loader over a batch function (keys in, values in the same order out)."""
        if load not in self._loaders:
            self._loaders[load] = DataLoader(load_fn=load)
        return self._loaders[load]


Info = strawberry.Info[Context, None]
