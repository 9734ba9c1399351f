"""Stories, made by the real actions: handed in or written, consented to, reviewed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.accounts.models import Role
from app.accounts.tokens import Grant
from app.core.ids import OrderId, ProductId, StoryId, UploadId, UserId, new_id
from app.core.targets import Target
from app.stories import actions, wording
from app.stories.actions import NewStory
from app.stories.models import Story
from app.stories.states import ReviewDecision
from tests.factories.accounts import a_session, a_signed_in_user
from tests.factories.live import a_member_of_staff


@dataclass(frozen=True, slots=True)
class MadeStory:
    """A story and whose it is."""

    id: StoryId
    customer: Grant

    @property
    def target(self) -> Target:
        return Target("story", self.id)

    @property
    def public_id(self) -> str:
        return self.target.public_id

    async def now(self) -> Story:
        return await Story.get(id=self.id)


async def a_manager() -> Grant:
    """A community manager."""
    return await a_member_of_staff(Role.COMMUNITY_MANAGER)


def a_text(
    *,
    title: str = "三年的茶",
    body: str = "每天早上一杯。",
    uploads: Sequence[UploadId] = (),
    products: Sequence[ProductId] = (),
    order: OrderId | None = None,
) -> NewStory:
    return NewStory(title=title, body=body, uploads=uploads, products=products, order=order)


async def a_submitted(text: NewStory | None = None, *, customer: UserId | None = None) -> MadeStory:
    """A customer's own story, which waits for its review."""
    grant = await a_session(customer) if customer else await a_signed_in_user("小大明")
    story = await actions.submit(
        customer=grant.user, story=text or a_text(), wording_version=wording.NEWEST, client_id=f"story-{new_id()}"
    )
    return MadeStory(story, grant)


async def a_written(manager: Grant, text: NewStory | None = None) -> MadeStory:
    """A manager's draft for a customer, who has not been asked."""
    grant = await a_signed_in_user("小大明")
    story = await actions.write(
        manager=manager.user, customer=grant.user, story=text or a_text(), client_id=f"story-{new_id()}"
    )
    return MadeStory(story, grant)


async def asks(manager: Grant, story: MadeStory) -> None:
    """The manager asks its customer."""
    await actions.ask(by=manager.user, story=story.id)


async def answers(story: MadeStory, *, accept: bool = True) -> None:
    """Its customer agrees, or declines."""
    await actions.answer(customer=story.customer.user, story=story.id, accept=accept, wording_version=wording.NEWEST)


async def decides(
    story: MadeStory,
    decision: ReviewDecision = ReviewDecision.APPROVE,
    *,
    by: Grant | None = None,
    publish_at: datetime | None = None,
    note: str | None = None,
) -> None:
    """A manager who did not write it decides."""
    reviewer = by or await a_manager()
    await actions.review(by=reviewer.user, story=story.id, decision=decision, note=note, publish_at=publish_at)


async def a_published(
    text: NewStory | None = None, *, customer: UserId | None = None, publish_at: datetime | None = None
) -> MadeStory:
    """A customer's own story that is out, or will be at that moment."""
    story = await a_submitted(text, customer=customer)
    await decides(story, publish_at=publish_at)
    return story


async def withdraws(story: MadeStory) -> None:
    """Its customer takes her consent back."""
    await actions.withdraw(customer=story.customer.user, story=story.id)
