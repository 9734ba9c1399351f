"""What the API says of communities."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry
from strawberry.dataloader import DataLoader

from app.accounts.models import Role
from app.community import models, queries
from app.community.actions import commenting, places, posting
from app.community.states import CommunityKind, PostStatus, Reaction
from app.core.ids import CommentId, CommunityId, PostId
from app.core.targets import Target
from app.media.queries import Picture
from schema.accounts.loaders import profile_of
from schema.accounts.types import Profile
from schema.community.loaders import (
    load_comments,
    load_communities,
    load_pictures_of_posts,
    load_posts,
    load_reaction_counts,
)
from schema.connections import Connection, page
from schema.context import Info
from schema.inputs import read_cursor, read_page_size
from schema.pictures import image_of, media_url
from schema.scalars import Image, Node, public_id

if TYPE_CHECKING:
    from schema.catalog.types import Product
    from schema.feed.types import FeedConnection
    from schema.group_buying.types import Group
    from schema.live.types import LiveRoom
    from schema.stories.types import Story

strawberry.enum(CommunityKind, description="What a community is around.")
strawberry.enum(PostStatus)
strawberry.enum(Reaction)

Opener = Callable[[Info, UUID], Awaitable[Any | None]]

#: Kind of what a post is about to what opens it, for whoever asks; filled by who joins the rooms.
TARGET_OPENERS: dict[str, Opener] = {}

PostAttachment = Annotated[
    Annotated["Product", strawberry.lazy("schema.catalog.types")]
    | Annotated["Group", strawberry.lazy("schema.group_buying.types")]
    | Annotated["LiveRoom", strawberry.lazy("schema.live.types")]
    | Annotated["Story", strawberry.lazy("schema.stories.types")],
    strawberry.union("PostAttachment"),
]


@strawberry.type
class Community(Node):
    """A place for people."""

    row: strawberry.Private[models.Community]
    name: str
    kind: CommunityKind
    about: str
    cover_url: str | None
    member_count: int
    version: int = strawberry.field(description="What editCommunity takes as expectedVersion.")

    @strawberry.field(description="Paging does not shift while posts arrive.")
    async def feed(
        self, info: Info, first: int, after: str | None = None
    ) -> Annotated["FeedConnection", strawberry.lazy("schema.feed.types")]:
        """Read what is new here, the same for everybody."""
        from schema.feed.types import feed_of_community  # noqa: PLC0415 - a feed has posts, a post its community

        return await feed_of_community(info, self.row.id, first, after)

    @classmethod
    def of(cls, row: models.Community) -> "Community":
        """The API's form of a community."""
        return cls(
            id=public_id(places.KIND, row.id),
            row=row,
            name=row.name,
            kind=row.kind,
            about=row.about,
            cover_url=media_url(row.cover_path),
            member_count=row.member_count,
            version=row.version,
        )


@strawberry.type
class PostComment(Node):
    """A comment below a post."""

    row: strawberry.Private[models.Comment]
    text: str
    status: PostStatus = strawberry.field(description="Others than its author read it only when it is PUBLISHED.")
    created_at: datetime

    @strawberry.field
    async def author(self, info: Info) -> Profile:
        """Tell who wrote it."""
        return await profile_of(info, self.row.author_id)

    @classmethod
    def of(cls, row: models.Comment) -> "PostComment":
        """The API's form of a comment."""
        return cls(
            id=public_id(commenting.KIND, row.id),
            row=row,
            text=row.text,
            status=row.status,
            created_at=row.created_at,
        )


