"""What can be done in communities."""

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from app.accounts.models import Role
from app.community import flows, queries, rules
from app.community.actions import feeling, places, posting
from app.community.actions.places import Edit
from app.community.actions.posting import Written
from app.community.states import CommunityKind, Reaction
from app.core import ids
from app.core.errors import TargetNotFound
from app.core.ids import CommentId, CommunityId, PostId, ProfileId, UploadId
from app.core.targets import Target
from app.media.errors import UploadInvalid
from schema.accounts.loaders import load_profiles
from schema.community.loaders import load_reaction_counts
from schema.community.types import TARGET_OPENERS, Community, Following, Post, PostComment
from schema.context import Info
from schema.inputs import bad_input, read_id, read_key, read_text, read_uploads
from schema.moderation.refusals import Muted
from schema.refusals import Refusal, refusing

if TYPE_CHECKING:
    from schema.stories.types import Story

_LONGEST_CLIENT_ID = 100
#: What a text may have at the door; what is too long for a post or comment has a refusal of its own.
_LONGEST_TEXT = 20_000


@strawberry.input
class JoinCommunityInput:
    """Which community."""

    community_id: strawberry.ID


@strawberry.input
class LeaveCommunityInput:
    """Which community."""

    community_id: strawberry.ID


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
class ReactInput:
    """What is felt about what."""

    target_id: strawberry.ID = strawberry.field(description="A post or story.")
    reaction: Reaction


@strawberry.input
class RemoveReactionInput:
    """About what nothing is felt any more."""

    target_id: strawberry.ID


@strawberry.input
class CommentInput:
    """A comment to be."""

    target_id: strawberry.ID = strawberry.field(description="A post.")
    text: str
    client_id: str


@strawberry.input
class FollowInput:
    """Whom to follow, or not any more."""

    profile_id: strawberry.ID
    follow: bool = True


@strawberry.input
class CreateCommunityInput:
    """A community to be."""

    name: str
    kind: CommunityKind
    about: str
    idempotency_key: str


@strawberry.input
class EditCommunityInput:
    """What of a community is to change; null leaves it as it is."""

    community_id: strawberry.ID
    expected_version: int
    name: str | None = None
    about: str | None = None
    cover_upload_id: strawberry.ID | None = strawberry.field(
        default=None, description="Purpose COVER, her own; shown once it has passed its check."
    )


JoinCommunityResult = Annotated[Community | Refusal, strawberry.union("JoinCommunityResult")]
LeaveCommunityResult = Annotated[Community | Refusal, strawberry.union("LeaveCommunityResult")]
CommunityResult = Annotated[Community | Refusal, strawberry.union("CommunityResult")]
CreatePostResult = Annotated[Post | Muted | Refusal, strawberry.union("CreatePostResult")]
CommentResult = Annotated[PostComment | Muted | Refusal, strawberry.union("CommentResult")]
FollowResult = Annotated[Following | Refusal, strawberry.union("FollowResult")]
ReactResult = Annotated[
    Post | Annotated["Story", strawberry.lazy("schema.stories.types")] | Refusal, strawberry.union("ReactResult")
]


