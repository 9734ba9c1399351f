"""What the API says of share links."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry
from strawberry.dataloader import DataLoader

from app.core.ids import UserId
from app.core.settings import settings
from app.core.targets import Target
from app.core.words import say
from schema.accounts.loaders import load_people
from schema.context import Info
from schema.pictures import media_url
from schema.scalars import NameValue, Person
from schema.share.loaders import load_things
from share import queries, rules
from share.models import ShareForm
from share.rules import ShareLinkStatus
from share.targets import SharedThing

if TYPE_CHECKING:
    from schema.catalog.types import Product
    from schema.community.types import Post
    from schema.group_buying.types import Deal, Group
    from schema.live.types import LiveRoom
    from schema.stories.types import Story

strawberry.enum(ShareForm)
strawberry.enum(ShareLinkStatus)

Opener = Callable[[Info, UUID], Awaitable[Any | None]]

#: Kind of target to what opens it, for whoever asks; filled by who joins the rooms.
TARGET_OPENERS: dict[str, Opener] = {}

ShareTarget = Annotated[
    Annotated["Group", strawberry.lazy("schema.group_buying.types")]
    | Annotated["Deal", strawberry.lazy("schema.group_buying.types")]
    | Annotated["Product", strawberry.lazy("schema.catalog.types")]
    | Annotated["LiveRoom", strawberry.lazy("schema.live.types")]
    | Annotated["Story", strawberry.lazy("schema.stories.types")]
    | Annotated["Post", strawberry.lazy("schema.community.types")],
    strawberry.union("ShareTarget"),
]


@strawberry.type
class UpdatableCard:
    """A card in a chat that changes after it was sent."""

    activity_id: str = strawberry.field(description="WeChat's, not ours.")
    parameters: list[NameValue]


@strawberry.type(
    description="One code for who shared what and where; in every form that WeChat knows.",
)
class ShareLink:
    """A share link."""

    link: strawberry.Private[queries.Link]
    code: str = strawberry.field(description="Begins with S; safe in a mini-program scene.")
    status: ShareLinkStatus
    expires_at: datetime | None = strawberry.field(description="Null where it does not expire.")
    updatable: UpdatableCard | None = strawberry.field(
        default=None, description="For wx.updateShareMenu; null where the target's card does not change."
    )

    @classmethod
    def of(cls, link: queries.Link) -> "ShareLink":
        """The API's form of a link."""
        return cls(link=link, code=link.code, status=link.status, expires_at=link.expires_at)

    @strawberry.field
    async def inviter(self, info: Info) -> Person:
        """Tell who shared it."""
        people: DataLoader[UserId, Person] = info.context.loader(load_people)
        return await people.load(self.link.inviter)

    @strawberry.field(description="Null once it is withdrawn.")
    async def target(self, info: Info) -> ShareTarget | None:
        """Open what it leads to."""
        # What is withdrawn opens by a link for nobody, were it her own.
        thing = await self._thing(info)
        opener = TARGET_OPENERS.get(self.link.target.kind)
        return await opener(info, self.link.target.id) if thing and opener else None

    @strawberry.field(description="Carries both the target and the link, such as /pages/group?g=…&s=….")
    async def path(self, info: Info) -> str:
        """Tell the mini-program's page."""
        return await self._path(info)

    @strawberry.field(description="The part of path after the question mark, for Moments.")
    async def query(self, info: Info) -> str:
        """Tell what Moments hand over."""
        return (await self._path(info)).partition("?")[2]

    @strawberry.field(description="The landing page; null for Moments and where landing pages are off.")
    def url(self) -> str | None:
        """Tell the page on the open web."""
        if self.link.form is ShareForm.MOMENTS or not settings().has_landing_pages:
            return None
        return f"{settings().landing_base}/s/{self.code}"

    @strawberry.field(description="Drawn when asked, never stale.")
    def poster_url(self) -> str | None:
        """Tell where the poster is."""
        return self._door("poster.png")

    @strawberry.field
    def mini_program_code_url(self) -> str | None:
        """Tell where the mini-program code is."""
        return self._door("code.png")

    @strawberry.field
    async def title(self, info: Info) -> str:
        """Tell what it leads to."""
        thing = await self._thing(info)
        return thing.title if thing else say(info.context.locale, "It is no longer there.")

    @strawberry.field(description="5:4, for the card.")
    async def image_url(self, info: Info) -> str | None:
        """Tell where the card's picture is."""
        return await self._picture(info)

    @strawberry.field(description="1:1, for Moments.")
    async def square_image_url(self, info: Info) -> str | None:
        """Tell where the picture for Moments is."""
        return await self._picture(info)

    async def _thing(self, info: Info) -> SharedThing | None:
        things: DataLoader[Target, SharedThing | None] = info.context.loader(load_things)
        return await things.load(self.link.target)

    async def _path(self, info: Info) -> str:
        thing = await self._thing(info)
        return rules.path_of(thing.path if thing else None, self.code)

    async def _picture(self, info: Info) -> str | None:
        # One picture serves both: WeChat cuts it to the card's shape.
        thing = await self._thing(info)
        return media_url(thing.picture_path) if thing else None

    def _door(self, name: str) -> str:
        return f"{settings().public_origin.rstrip('/')}/s/{self.code}/{name}"


@strawberry.type(description="One recorded opening of a link.")
class ShareTouch:
    """An opening of a link."""

    visitor_id: str = strawberry.field(description="The server mints it; the client keeps it and sends it with signIn.")
    link: ShareLink
