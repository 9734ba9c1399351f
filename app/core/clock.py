"""The clock that decides: the database's.

Two servers' clocks differ; deadlines, holds and windows are compared with one. Tests move it, in every
process at once, through the one row of `clock_offset`, which only `PINTUAN_MOVABLE_CLOCK` makes anyone read.
"""

from datetime import datetime

from app.core import db
from app.core.settings import settings


async def now() -> datetime:
    """The moment that decides, in UTC. One round trip; where it guards a row, lock the row first."""
    moment = await db.value(datetime, "SELECT $now AS now")
    if moment is None:
        raise RuntimeError("the database told no time")
    return moment


async def move(seconds: float) -> None:
    """Tests only: move the clock of every process that shares this database forward."""
    if not settings().movable_clock:
        raise RuntimeError("this installation's clock is not movable")
    await db.execute("UPDATE clock_offset SET offset_ms = offset_ms + $1", int(seconds * 1000))