@strawberry.type
class CommunityMutation:
    """What can be done in communities."""

    @strawberry.mutation(description="A repeat changes nothing.")
    @refusing
    async def join_community(self, info: Info, input: JoinCommunityInput) -> JoinCommunityResult | None:  # noqa: A002 - the API's word
        """Belong to a community."""
        user = info.context.must_be_signed_in().user
        community = _read_community(input.community_id)
        await places.join(user=user, community=community)
        return await _as_it_is(community)

    @strawberry.mutation(description="A repeat changes nothing; what she wrote stays.")
    @refusing
    async def leave_community(self, info: Info, input: LeaveCommunityInput) -> LeaveCommunityResult | None:  # noqa: A002 - the API's word
        """Belong to a community no more."""
        user = info.context.must_be_signed_in().user
        community = _read_community(input.community_id)
        await places.leave(user=user, community=community)
        return await _as_it_is(community)

    @strawberry.mutation(description="The same clientId gives the same post.")
    @refusing
    async def create_post(self, info: Info, input: CreatePostInput) -> CreatePostResult | None:  # noqa: A002 - the API's word
        """Post."""
        author = info.context.must_be_signed_in().user
        written = Written(
            text=read_text(input.text, "input.text", _LONGEST_TEXT, shortest=1),
            pictures=read_uploads(input.upload_ids, "input.uploadIds", rules.MOST_PICTURES),
            about=_read_target(input.attachment_id, "input.attachmentId") if input.attachment_id else None,
            topics=_read_topics(input.topics or []),
        )
        post = await flows.post(
            author=author,
            community=_read_community(input.community_id),
            written=written,
            client_id=_read_client_id(input.client_id),
        )
        row = await queries.post(post)
        return Post.of(row) if row else None

    @strawberry.mutation(description="One reaction per person and target: a second replaces the first.")
    @refusing
    async def react(self, info: Info, input: ReactInput) -> ReactResult | None:  # noqa: A002 - the API's word
        """React to a post or story."""
        user = info.context.must_be_signed_in().user
        target = _read_target(input.target_id, "input.targetId")
        await feeling.react(user=user, target=target, reaction=input.reaction)
        opened: Any = await _open(info, target)
        return opened  # type: ignore[no-any-return]  # a member of the union, which no opener's type says

    @strawberry.mutation(description="Without a reaction it changes nothing.")
    @refusing
    async def remove_reaction(self, info: Info, input: RemoveReactionInput) -> ReactResult | None:  # noqa: A002 - the API's word
        """Take a reaction back."""
        user = info.context.must_be_signed_in().user
        target = _read_target(input.target_id, "input.targetId")
        await feeling.remove_reaction(user=user, target=target)
        opened: Any = await _open(info, target)
        return opened  # type: ignore[no-any-return]  # a member of the union, which no opener's type says

    @strawberry.mutation(description="The same clientId gives the same comment.")
    @refusing
    async def comment(self, info: Info, input: CommentInput) -> CommentResult | None:  # noqa: A002 - the API's word
        """Comment on a post."""
        author = info.context.must_be_signed_in().user
        post = read_id(posting.KIND, input.target_id, "input.targetId")
        if post is None:
            raise TargetNotFound
        comment: CommentId = await flows.comment(
            author=author,
            post=PostId(post),
            text=read_text(input.text, "input.text", _LONGEST_TEXT, shortest=1),
            client_id=_read_client_id(input.client_id),
        )
        row = await queries.comment(comment)
        return PostComment.of(row) if row else None

    @strawberry.mutation(description="With follow false she is followed no more. A repeat changes nothing.")
    @refusing
    async def follow(self, info: Info, input: FollowInput) -> FollowResult | None:  # noqa: A002 - the API's word
        """Follow a person."""
        user = info.context.must_be_signed_in().user
        profile = read_id("profile", input.profile_id, "input.profileId")
        if profile is None:
            raise TargetNotFound
        following = await feeling.follow(follower=user, profile=ProfileId(profile), wanted=input.follow)
        (found,) = await load_profiles([ProfileId(profile)])
        return Following(profile=found, following=following) if found else None

    @strawberry.mutation(description="COMMUNITY_MANAGER. The same key gives the same community.")
    @refusing
    async def create_community(self, info: Info, input: CreateCommunityInput) -> CommunityResult | None:  # noqa: A002 - the API's word
        """Make a community."""
        by = info.context.must_have(Role.COMMUNITY_MANAGER).user
        community = await flows.create(
            by=by,
            name=read_text(input.name, "input.name", rules.LONGEST_NAME, shortest=1),
            kind=input.kind,
            about=read_text(input.about, "input.about", rules.LONGEST_ABOUT),
            key=read_key(input.idempotency_key),
        )
        return await _as_it_is(community)

    @strawberry.mutation(description="COMMUNITY_MANAGER.")
    @refusing
    async def edit_community(self, info: Info, input: EditCommunityInput) -> CommunityResult | None:  # noqa: A002 - the API's word
        """Change a community."""
        by = info.context.must_have(Role.COMMUNITY_MANAGER).user
        community = _read_community(input.community_id)
        wanted = Edit(
            name=_read_new(input.name, "input.name", rules.LONGEST_NAME, shortest=1),
            about=_read_new(input.about, "input.about", rules.LONGEST_ABOUT),
            cover=_read_cover(input.cover_upload_id),
        )
        await flows.edit(community, by=by, expected_version=input.expected_version, wanted=wanted)
        return await _as_it_is(community)


def _read_community(text: str) -> CommunityId:
    found = read_id(places.KIND, text, "input.communityId")
    if found is None:
        raise TargetNotFound
    return CommunityId(found)


def _read_target(text: str, path: str) -> Target:
    try:
        return Target.from_public(text)
    except ids.MalformedIdError:
        bad_input(path, "This is no id that this API has given.")


def _read_client_id(text: str) -> str:
    return read_text(text, "input.clientId", _LONGEST_CLIENT_ID, shortest=1)


def _read_topics(given: list[str]) -> list[str]:
    if len(given) > rules.MOST_TOPICS:
        bad_input("input.topics", "There may be {most} topics.", most=rules.MOST_TOPICS)
    read = (read_text(each, f"input.topics.{at}", rules.LONGEST_TOPIC, shortest=1) for at, each in enumerate(given))
    return rules.topics_of(list(read))


def _read_new(text: str | None, path: str, longest: int, *, shortest: int = 0) -> str | None:
    return None if text is None else read_text(text, path, longest, shortest=shortest)


def _read_cover(text: str | None) -> UploadId | None:
    if text is None:
        return None
    found: UUID | None = read_id("upload", text, "input.coverUploadId")
    if found is None:
        raise UploadInvalid
    return UploadId(found)


async def _as_it_is(community: CommunityId) -> Community:
    row = await queries.community(community)
    if row is None:
        raise TargetNotFound
    return Community.of(row)


async def _open(info: Info, target: Target) -> Any:
    # One operation may react twice: what it counted before is old.
    info.context.loader(load_reaction_counts).clear_all()
    return await TARGET_OPENERS[target.kind](info, target.id)
