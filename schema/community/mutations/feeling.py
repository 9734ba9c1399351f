"""What people feel about things, and about each other."""

from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from app.community.actions import feeling
from app.community.states import Reaction
from app.core.ids import ProfileId
from app.core.targets import Target
from schema.accounts.loaders import load_profiles
from schema.community.loaders import load_reaction_counts
from schema.community.mutations.reading import read_target
from schema.community.types import TARGET_OPENERS, Following, Post
from schema.context import Info
from schema.inputs import must_read_id
from schema.refusals import Refusal, refusing

if TYPE_CHECKING:
    from schema.stories.types import Story


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
class FollowInput:
    """Whom to follow, or not any more."""

    profile_id: strawberry.ID
    follow: bool = True


FollowResult = Annotated[Following | Refusal, strawberry.union("FollowResult")]
ReactResult = Annotated[
    Post | Annotated["Story", strawberry.lazy("schema.stories.types")] | Refusal, strawberry.union("ReactResult")
]


@strawberry.type
class FeelingMutation:
    """Reacting and following."""

    @strawberry.mutation(description="One reaction per person and target: a second replaces the first.")
    @refusing
    async def react(self, info: Info, input: ReactInput) -> ReactResult | None:  # noqa: A002 - the API's word
        """React to a post or story."""
        user = info.context.must_be_signed_in().user
        target = read_target(input.target_id, "input.targetId")
        await feeling.react(user=user, target=target, reaction=input.reaction)
        opened: Any = await _open(info, target)
        return opened  # type: ignore[no-any-return]  # a member of the union, which no opener's type says

    @strawberry.mutation(description="Without a reaction it changes nothing.")
    @refusing
    async def remove_reaction(self, info: Info, input: RemoveReactionInput) -> ReactResult | None:  # noqa: A002 - the API's word
        """Take a reaction back."""
        user = info.context.must_be_signed_in().user
        target = read_target(input.target_id, "input.targetId")
        await feeling.remove_reaction(user=user, target=target)
        opened: Any = await _open(info, target)
        return opened  # type: ignore[no-any-return]  # a member of the union, which no opener's type says

    @strawberry.mutation(description="With follow false she is followed no more. A repeat changes nothing.")
    @refusing
    async def follow(self, info: Info, input: FollowInput) -> FollowResult | None:  # noqa: A002 - the API's word
        """Follow a person."""
        user = info.context.must_be_signed_in().user
        profile = must_read_id("profile", input.profile_id, "input.profileId")
        following = await feeling.follow(follower=user, profile=ProfileId(profile), wanted=input.follow)
        (found,) = await load_profiles([ProfileId(profile)])
        return Following(profile=found, following=following) if found else None


async def _open(info: Info, target: Target) -> Any:
    # One operation may react twice: what it counted before is old.
    info.context.loader(load_reaction_counts).clear_all()
    return await TARGET_OPENERS[target.kind](info, target.id)
