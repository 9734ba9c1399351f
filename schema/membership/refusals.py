"""Refusals of membership that carry data."""

import strawberry

from app.membership import errors
from schema.context import Context
from schema.membership.types import PerkConflict
from schema.refusals import UserError, register


@strawberry.type(description="PLAN_CONFLICT")
class PlanConflict(UserError):
    """The plan does not fit, in itself or beside another."""

    conflicts: list[PerkConflict]


async def _plan_conflict(error: errors.PlanConflict, message: str, _: Context) -> PlanConflict:
    return PlanConflict(
        code=error.code, message=message, conflicts=[PerkConflict(conflict=each) for each in error.conflicts]
    )


register(errors.PlanConflict, PlanConflict, _plan_conflict)
