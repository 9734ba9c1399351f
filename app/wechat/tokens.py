"""The access token of the mini-program API, shared by every process of ours.

WeChat's stable mode gives everybody the same token while it lives, so two processes that fetch at once do no
harm. The store makes them agree and spares the fetches. Force mode, which kills the living token, is never used.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeGuard

from app.wechat.errors import WeChatBusy

#: In a token's last five minutes WeChat gives out its successor, and both work. Asking earlier gives the same again.
RENEW_BEFORE = timedelta(seconds=290)


@dataclass(frozen=True, slots=True)
class StoredToken:
    """An access token and the moment it dies (UTC)."""

    value: str = field(repr=False)
    expires_at: datetime


class TokenStore(Protocol):
    """Where the processes agree on one token."""

    async def read(self) -> StoredToken | None:
        """The token that is now agreed on, if any."""

    async def replace(self, old: str | None, new: StoredToken) -> StoredToken:
        """Put `new` in the place of the token `old` (None: of none) and give what is agreed on afterwards.

        Where another process was faster, its token stays and is given back.
        """


class MemoryTokenStore:
    """A store for one process."""

    def __init__(self) -> None:
        self._token: StoredToken | None = None

    async def read(self) -> StoredToken | None:
        """The token that is now agreed on, if any."""
        return self._token

    async def replace(self, old: str | None, new: StoredToken) -> StoredToken:
        """Compare and set; see TokenStore."""
        if self._token is None or self._token.value == old:
            self._token = new
        return self._token


class AccessTokens:
    """Gives the token to call with. `fetch` asks WeChat for one in normal mode."""

    def __init__(
        self,
        fetch: Callable[[], Awaitable[StoredToken]],
        store: TokenStore,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._fetch = fetch
        self._store = store
        self._clock = clock
        self._known: StoredToken | None = None
        self._one_at_a_time = asyncio.Lock()

    async def current(self) -> str:
        """A token that should work; fetched when none does. Raises what the fetch raises."""
        if self._fresh(self._known):
            return self._known.value
        async with self._one_at_a_time:
            if not self._fresh(self._known):
                self._known = await self._store.read()
            if not self._fresh(self._known):
                self._known = await self._renewed(self._known)
            return self._known.value

    async def after_refusal(self, refused: str) -> str:
        """The token to try once more with after WeChat refused `refused` (40001, 40014, 42001)."""
        async with self._one_at_a_time:
            stored = await self._store.read()
            if stored is None or stored.value == refused:
                stored = await self._store.replace(refused, await self._fetch())
            self._known = stored
            return stored.value

    async def _renewed(self, old: StoredToken | None) -> StoredToken:
        try:
            new = await self._fetch()
        except WeChatBusy:
            # The old token has minutes left: a WeChat that is busy now must not stop what it can still do.
            if old is not None and old.expires_at > self._now():
                return old
            raise
        return await self._store.replace(old.value if old else None, new)

    def _fresh(self, token: StoredToken | None) -> TypeGuard[StoredToken]:
        return token is not None and token.expires_at - RENEW_BEFORE > self._now()

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)
