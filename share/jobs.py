"""What the clock starts: forgetting who opened links long ago, and URL links that open nothing any more."""

from typing import TypeVar

from tortoise.models import Model
from tortoise.queryset import QuerySet

from app.core import clock
from app.core.worker import Job
from share import rules
from share.models import Touch, UrlLink, Visitor

M = TypeVar("M", bound=Model)

_AT_ONCE = 1_000
_A_DAY_S = 86_400


async def forget_touches() -> int:
    """Delete some touches that are older than they are kept, and visitors who never signed in; how many.

    What brought an order stays with it: no row that another one names is deleted.
    """
    limit = await clock.now() - rules.TOUCHES_KEPT
    touches = await _forget(_unnamed(Touch, at__lt=limit), Touch)
    return touches + await _forget(_unnamed(Visitor, user_id=None, created_at__lt=limit), Visitor)


async def forget_url_links() -> int:
    """Delete some URL links that have expired, and turns that came to nothing; how many."""
    # What nobody asked for since it was due has ended when the time between the two is over.
    limit = await clock.now() - rules.URL_LINK_RENEWED_BEFORE
    return await _forget(UrlLink.filter(due_at__lte=limit), UrlLink)


def _unnamed(model: type[M], **old: object) -> QuerySet[M]:
    """Old rows that no foreign key of any room names."""
    return model.filter(**old, **{f"{name}__isnull": True for name in model._meta.backward_fk_fields})  # noqa: SLF001 - Tortoise offers no other way


async def _forget(old: QuerySet[M], model: type[M]) -> int:
    return await model.filter(pk__in=[each.pk for each in await old.limit(_AT_ONCE)]).delete()


JOBS = [
    Job("share.forget_touches", forget_touches, every_seconds=_A_DAY_S),
    Job("share.forget_url_links", forget_url_links, every_seconds=_A_DAY_S),
]
