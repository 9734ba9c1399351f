"""Asking about stories."""

from datetime import datetime
from uuid import UUID

import strawberry

from app.accounts.models import Role
from app.core.ids import StoryId
from app.stories import models, queries
from app.stories.actions.change import KIND, target
from app.stories.states import StoryStatus
from schema.connections import Connection, page
from schema.context import Info
from schema.inputs import read_cursor, read_id, read_page_size
from schema.stories.types import (
    ConsentRequest,
    ConsentWording,
    ReturnedStory,
    Story,
    StoryAtReview,
    StoryFigures,
    open_story,
)
from share import figures


@strawberry.type
class StoriesQuery:
    """What everybody may ask."""

    @strawberry.field(description="What is published, the newest first.")
    async def stories(self, first: int, after: str | None = None) -> Connection[Story]:
        """List what everybody may read."""
        size = read_page_size(first)
        found = await queries.published_page(limit=size + 1, before=_place(after))
        return page(
            found, first=size, after=after, key=lambda row: (_moment(row).isoformat(), str(row.id)), node=Story.of
        )

    @strawberry.field
    async def story(self, info: Info, id: strawberry.ID) -> Story | None:  # noqa: A002 - the API's word
        """Open a story."""
        story = read_id(KIND, id, "id")
        return await open_story(info, story) if story else None

    @strawberry.field(description="The wording in force.")
    def story_consent_wording(self, info: Info) -> ConsentWording:
        """Give what customers are asked to agree to."""
        return ConsentWording.in_force(info.context.locale)


@strawberry.type
class StoriesViewer:
    """What is the caller's own."""

    @strawberry.field(description="Stories about the caller that wait for her consent, the oldest question first.")
    async def consent_requests(self, info: Info) -> list[ConsentRequest]:
        """List what she is asked."""
        return [ConsentRequest.of(each) for each in await queries.requests_to(info.context.must_be_signed_in().user)]

    @strawberry.field(description="Her own stories, whatever became of them, the newest first.")
    async def stories(self, info: Info) -> list[Story]:
        """List what is hers."""
        return [Story.of(each) for each in await queries.of_customer(info.context.must_be_signed_in().user)]

    @strawberry.field(description="Stories that the caller wrote and that came back from the review, the newest first.")
    async def returned_stories(self, info: Info) -> list[ReturnedStory]:
        """List what came back, and why."""
        return [ReturnedStory.of(each) for each in await queries.returned_to(info.context.must_be_signed_in().user)]


@strawberry.type
class StoriesStaff:
    """What community managers work with."""

    @strawberry.field(
        description="For COMMUNITY_MANAGER: all stories but withdrawn ones, or those of a status; the newest first."
    )
    async def stories(
        self, info: Info, first: int, after: str | None = None, status: StoryStatus | None = None
    ) -> Connection[StoryAtReview]:
        """List stories."""
        info.context.must_have(Role.COMMUNITY_MANAGER)
        size = read_page_size(first)
        found = await queries.staff_page(status=status, limit=size + 1, before=_place(after))
        return page(
            found,
            first=size,
            after=after,
            key=lambda row: (row.created_at.isoformat(), str(row.id)),
            node=StoryAtReview.of,
        )

    @strawberry.field(
        description="For COMMUNITY_MANAGER: what sharing a story brought, also one that is withdrawn; null for none."
    )
    async def story_figures(self, info: Info, story_id: strawberry.ID) -> StoryFigures | None:
        """Count what came by a story's links."""
        info.context.must_have(Role.COMMUNITY_MANAGER)
        story = read_id(KIND, story_id, "storyId")
        if story is None or await queries.story(StoryId(story)) is None:
            return None
        return StoryFigures.of(await figures.of(target(StoryId(story))))


def _moment(row: models.Story) -> datetime:
    if row.publish_at is None:
        raise LookupError(f"story {row.id} is not out")
    return row.publish_at


def _place(after: str | None) -> tuple[datetime, StoryId] | None:
    key = read_cursor(after, [datetime, UUID])
    return key and (key[0], StoryId(key[1]))


#: Kind of public id to what opens it.
NODE_OPENERS = {KIND: open_story}
