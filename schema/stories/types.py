"""What the API says of stories."""

from datetime import datetime
from uuid import UUID

import strawberry
from strawberry.dataloader import DataLoader

from app.accounts.models import Role
from app.catalog import models as catalog
from app.core.ids import ProductId, StoryId, UserId
from app.core.targets import Target
from app.media.queries import Picture
from app.moderation.states import Why
from app.stories import models, queries, rules, wording
from app.stories.actions.change import KIND, target
from app.stories.states import ConsentStatus, ReviewDecision, StoryStatus
from schema.accounts.loaders import load_people
from schema.catalog.loaders import load_products
from schema.catalog.types import Product
from schema.community.loaders import load_reaction_counts
from schema.context import Info
from schema.pictures import image_of
from schema.scalars import Image, Money, Node, Person, public_id
from schema.stories.loaders import load_consents, load_pictures, load_stories, load_verified
from share.figures import Figures

strawberry.enum(StoryStatus)
strawberry.enum(ConsentStatus)
strawberry.enum(ReviewDecision)


@strawberry.type
class ConsentWording:
    """What customers are asked to agree to."""

    version: int
    text: str

    @classmethod
    def in_force(cls, locale: str) -> "ConsentWording":
        """The newest wording."""
        return cls(version=wording.NEWEST, text=wording.wording(wording.NEWEST, locale))


@strawberry.type
class StoryConsent:
    """What the customer last was asked or said."""

    status: ConsentStatus
    wording_version: int | None = strawberry.field(
        description="Which wording she was shown; null before she was asked."
    )


@strawberry.type(
    description="Told with the customer's consent. Until it is published only she and community managers can open it."
)
class Story(Node):
    """A customer's story."""

    row: strawberry.Private[models.Story]
    title: str
    excerpt: str = strawberry.field(description="The first words of body.")
    body: str
    publish_at: datetime | None = strawberry.field(description="When it is to be published; null where not scheduled.")
    version: int = strawberry.field(description="What mutations take as expectedVersion.")

    @strawberry.field
    async def status(self, info: Info) -> StoryStatus:
        """Say how far it has come."""
        return rules.status_at(self.row.status, self.row.publish_at, await info.context.now())

    @strawberry.field
    async def published_at(self, info: Info) -> datetime | None:
        """Say since when it is out."""
        return self.row.publish_at if await self._is_out(info) else None

    @strawberry.field
    async def cover_url(self, info: Info) -> str | None:
        """Give its first picture."""
        images = await self._images(info)
        return images[0].url if images else None

    @strawberry.field
    async def images(self, info: Info) -> list[Image]:
        """List its pictures; once it is published, those that have passed WeChat's check."""
        return await self._images(info)

    @strawberry.field
    async def consent(self, info: Info) -> StoryConsent:
        """Tell what the customer said."""
        loader: DataLoader[StoryId, rules.Consent | None] = info.context.loader(load_consents)
        last = await loader.load(self.row.id)
        if last is None:
            return StoryConsent(status=ConsentStatus.NOT_ASKED, wording_version=None)
        return StoryConsent(status=last.status, wording_version=last.wording_version)

    @strawberry.field(description="She received an order with these products.")
    async def verified_purchase(self, info: Info) -> bool:
        """Say whether she has what she tells of."""
        loader: DataLoader[StoryId, bool] = info.context.loader(load_verified)
        return await loader.load(self.row.id)

    @strawberry.field
    async def reaction_count(self, info: Info) -> int:
        """Count who reacted to it."""
        loader: DataLoader[Target, int] = info.context.loader(load_reaction_counts)
        return await loader.load(target(self.row.id))

    @strawberry.field
    async def customer(self, info: Info) -> Person:
        """Tell whose story it is."""
        loader: DataLoader[UserId, Person] = info.context.loader(load_people)
        return await loader.load(self.row.customer_id)

    @strawberry.field
    async def products(self, info: Info) -> list[Product]:
        """List what it is about."""
        loader: DataLoader[ProductId, catalog.Product | None] = info.context.loader(load_products)
        found = await loader.load_many([ProductId(UUID(each)) for each in self.row.product_ids])
        return [Product.of(each) for each in found if each]

    async def _is_out(self, info: Info) -> bool:
        now = await info.context.now()
        return rules.status_at(self.row.status, self.row.publish_at, now) is StoryStatus.PUBLISHED

    async def _images(self, info: Info) -> list[Image]:
        loader: DataLoader[StoryId, list[Picture]] = info.context.loader(load_pictures)
        pictures = await loader.load(self.row.id)
        now = await info.context.now()
        is_out = await self._is_out(info)
        return [image_of(each, now) for each in pictures if each.passed or not is_out]

    @classmethod
    def of(cls, row: models.Story) -> "Story":
        """The API's form of a story."""
        return cls(
            id=public_id(KIND, row.id),
            row=row,
            title=row.title,
            excerpt=rules.excerpt(row.body),
            body=row.body,
            publish_at=row.publish_at,
            version=row.version,
        )


