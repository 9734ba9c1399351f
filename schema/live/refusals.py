"""Refusals of live rooms that carry data."""

import strawberry

from app.live import errors
from schema.context import Context
from schema.refusals import UserError, register


@strawberry.type(description="SLOW_MODE")
class SlowMode(UserError):
    """She writes faster than the room allows."""

    retry_after_ms: int = strawberry.field(description="Milliseconds.")


async def _slow_mode(error: errors.SlowMode, message: str, _: Context) -> UserError:
    return SlowMode(code=error.code, message=message, retry_after_ms=error.retry_after_ms)


register(errors.SlowMode, SlowMode, _slow_mode)