@strawberry.type
class Post(Node):
    """What somebody wrote in a community."""

    row: strawberry.Private[models.Post]
    text: str
    status: PostStatus
    topics: list[str]
    comment_count: int
    created_at: datetime

    @strawberry.field
    async def author(self, info: Info) -> Profile:
        """Tell who wrote it."""
        return await profile_of(info, self.row.author_id)

    @strawberry.field
    async def community(self, info: Info) -> Community:
        """Tell where it stands."""
        loader: DataLoader[CommunityId, models.Community | None] = info.context.loader(load_communities)
        found = await loader.load(self.row.community_id)
        if found is None:
            raise LookupError(f"post {self.row.id} is in no community")
        return Community.of(found)

    @strawberry.field
    async def images(self, info: Info) -> list[Image]:
        """List its pictures, in their order."""
        loader: DataLoader[Target, list[Picture]] = info.context.loader(load_pictures_of_posts)
        now = await info.context.now()
        return [image_of(each, now) for each in await loader.load(posting.target(self.row.id))]

    @strawberry.field(description="Null where it is about nothing, or that is gone.")
    async def attachment(self, info: Info) -> PostAttachment | None:
        """Open what it is about."""
        about = self.row.attached
        opener = TARGET_OPENERS.get(about.kind) if about else None
        opened: Any = await opener(info, about.id) if about and opener else None
        return opened  # type: ignore[no-any-return]  # a member of the union, which no opener's type says

    @strawberry.field
    async def reaction_count(self, info: Info) -> int:
        """Count who reacts to it."""
        loader: DataLoader[Target, int] = info.context.loader(load_reaction_counts)
        return await loader.load(posting.target(self.row.id))

    @strawberry.field(description="The oldest first.")
    async def comments(self, first: int, after: str | None = None) -> Connection[PostComment]:
        """Read what is said of it."""
        size = read_page_size(first)
        key = read_cursor(after, [datetime, UUID])
        found = (
            await queries.comments_page(self.row.id, limit=size + 1, after=key and (key[0], key[1]))
            if self.row.status is PostStatus.PUBLISHED
            else []
        )
        return page(
            found,
            first=size,
            after=after,
            key=lambda row: (row.created_at.isoformat(), str(row.id)),
            node=PostComment.of,
        )

    @classmethod
    def of(cls, row: models.Post) -> "Post":
        """The API's form of a post."""
        return cls(
            id=public_id(posting.KIND, row.id),
            row=row,
            text=row.text,
            status=row.status,
            topics=row.topics,
            comment_count=row.comment_count,
            created_at=row.created_at,
        )


@strawberry.type
class Following:
    """Whether somebody follows a person."""

    profile: Profile
    following: bool


async def open_community(info: Info, community: UUID) -> Community | None:
    """A community by its id."""
    loader: DataLoader[CommunityId, models.Community | None] = info.context.loader(load_communities)
    row = await loader.load(CommunityId(community))
    return Community.of(row) if row else None


async def open_post(info: Info, post: UUID) -> Post | None:
    """A post by its id: one that is published for everybody, any other for its author and community managers."""
    loader: DataLoader[PostId, models.Post | None] = info.context.loader(load_posts)
    row = await loader.load(PostId(post))
    return Post.of(row) if row and _may_read(info, row) else None


async def open_comment(info: Info, comment: UUID) -> PostComment | None:
    """A comment by its id: one that everybody reads below a post that everybody reads for everybody.

    Any other is its author's and community managers' alone.
    """
    loader: DataLoader[CommentId, models.Comment | None] = info.context.loader(load_comments)
    row = await loader.load(CommentId(comment))
    if row is None:
        return None
    posts: DataLoader[PostId, models.Post | None] = info.context.loader(load_posts)
    below = await posts.load(row.post_id)
    is_out = below is not None and below.status is PostStatus.PUBLISHED and row.status is PostStatus.PUBLISHED
    return PostComment.of(row) if is_out or _may_see(info, row) else None


def _may_read(info: Info, row: models.Post) -> bool:
    return row.status is PostStatus.PUBLISHED or _may_see(info, row)


def _may_see(info: Info, row: models.Post | models.Comment) -> bool:
    asker = None if info.context.shared else info.context.who()
    if asker is None:
        return False
    # What its author has taken back nobody else reads.
    manages = info.context.has_any(Role.COMMUNITY_MANAGER) and row.status is not PostStatus.WITHDRAWN
    return manages or asker.user == row.author_id
