"""Writing stories, consenting to them, reviewing them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import strawberry

from app.accounts.models import Role
from app.core import clock
from app.core.errors import TargetNotFound
from app.core.ids import OrderId, ProductId, StoryId, UploadId, UserId
from app.stories import actions, flows, queries, rules
from app.stories.actions import Edit, NewStory
from app.stories.actions.change import KIND
from app.stories.states import ReviewDecision
from schema.context import Info
from schema.inputs import bad_input, must_read_id, read_id, read_key, read_text, read_uploads
from schema.refusals import Refusal, refusing
from schema.stories.types import Story

#: Above the shop's own limits, so that what is too long is refused by the shop (TEXT_TOO_LONG).
_LONGEST_TEXT = 20_000


@strawberry.input
class SubmitStoryInput:
    """A customer's own story."""

    title: str
    body: str
    consent_wording_version: int = strawberry.field(description="The wording she was shown.")
    client_id: str
    upload_ids: list[strawberry.ID] | None = None
    product_ids: list[strawberry.ID] | None = None
    order_id: strawberry.ID | None = strawberry.field(default=None, description="Makes it a verified purchase.")


@strawberry.input
class WriteStoryInput:
    """A story that a manager writes for a customer."""

    customer_id: strawberry.ID = strawberry.field(description="Whose story it is.")
    title: str
    body: str
    client_id: str
    upload_ids: list[strawberry.ID] | None = None
    product_ids: list[strawberry.ID] | None = None
    order_id: strawberry.ID | None = strawberry.field(default=None, description="Makes it a verified purchase.")


@strawberry.input
class EditStoryInput:
    """What of a draft is to change; null leaves it as it is."""

    story_id: strawberry.ID
    expected_version: int
    title: str | None = None
    body: str | None = None
    upload_ids: list[strawberry.ID] | None = None
    product_ids: list[strawberry.ID] | None = None


@strawberry.input
class RequestStoryConsentInput:
    """Which story's customer to ask."""

    story_id: strawberry.ID


@strawberry.input
class AnswerStoryConsentInput:
    """What the customer answers."""

    story_id: strawberry.ID
    accept: bool
    wording_version: int = strawberry.field(description="The wording she was shown.")


@strawberry.input
class ReviewStoryInput:
    """What the reviewer decides."""

    story_id: strawberry.ID
    decision: ReviewDecision
    note: str | None = None
    publish_at: datetime | None = strawberry.field(default=None, description="Null publishes at once.")
    expected_version: int | None = strawberry.field(
        default=None,
        description="The story's, as it was read: STALE where it changed meanwhile. Null takes it as it is.",
    )


@strawberry.input
class UnscheduleStoryInput:
    """Which story is not to come out as planned, as it was seen, and why."""

    story_id: strawberry.ID
    expected_version: int
    reason: str | None = None


@strawberry.input
class WithdrawStoryConsentInput:
    """Which story is to be gone."""

    story_id: strawberry.ID


StoryResult = Annotated[Story | Refusal, strawberry.union("StoryResult")]


