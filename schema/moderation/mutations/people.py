"""Who may not write, and who may not come in."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from app.accounts.models import Role
from app.community import queries as communities
from app.community.actions.places import KIND as COMMUNITY
from app.core import clock
from app.core.errors import TargetNotFound
from app.core.ids import CommunityId
from app.moderation import actions
from schema.context import Info
from schema.inputs import bad_input, must_read_id, read_text
from schema.moderation.mutations.reading import LONGEST_REASON, read_person, read_reason
from schema.moderation.types import ModeratedPerson, Mute, kinds
from schema.moderation.types.people import open_mute, open_person
from schema.refusals import Refusal, refusing

_WHOSE = "Of a person, of a buyer, or of an author's profile."


@strawberry.input
class MutePersonInput:
    """Whom to let not write, where and until when."""

    person_id: strawberry.ID = strawberry.field(description=_WHOSE)
    community_id: strawberry.ID | None = strawberry.field(default=None, description="Null for everywhere.")
    until: datetime | None = strawberry.field(default=None, description="Later than now; null for good.")
    reason: str = strawberry.field(description="What she is told.")


@strawberry.input
class UnmutePersonInput:
    """Which mute to take back."""

    mute_id: strawberry.ID
    expected_version: int
    reason: str | None = None


@strawberry.input
class BlockPersonInput:
    """Whom to keep out, or let in again, and why."""

    person_id: strawberry.ID = strawberry.field(description=_WHOSE)
    reason: str


MuteResult = Annotated[Mute | Refusal, strawberry.union("MuteResult")]
ModeratedPersonResult = Annotated[ModeratedPerson | Refusal, strawberry.union("ModeratedPersonResult")]


@strawberry.type
class PeopleMutation:
    """What moderators do about people."""

    @strawberry.mutation(description="For COMMUNITY_MANAGER. Replaces the mute that is in place there.")
    @refusing
    async def mute_person(
        self,
        info: Info,
        input: MutePersonInput,  # noqa: A002 - the API's word
    ) -> MuteResult | None:
        """Let somebody not write."""
        asker = info.context.must_have(Role.COMMUNITY_MANAGER)
        if input.until is not None and input.until <= await clock.now():
            bad_input("input.until", "This moment has passed; leave it out for good.")
        made = await actions.mute(
            by=asker.user,
            user=await read_person(asker, input.person_id),
            community=await _read_community(input.community_id),
            until=await _read_until(info, input.until),
            reason=read_reason(input.reason),
        )
        return await open_mute(info, made)

    @strawberry.mutation(description="For COMMUNITY_MANAGER.")
    @refusing
    async def unmute_person(
        self,
        info: Info,
        input: UnmutePersonInput,  # noqa: A002 - the API's word
    ) -> MuteResult | None:
        """Let somebody write again."""
        by = info.context.must_have(Role.COMMUNITY_MANAGER).user
        mute = must_read_id(kinds.MUTE, input.mute_id, "input.muteId")
        reason = read_text(input.reason or "", "input.reason", LONGEST_REASON) or None
        await actions.unmute(by=by, mute=mute, expected_version=input.expected_version, reason=reason)
        return await open_mute(info, mute)

    @strawberry.mutation(description="For SUPPORT; a member of staff by ADMIN only. A repeat changes nothing.")
    @refusing
    async def block_person(
        self,
        info: Info,
        input: BlockPersonInput,  # noqa: A002 - the API's word
    ) -> ModeratedPersonResult | None:
        """Keep somebody out."""
        asker = info.context.must_have(Role.SUPPORT)
        user = await read_person(asker, input.person_id)
        await actions.block(by=asker.user, user=user, reason=read_reason(input.reason))
        return await open_person(info, user)

    @strawberry.mutation(description="For SUPPORT; a member of staff by ADMIN only. A repeat changes nothing.")
    @refusing
    async def unblock_person(
        self,
        info: Info,
        input: BlockPersonInput,  # noqa: A002 - the API's word
    ) -> ModeratedPersonResult | None:
        """Let somebody in again."""
        asker = info.context.must_have(Role.SUPPORT)
        user = await read_person(asker, input.person_id)
        await actions.unblock(by=asker.user, user=user, reason=read_reason(input.reason))
        return await open_person(info, user)


async def _read_community(text: str | None) -> UUID | None:
    if text is None:
        return None
    community = must_read_id(COMMUNITY, text, "input.communityId")
    if await communities.community(CommunityId(community)) is None:
        raise TargetNotFound
    return community


async def _read_until(info: Info, until: datetime | None) -> datetime | None:
    # A slip of the date would lift the mute that is in place.
    if until is not None and until <= await info.context.now():
        bad_input("input.until", "A mute ends later than now.")
    return until
