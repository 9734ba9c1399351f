"""Who has the app open: whose news comes over a socket, and so not as a message on a closed phone.

Each server process writes down who listens at it, and now and then that it lives; what a dead one wrote counts no
more. Somebody who has just closed the app may be taken for present for a few seconds: her inbox has the news.
"""

import asyncio
import time
from collections import Counter
from datetime import timedelta
from uuid import UUID

from app.core import clock, db
from app.core.ids import UserId, new_id
from app.core.log import logger

log = logger("notifications")

#: How often a process says that it lives, and how long that holds.
RENEW_SECONDS = 5.0
LEASE = timedelta(seconds=15)
#: A process that was only held up comes back before this, and still counts on what it wrote.
_SURELY_DEAD = timedelta(hours=1)
#: Who announced herself and opened no stream within this time does not listen.
_GRACE_S = 5.0


class Listeners:
    """Those who listen at one process."""

    def __init__(self, process: UUID | None = None) -> None:
        self._process = process or new_id()
        self._streams: Counter[UserId] = Counter()
        #: Whom the table has, and from when on (monotonic seconds) she may be taken out without a stream.
        self._written: dict[UserId, float] = {}

    async def arrive(self, user: UserId) -> None:
        """Somebody is about to listen: from now on she is present."""
        if user not in self._written:
            await self._say_alive()
            await db.execute(_ARRIVE, new_id(), user, self._process)
        self._written[user] = time.monotonic() + _GRACE_S

    def changed(self, user: UserId, by: int) -> None:
        """So many streams of hers more are open, or fewer."""
        self._streams[user] += by
        if self._streams[user] <= 0:
            del self._streams[user]
            self._written[user] = 0.0

    async def renew(self) -> None:
        """Say that this process lives, and who has gone."""
        now = time.monotonic()
        gone = [user for user, until in self._written.items() if user not in self._streams and until <= now]
        # Before the await: who comes back meanwhile is written anew.
        for user in gone:
            del self._written[user]
        if gone:
            await db.execute(_LEAVE, self._process, gone)
        await self._say_alive()

    async def keep(self) -> None:
        """Renew for ever; what cannot be written now is written next time."""
        while True:
            try:
                if self._written:
                    await self.renew()
            except Exception:
                log.warning("notifications.presence_not_told", exc_info=True)
            await asyncio.sleep(RENEW_SECONDS)

    async def _say_alive(self) -> None:
        await db.execute(_ALIVE, self._process, await clock.now() + LEASE)


async def forget() -> int:
    """Delete what dead processes wrote; how many."""
    long_ago = await clock.now() - _SURELY_DEAD
    gone = await db.rows(UUID, "DELETE FROM listening_processes WHERE expires_at < $1 RETURNING id", long_ago)
    return await db.execute("DELETE FROM listeners WHERE process_id = ANY($1::uuid[])", gone) if gone else 0


_ALIVE = """
INSERT INTO listening_processes (id, expires_at) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET expires_at = $2
"""

_ARRIVE = """
INSERT INTO listeners (id, user_id, process_id) VALUES ($1, $2, $3) ON CONFLICT (user_id, process_id) DO NOTHING
"""

_LEAVE = "DELETE FROM listeners WHERE process_id = $1 AND user_id = ANY($2::uuid[])"

#: At this process.
LISTENERS = Listeners()