@strawberry.type
class StoriesMutation:
    """What one can do about stories."""

    @strawberry.mutation(description="A customer's own story; submitting is consenting to the wording named.")
    @refusing
    async def submit_story(
        self,
        info: Info,
        input: SubmitStoryInput,  # noqa: A002 - the API's word
    ) -> StoryResult | None:
        """Hand in one's own story."""
        made = await flows.submit(
            customer=info.context.must_be_signed_in().user,
            story=_new_story(input),
            wording_version=input.consent_wording_version,
            client_id=read_key(input.client_id, "input.clientId"),
        )
        return await _answer(made)

    @strawberry.mutation(description="While DRAFT or sent back; a changed text asks for consent again.")
    @refusing
    async def edit_story(
        self,
        info: Info,
        input: EditStoryInput,  # noqa: A002 - the API's word
    ) -> StoryResult | None:
        """Change a draft."""
        editor = info.context.must_be_signed_in().user
        story = _story(input.story_id)
        await flows.edit(
            by=editor,
            is_manager=info.context.has_any(Role.COMMUNITY_MANAGER),
            story=story,
            expected_version=input.expected_version,
            wanted=Edit(
                title=_text(input.title, "title"),
                body=_text(input.body, "body"),
                uploads=None if input.upload_ids is None else _uploads(input.upload_ids),
                products=None if input.product_ids is None else _products(input.product_ids),
            ),
        )
        return await _answer(story)

    @strawberry.mutation(description="Community managers only.")
    @refusing
    async def write_story(
        self,
        info: Info,
        input: WriteStoryInput,  # noqa: A002 - the API's word
    ) -> StoryResult | None:
        """Write a story for a customer."""
        manager = info.context.must_have(Role.COMMUNITY_MANAGER).user
        customer = must_read_id("user", input.customer_id, "input.customerId")
        made = await flows.write(
            manager=manager,
            customer=UserId(customer),
            story=_new_story(input),
            client_id=read_key(input.client_id, "input.clientId"),
        )
        return await _answer(made)

    @strawberry.mutation(description="Community managers only. Asks the customer; a repeat does not ask twice.")
    @refusing
    async def request_story_consent(
        self,
        info: Info,
        input: RequestStoryConsentInput,  # noqa: A002 - the API's word
    ) -> StoryResult | None:
        """Ask the customer."""
        manager = info.context.must_have(Role.COMMUNITY_MANAGER).user
        story = _story(input.story_id)
        await actions.ask(by=manager, story=story)
        return await _answer(story)

    @strawberry.mutation(description="The customer only.")
    @refusing
    async def answer_story_consent(
        self,
        info: Info,
        input: AnswerStoryConsentInput,  # noqa: A002 - the API's word
    ) -> StoryResult | None:
        """Agree, or decline."""
        customer = info.context.must_be_signed_in().user
        story = _story(input.story_id)
        await actions.answer(
            customer=customer,
            story=story,
            accept=input.accept,
            wording_version=input.wording_version,
        )
        return await _answer(story)

    @strawberry.mutation(description="Community managers only. Nothing is published without consent.")
    @refusing
    async def review_story(
        self,
        info: Info,
        input: ReviewStoryInput,  # noqa: A002 - the API's word
    ) -> StoryResult | None:
        """Decide on a story."""
        reviewer = info.context.must_have(Role.COMMUNITY_MANAGER).user
        story = _story(input.story_id)
        if input.publish_at is not None and input.publish_at > await clock.now() + rules.LATEST_PUBLICATION:
            bad_input("input.publishAt", "This is more than a year ahead.")
        await actions.review(
            by=reviewer,
            story=story,
            decision=input.decision,
            note=read_text(input.note, "input.note", rules.LONGEST_NOTE) if input.note else None,
            publish_at=input.publish_at,
            expected_version=input.expected_version,
        )
        return await _answer(story)

    @strawberry.mutation(
        description="Community managers only; before its moment. The story waits for its review again."
    )
    @refusing
    async def unschedule_story(
        self,
        info: Info,
        input: UnscheduleStoryInput,  # noqa: A002 - the API's word
    ) -> StoryResult | None:
        """Take a story off the calendar."""
        manager = info.context.must_have(Role.COMMUNITY_MANAGER).user
        story = _story(input.story_id)
        await actions.unschedule(
            by=manager,
            story=story,
            expected_version=input.expected_version,
            reason=read_text(input.reason, "input.reason", rules.LONGEST_NOTE) if input.reason else None,
        )
        return await _answer(story)

    @strawberry.mutation(description="The customer only. The story is gone everywhere within a second.")
    @refusing
    async def withdraw_story_consent(
        self,
        info: Info,
        input: WithdrawStoryConsentInput,  # noqa: A002 - the API's word
    ) -> StoryResult | None:
        """Take consent back."""
        customer = info.context.must_be_signed_in().user
        story = _story(input.story_id)
        await actions.withdraw(customer=customer, story=story)
        return await _answer(story)


async def _answer(story: StoryId) -> Story:
    row = await queries.story(story)
    if row is None:
        raise TargetNotFound
    return Story.of(row)


def _new_story(given: SubmitStoryInput | WriteStoryInput) -> NewStory:
    order = must_read_id("order", given.order_id, "input.orderId") if given.order_id else None
    return NewStory(
        title=read_text(given.title, "input.title", _LONGEST_TEXT, shortest=1),
        body=read_text(given.body, "input.body", _LONGEST_TEXT, shortest=1),
        uploads=_uploads(given.upload_ids or ()),
        products=_products(given.product_ids or ()),
        order=OrderId(order) if order else None,
    )


def _text(given: str | None, name: str) -> str | None:
    return None if given is None else read_text(given, f"input.{name}", _LONGEST_TEXT, shortest=1)


def _uploads(given: Sequence[strawberry.ID]) -> list[UploadId]:
    return read_uploads(given, "input.uploadIds", rules.MOST_PICTURES)


def _products(given: Sequence[strawberry.ID]) -> list[ProductId]:
    if len(given) > rules.MOST_PRODUCTS:
        bad_input("input.productIds", "There may be {most} products.", most=rules.MOST_PRODUCTS)
    found = [read_id("product", each, f"input.productIds.{number}") for number, each in enumerate(given)]
    if None in found:
        raise TargetNotFound
    return [ProductId(each) for each in found if each is not None]


def _story(given: strawberry.ID) -> StoryId:
    return StoryId(must_read_id(KIND, given, "input.storyId"))
