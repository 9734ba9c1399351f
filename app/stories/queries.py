"""What can be asked about stories. Nothing here writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tortoise.queryset import QuerySet

from app.core import clock, db
from app.core.ids import OrderId, ProductId, StoryId, UserId
from app.orders import queries as orders
from app.orders.rules import HAS_RECEIVED
from app.stories.models import Story, StoryConsent
from app.stories.rules import APPROVED, Consent, came_back
from app.stories.states import ConsentStatus, StoryStatus


async def story(story_id: StoryId) -> Story | None:
    """A story, whoever may read it; None where there is none."""
    return await Story.get_or_none(id=story_id)


async def stories(ids: Sequence[StoryId]) -> dict[StoryId, Story]:
    """These stories, whoever may read them; one that does not exist is left out."""
    return {each.id: each for each in await Story.filter(id__in=list(set(ids)))}


async def published(ids: Sequence[StoryId]) -> dict[StoryId, Story]:
    """Those of these stories that everybody may read now."""
    return {each.id: each for each in await _out(await clock.now()).filter(id__in=list(set(ids)))}


async def published_page(
    *, limit: int, before: tuple[datetime, StoryId] | None, until: datetime | None = None
) -> list[Story]:
    """What everybody may read, the newest first; only what was out `until` then, where that is given."""
    found = _out(until or await clock.now())
    return await db.newest_first(found, "publish_at", limit=limit, before=before)


async def staff_page(*, status: StoryStatus | None, limit: int, before: tuple[datetime, StoryId] | None) -> list[Story]:
    """Stories of a status as it is kept, or of all, the newest first. What was withdrawn is gone for staff too."""
    found = Story.exclude(status=StoryStatus.WITHDRAWN)
    if status is not None:
        found = found.filter(status=status)
    return await db.newest_first(found, "created_at", limit=limit, before=before)


async def of_customer(customer: UserId) -> list[Story]:
    """All stories of one person, the newest first."""
    return await Story.filter(customer_id=customer).order_by("-created_at", "-id")


async def returned_to(customer: UserId) -> list[Story]:
    """This customer's own stories that came back from their review, the newest first.

    Not those that were written for her: their reviewer tells the manager who wrote them.
    """
    hers = await of_customer(customer)
    return [each for each in hers if each.author_id == customer and came_back(each.status, each.publish_at)]


async def ids_of(customer: UserId) -> list[StoryId]:
    """All stories of one person."""
    return [each.id for each in await of_customer(customer)]


async def due(limit: int) -> list[StoryId]:
    """Scheduled stories whose moment has come."""
    found = Story.filter(status=StoryStatus.SCHEDULED, publish_at__lte=await clock.now())
    return [each.id for each in await found.order_by("publish_at").limit(limit).only("id")]


async def last_consent_row(story_id: StoryId) -> StoryConsent | None:
    """What the customer last was asked or said."""
    return await StoryConsent.filter(story_id=story_id).order_by("-seq").first()


async def last_consent(story_id: StoryId) -> Consent | None:
    """What the customer last was asked or said, as rules see it."""
    return (await last_consents([story_id])).get(story_id)


async def last_consents(ids: Sequence[StoryId]) -> dict[StoryId, Consent]:
    """What the customers of these stories last were asked or said; one that nobody was asked about is left out."""
    rows = await StoryConsent.filter(story_id__in=list(set(ids))).order_by("seq")
    return {each.story_id: Consent(each.status, each.digest, each.wording_version) for each in rows}


@dataclass(frozen=True, slots=True)
class ConsentRequest:
    """A question that waits for its customer's answer."""

    story: Story
    wording_version: int
    asked_at: datetime


async def requests_to(customer: UserId) -> list[ConsentRequest]:
    """What this customer is asked and has not answered, the oldest first."""
    waiting = {each.id: each for each in await Story.filter(customer_id=customer, status=StoryStatus.AWAITING_CONSENT)}
    rows = await StoryConsent.filter(story_id__in=list(waiting), status=ConsentStatus.ASKED).order_by("seq")
    newest = {each.story_id: each for each in rows}
    return [
        ConsentRequest(waiting[each.story_id], each.wording_version, each.at)
        for each in sorted(newest.values(), key=lambda row: row.at)
    ]


async def verified(found: Sequence[Story]) -> set[StoryId]:
    """Those of these stories whose customers have received, and kept, something that the story is about.

    One that names no product is about the order that it names.
    """
    received = await orders.received([each.customer_id for each in found])
    named = await orders.orders([each.order_id for each in found if each.order_id])
    kept = {each.id for each in named.values() if each.status in HAS_RECEIVED}
    return {each.id for each in found if _is_verified(each, received, kept)}


def _is_verified(found: Story, received: set[tuple[UserId, ProductId]], kept: set[OrderId]) -> bool:
    if not found.product_ids:
        return found.order_id in kept
    return any((found.customer_id, ProductId(db.as_id(product))) in received for product in found.product_ids)


def _out(now: datetime) -> QuerySet[Story]:
    return Story.filter(status__in=sorted(APPROVED), publish_at__lte=now)
