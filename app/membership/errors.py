"""What the shop says no to about perk plans and points."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.errors import DomainError
from app.membership.rules.plans import Conflict


@dataclass(eq=False)
class PlanConflict(DomainError):
    """This plan does not fit."""

    conflicts: Sequence[Conflict]


class PlanNotSimulated(DomainError):
    """Simulate this plan first."""


class PointsNotEnough(DomainError):
    """You do not have that many points."""