@strawberry.type
class ConsentRequest:
    """A question that waits for the caller's answer."""

    story: Story
    wording_version: int
    asked_at: datetime

    @classmethod
    def of(cls, request: queries.ConsentRequest) -> "ConsentRequest":
        """The API's form of a question."""
        return cls(story=Story.of(request.story), wording_version=request.wording_version, asked_at=request.asked_at)


@strawberry.type(description="A story that its reviewer sent back to be changed (DRAFT) or refused (REJECTED).")
class ReturnedStory:
    """A story and what its reviewer told who wrote it."""

    story: Story
    review_note: str | None = strawberry.field(description="Why, in the reviewer's words; null where she gave none.")

    @classmethod
    def of(cls, row: models.Story) -> "ReturnedStory":
        """The API's form of a story that came back."""
        return cls(story=Story.of(row), review_note=row.review_note)


@strawberry.type(description="A story as who reviews it sees it.")
class StoryAtReview:
    """A story with what is behind it."""

    row: strawberry.Private[models.Story]
    story: Story
    customer_id: strawberry.ID
    written_by_customer: bool
    doubts: list[Why] = strawberry.field(description="What the check of its text found.")
    review_note: str | None

    @classmethod
    def of(cls, row: models.Story) -> "StoryAtReview":
        """The API's form of a story under review."""
        return cls(
            row=row,
            story=Story.of(row),
            customer_id=public_id("user", row.customer_id),
            written_by_customer=row.author_id == row.customer_id,
            doubts=[Why(each) for each in row.doubts],
            review_note=row.review_note,
        )


@strawberry.type(description="What all share links of a story brought together.")
class StoryFigures:
    """What a story brought."""

    opened: int
    visitors: int = strawberry.field(description="Who opened them, each counted once.")
    orders: int = strawberry.field(description="Paid, and attributed to an opening of one of the links.")
    amount: Money = strawberry.field(description="What these orders were paid with, less what went back.")

    @classmethod
    def of(cls, found: Figures) -> "StoryFigures":
        """The API's form of the figures."""
        return cls(opened=found.opened, visitors=found.visitors, orders=found.orders, amount=Money.of(found.amount_fen))


async def open_published(info: Info, story: UUID) -> Story | None:
    """A story by its id where everybody may read it: what public things show of it is the same for its customer."""
    loader: DataLoader[StoryId, models.Story | None] = info.context.loader(load_stories)
    row = await loader.load(StoryId(story))
    if row is None:
        return None
    status = rules.status_at(row.status, row.publish_at, await info.context.now())
    return Story.of(row) if status is StoryStatus.PUBLISHED else None


async def open_story(info: Info, story: UUID) -> Story | None:
    """A story by its id: a published one for everybody, another for its customer and community managers.

    A withdrawn one is its customer's alone.
    """
    if published := await open_published(info, story):
        return published
    loader: DataLoader[StoryId, models.Story | None] = info.context.loader(load_stories)
    row = await loader.load(StoryId(story))
    asker = None if row is None or info.context.shared else info.context.who()
    if row is None or asker is None:
        return None
    manages = info.context.has_any(Role.COMMUNITY_MANAGER) and row.status is not StoryStatus.WITHDRAWN
    return Story.of(row) if manages or asker.user == row.customer_id else None
