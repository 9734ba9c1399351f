"""Pages of a list in the order of one column, and of ids where that column is the same.

A page begins behind a place, the last entry's (column, id), and not at a number: it stays where it is while entries
come and go.
"""

from typing import Any, TypeVar

from tortoise.expressions import Q
from tortoise.models import Model
from tortoise.queryset import QuerySet

M = TypeVar("M", bound=Model)


def newest_first(found: QuerySet[M], by: str, *, limit: int, before: tuple[Any, Any] | None) -> QuerySet[M]:
    """What comes before this place in time, or everything without one; the latest `by` first."""
    if before is not None:
        moment, last = before
        found = found.filter(Q(**{f"{by}__lt": moment}) | Q(**{by: moment, "id__lt": last}))
    return found.order_by(f"-{by}", "-id").limit(limit)


def oldest_first(found: QuerySet[M], by: str, *, limit: int, after: tuple[Any, Any] | None) -> QuerySet[M]:
    """What comes after this place in time, or everything without one; the earliest `by` first."""
    if after is not None:
        moment, last = after
        found = found.filter(Q(**{f"{by}__gt": moment}) | Q(**{by: moment, "id__gt": last}))
    return found.order_by(by, "id").limit(limit)
