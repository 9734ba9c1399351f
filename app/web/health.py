"""`/health/live` and `/health/ready`, for the machine that runs this process.

Alive: the loop turns; a process that is not is started anew. Ready: requests may be sent here; one that is not is
left out until it is.
"""

import asyncio
import pkgutil
from collections.abc import Awaitable, Callable
from functools import cache

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

import migrations
from app.core import db
from app.core.bus import RedisBus
from app.core.db.connections import TORTOISE_APP
from app.core.settings import settings
from app.core.streams import bus

#: What takes longer does not answer.
ANSWER_WITHIN_S = 2.0

_HEADERS = {"Cache-Control": "no-store"}


def routes() -> list[Route]:
    """Both doors. `app.state.draining` true makes the process not ready, so that no new requests are sent to it."""
    return [Route("/health/live", _live), Route("/health/ready", _ready)]


async def _live(_: Request) -> Response:
    return JSONResponse({"status": "alive"}, headers=_HEADERS)


async def _ready(request: Request) -> Response:
    missing = await what_is_missing()
    if getattr(request.app.state, "draining", False):
        missing.append("draining")
    return JSONResponse(
        {"status": "not ready" if missing else "ready", "missing": missing},
        status_code=503 if missing else 200,
        headers=_HEADERS,
    )


async def what_is_missing() -> list[str]:
    """What this process needs and has not: `database`, `migrations`, `redis`; empty when all is well."""
    named = {"database": db.is_ready, "migrations": is_migrated, "redis": _is_redis_ready}
    held = await asyncio.gather(*[_in_time(holds) for holds in named.values()])
    return [name for name, holds in zip(named, held, strict=True) if not holds]


async def _in_time(holds: Callable[[], Awaitable[bool]]) -> bool:
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            return await holds()
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it does not hold
        return False


async def _is_redis_ready() -> bool:
    if not settings().redis_url:
        return True
    carrier = bus()
    return isinstance(carrier, RedisBus) and await carrier.is_ready()


async def is_migrated() -> bool:
    """Whether the database has all that this version's migrations make."""
    # A newer version's migrations are welcome: during a rolling restart old and new code run on one schema.
    applied = await db.rows(str, "SELECT name FROM tortoise_migrations WHERE app = $1", TORTOISE_APP)
    return _wanted() <= set(applied)


@cache
def _wanted() -> frozenset[str]:
    """The migrations that this version comes with."""
    return frozenset(each.name for each in pkgutil.iter_modules(migrations.__path__) if each.name[0].isdigit())
