"""Refusals of moderation that carry data."""

from datetime import datetime

import strawberry

from app.moderation import errors
from schema.context import Context
from schema.refusals import UserError, register


@strawberry.type(description="MUTED")
class Muted(UserError):
    """She may not write there."""

    until: datetime | None = strawberry.field(description="Null for good.")


async def _muted(error: errors.Muted, message: str, _: Context) -> UserError:
    return Muted(code=error.code, message=message, until=error.until)


register(errors.Muted, Muted, _muted)
