"""Where all our processes agree on one access token: a row of the database."""

from dataclasses import dataclass, field
from datetime import datetime

from app.core import db
from app.wechat.tokens import StoredToken


@dataclass(frozen=True, slots=True)
class _Row:
    value: str = field(repr=False)
    expires_at: datetime


class DatabaseTokenStore:
    """A TokenStore (see tokens.py) for one mini-program, shared by every process on this database."""

    def __init__(self, app_id: str) -> None:
        self._app_id = app_id

    async def read(self) -> StoredToken | None:
        """The token that is now agreed on, if any."""
        row = await db.row(_Row, "SELECT value, expires_at FROM access_tokens WHERE app_id = $1", self._app_id)
        return StoredToken(row.value, row.expires_at) if row else None

    async def replace(self, old: str | None, new: StoredToken) -> StoredToken:
        """Compare and set; the token that is agreed on afterwards, which may be another process's."""
        async with db.transaction():
            await db.execute(_REPLACE, self._app_id, new.value, new.expires_at, old or "")
            agreed = await self.read()
        if agreed is None:
            raise RuntimeError("the access token that was just agreed on is gone")
        return agreed


#: Puts a token in the place of the one that failed, or where there is none; another's stays.
_REPLACE = """
INSERT INTO access_tokens (app_id, value, expires_at) VALUES ($1, $2, $3)
ON CONFLICT (app_id) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at
 WHERE access_tokens.value = $4
"""
