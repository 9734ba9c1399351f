"""Posts and comments: written, and taken back by who wrote them."""

from typing import Annotated

import strawberry

from app.community import flows, queries, rules
from app.community.actions import commenting, posting
from app.community.actions.posting import Written
from app.core.ids import CommentId, PostId
from schema.community.mutations.reading import read_community, read_target
from schema.community.types import Post, PostComment
from schema.context import Info
from schema.inputs import bad_input, must_read_id, read_key, read_text, read_uploads
from schema.moderation.refusals import Muted
from schema.refusals import Refusal, refusing

#: What a text may have at the door; what is too long for a post or comment has a refusal of its own.
_LONGEST_TEXT = 20_000


@strawberry.input
class CreatePostInput:
    """A post to be."""

    community_id: strawberry.ID
    text: str
    client_id: str
    upload_ids: list[strawberry.ID] | None = None
    attachment_id: strawberry.ID | None = strawberry.field(
        default=None, description="A product, group, live room or story."
    )
    topics: list[str] | None = None


@strawberry.input
class WithdrawPostInput:
    """Which post to take back."""

    post_id: strawberry.ID


@strawberry.input
class CommentInput:
    """A comment to be."""

    target_id: strawberry.ID = strawberry.field(description="A post.")
    text: str
    client_id: str


@strawberry.input
class WithdrawCommentInput:
    """Which comment to take back."""

    comment_id: strawberry.ID


CreatePostResult = Annotated[Post | Muted | Refusal, strawberry.union("CreatePostResult")]
WithdrawPostResult = Annotated[Post | Refusal, strawberry.union("WithdrawPostResult")]
CommentResult = Annotated[PostComment | Muted | Refusal, strawberry.union("CommentResult")]
WithdrawCommentResult = Annotated[PostComment | Refusal, strawberry.union("WithdrawCommentResult")]


@strawberry.type
class WritingMutation:
    """What people write in communities."""

    @strawberry.mutation(description="The same clientId gives the same post.")
    @refusing
    async def create_post(self, info: Info, input: CreatePostInput) -> CreatePostResult | None:  # noqa: A002 - the API's word
        """Post."""
        author = info.context.must_be_signed_in().user
        written = Written(
            text=read_text(input.text, "input.text", _LONGEST_TEXT, shortest=1),
            pictures=read_uploads(input.upload_ids, "input.uploadIds", rules.MOST_PICTURES),
            about=read_target(input.attachment_id, "input.attachmentId") if input.attachment_id else None,
            topics=_read_topics(input.topics or []),
        )
        post = await flows.post(
            author=author,
            community=read_community(input.community_id),
            written=written,
            client_id=read_key(input.client_id, "input.clientId"),
        )
        row = await queries.post(post)
        return Post.of(row) if row else None

    @strawberry.mutation(description="Its author only; gone at once, for good. A repeat changes nothing.")
    @refusing
    async def withdraw_post(self, info: Info, input: WithdrawPostInput) -> WithdrawPostResult | None:  # noqa: A002 - the API's word
        """Take a post back."""
        author = info.context.must_be_signed_in().user
        post = _read_post(input.post_id, "input.postId")
        await posting.withdraw(author=author, post=post)
        row = await queries.post(post)
        return Post.of(row) if row else None

    @strawberry.mutation(description="The same clientId gives the same comment.")
    @refusing
    async def comment(self, info: Info, input: CommentInput) -> CommentResult | None:  # noqa: A002 - the API's word
        """Comment on a post."""
        author = info.context.must_be_signed_in().user
        comment: CommentId = await flows.comment(
            author=author,
            post=_read_post(input.target_id, "input.targetId"),
            text=read_text(input.text, "input.text", _LONGEST_TEXT, shortest=1),
            client_id=read_key(input.client_id, "input.clientId"),
        )
        row = await queries.comment(comment)
        return PostComment.of(row) if row else None

    @strawberry.mutation(description="Its author only; gone at once, for good. A repeat changes nothing.")
    @refusing
    async def withdraw_comment(self, info: Info, input: WithdrawCommentInput) -> WithdrawCommentResult | None:  # noqa: A002 - the API's word
        """Take a comment back."""
        author = info.context.must_be_signed_in().user
        comment = CommentId(must_read_id(commenting.KIND, input.comment_id, "input.commentId"))
        await commenting.withdraw(author=author, comment=comment)
        row = await queries.comment(comment)
        return PostComment.of(row) if row else None


def _read_post(text: str, path: str) -> PostId:
    return PostId(must_read_id(posting.KIND, text, path))


def _read_topics(given: list[str]) -> list[str]:
    if len(given) > rules.MOST_TOPICS:
        bad_input("input.topics", "There may be {most} topics.", most=rules.MOST_TOPICS)
    read = (read_text(each, f"input.topics.{at}", rules.LONGEST_TOPIC, shortest=1) for at, each in enumerate(given))
    return rules.topics_of(list(read))
