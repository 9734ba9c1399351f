"""Refusals of accounts that carry data."""

import strawberry

from app.accounts import errors
from schema.context import Context
from schema.refusals import UserError, register


@strawberry.type(description="TRY_LATER")
class TryLater(UserError):
    """Not now."""

    retry_after_ms: int = strawberry.field(description="Milliseconds.")


async def _try_later(error: errors.TryLater, message: str, _: Context) -> TryLater:
    return TryLater(code=error.code, message=message, retry_after_ms=error.retry_after_ms)


register(errors.TryLater, TryLater, _try_later)
