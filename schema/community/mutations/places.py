"""Communities themselves, and who belongs to them."""

from typing import Annotated

import strawberry

from app.accounts.models import Role
from app.community import flows, queries, rules
from app.community.actions import places
from app.community.actions.places import Edit
from app.community.states import CommunityKind
from app.core.errors import TargetNotFound
from app.core.ids import CommunityId, UploadId
from app.media.errors import UploadInvalid
from schema.community.mutations.reading import read_community
from schema.community.types import Community
from schema.context import Info
from schema.inputs import must_read_id, read_key, read_text
from schema.refusals import Refusal, refusing


@strawberry.input
class JoinCommunityInput:
    """Which community."""

    community_id: strawberry.ID


@strawberry.input
class LeaveCommunityInput:
    """Which community."""

    community_id: strawberry.ID


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


@strawberry.type
class PlacesMutation:
    """What can be done about communities."""

    @strawberry.mutation(description="A repeat changes nothing.")
    @refusing
    async def join_community(self, info: Info, input: JoinCommunityInput) -> JoinCommunityResult | None:  # noqa: A002 - the API's word
        """Belong to a community."""
        user = info.context.must_be_signed_in().user
        community = read_community(input.community_id)
        await places.join(user=user, community=community)
        return await _as_it_is(community)

    @strawberry.mutation(description="A repeat changes nothing; what she wrote stays.")
    @refusing
    async def leave_community(self, info: Info, input: LeaveCommunityInput) -> LeaveCommunityResult | None:  # noqa: A002 - the API's word
        """Belong to a community no more."""
        user = info.context.must_be_signed_in().user
        community = read_community(input.community_id)
        await places.leave(user=user, community=community)
        return await _as_it_is(community)

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
        community = read_community(input.community_id)
        wanted = Edit(
            name=_read_new(input.name, "input.name", rules.LONGEST_NAME, shortest=1),
            about=_read_new(input.about, "input.about", rules.LONGEST_ABOUT),
            cover=_read_cover(input.cover_upload_id),
        )
        await flows.edit(community, by=by, expected_version=input.expected_version, wanted=wanted)
        return await _as_it_is(community)


def _read_new(text: str | None, path: str, longest: int, *, shortest: int = 0) -> str | None:
    return None if text is None else read_text(text, path, longest, shortest=shortest)


def _read_cover(text: str | None) -> UploadId | None:
    if text is None:
        return None
    return UploadId(must_read_id("upload", text, "input.coverUploadId", UploadInvalid))


async def _as_it_is(community: CommunityId) -> Community:
    row = await queries.community(community)
    if row is None:
        raise TargetNotFound
    return Community.of(row)
