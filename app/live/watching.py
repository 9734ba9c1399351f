"""How many sockets of this process follow each room, told to the table while the process lives.

A process that dies renews nothing, and what it counted runs out by itself.
"""

import asyncio
from collections import Counter
from datetime import timedelta
from uuid import UUID

from app.core import clock, db
from app.core.ids import LiveRoomId, new_id
from app.core.log import logger

log = logger("live")

#: How often a process says again what it counts, and how long that holds.
RENEW_SECONDS = 3.0
LEASE = timedelta(seconds=10)


class Watchers:
    """The sockets of one process."""

    def __init__(self, process: UUID | None = None) -> None:
        self._process = process or new_id()
        self._sockets: Counter[LiveRoomId] = Counter()
        #: Rooms that the table has a row of this process for.
        self._told: set[LiveRoomId] = set()

    def changed(self, room: LiveRoomId, by: int) -> None:
        """So many sockets more follow a room, or fewer."""
        self._sockets[room] += by
        if self._sockets[room] <= 0:
            del self._sockets[room]

    async def renew(self) -> None:
        """Write down what is counted now, for as long as the lease."""
        counted = dict(self._sockets)
        until = await clock.now() + LEASE
        gone = self._told - counted.keys()
        async with db.transaction():
            if gone:
                await db.execute(_FORGET, self._process, list(gone))
            if counted:
                # In one order: two processes never wait for each other, and one never for itself.
                await db.execute_each(
                    _RENEW, [(new_id(), room, self._process, counted[room], until) for room in sorted(counted)]
                )
        self._told = set(counted)

    async def keep(self) -> None:
        """Renew for ever; what cannot be written now is written next time."""
        while True:
            try:
                if self._sockets or self._told:
                    await self.renew()
            except Exception:
                log.warning("live.watching_not_told", exc_info=True)
            await asyncio.sleep(RENEW_SECONDS)


_RENEW = """
INSERT INTO live_watching (id, room_id, process_id, sockets, expires_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (room_id, process_id) DO UPDATE SET sockets = $4, expires_at = $5
"""

_FORGET = "DELETE FROM live_watching WHERE process_id = $1 AND room_id = ANY($2::uuid[])"

#: Of this process.
WATCHERS = Watchers()
