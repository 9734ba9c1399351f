"""Reporting and appealing; deciding on what was reported or doubted."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

import strawberry

from app.accounts.models import Role
from app.moderation import actions, queries, rules
from app.moderation.states import AppealStatus, Decision, ReportReason
from schema.context import Info
from schema.inputs import must_read_id, read_text
from schema.moderation.mutations.reading import LONGEST_REASON, read_reason, read_target
from schema.moderation.types import Appeal, ModerationItem, ReportReceived, kinds
from schema.moderation.types.items import open_item
from schema.refusals import Refusal, refusing
from schema.scalars import public_id


@strawberry.enum
class ModerationDecision(StrEnum):
    """What a moderator decides."""

    APPROVE = "APPROVE"
    REMOVE = "REMOVE"


@strawberry.input
class ReportInput:
    """What somebody objects to."""

    target_id: strawberry.ID
    reason: ReportReason
    note: str | None = None


@strawberry.input
class AppealModerationInput:
    """Which removal was wrong, and why."""

    removal_id: strawberry.ID
    text: str


@strawberry.input
class ClaimModerationInput:
    """Which item to look at."""

    id: strawberry.ID
    expected_version: int


@strawberry.input
class DecideModerationInput:
    """What a moderator decides."""

    id: strawberry.ID
    expected_version: int
    decision: ModerationDecision
    reason: str = strawberry.field(default="", description="What the author is told; required to remove.")


@strawberry.input
class DecideAppealInput:
    """What another moderator decides."""

    id: strawberry.ID
    expected_version: int
    restore: bool = strawberry.field(description="True brings the thing back; false lets the removal stand.")
    reason: str = strawberry.field(description="What the author is told.")


ReportResult = Annotated[ReportReceived | Refusal, strawberry.union("ReportResult")]
AppealResult = Annotated[Appeal | Refusal, strawberry.union("AppealResult")]
ModerationItemResult = Annotated[ModerationItem | Refusal, strawberry.union("ModerationItemResult")]


@strawberry.type
class QueueMutation:
    """What one can do about what others write."""

    @strawberry.mutation(description="One open report per person and target: a repeat gives the same one.")
    @refusing
    async def report(
        self,
        info: Info,
        input: ReportInput,  # noqa: A002 - the API's word
    ) -> ReportResult | None:
        """Object to something."""
        user = info.context.must_be_signed_in().user
        target = read_target(input.target_id)
        made = await actions.report(reporter=user, target=target, reason=input.reason, note=input.note)
        return ReportReceived(id=public_id(kinds.REPORT, made))

    @strawberry.mutation(description="For whose it was; once per removal, a repeat gives the same appeal.")
    @refusing
    async def appeal_moderation(
        self,
        info: Info,
        input: AppealModerationInput,  # noqa: A002 - the API's word
    ) -> AppealResult | None:
        """Say that a removal was wrong."""
        user = info.context.must_be_signed_in().user
        item = must_read_id(kinds.REMOVAL, input.removal_id, "input.removalId")
        # Its length is for the shop to refuse: TEXT_TOO_LONG.
        text = read_text(input.text, "input.text", max(rules.LONGEST_APPEAL, len(input.text)), shortest=1)
        return await _appeal(await actions.appeal(author=user, item=item, text=text))

    @strawberry.mutation(description="For COMMUNITY_MANAGER: others see for ten minutes that it is looked at.")
    @refusing
    async def claim_moderation(
        self,
        info: Info,
        input: ClaimModerationInput,  # noqa: A002 - the API's word
    ) -> ModerationItemResult | None:
        """Take an item to look at."""
        by = info.context.must_have(Role.COMMUNITY_MANAGER).user
        item = must_read_id(kinds.ITEM, input.id, "input.id")
        await actions.claim(by=by, item=item, expected_version=input.expected_version)
        return await open_item(info, item)

    @strawberry.mutation(description="For COMMUNITY_MANAGER; not for what one wrote oneself.")
    @refusing
    async def decide_moderation(
        self,
        info: Info,
        input: DecideModerationInput,  # noqa: A002 - the API's word
    ) -> ModerationItemResult | None:
        """Decide on a thing."""
        by = info.context.must_have(Role.COMMUNITY_MANAGER).user
        item = must_read_id(kinds.ITEM, input.id, "input.id")
        shortest = 1 if input.decision is ModerationDecision.REMOVE else 0
        await actions.decide(
            by=by,
            item=item,
            expected_version=input.expected_version,
            decision=Decision(input.decision),
            reason=read_text(input.reason, "input.reason", LONGEST_REASON, shortest=shortest),
        )
        return await open_item(info, item)

    @strawberry.mutation(description="For COMMUNITY_MANAGER, but not for who removed it.")
    @refusing
    async def decide_appeal(
        self,
        info: Info,
        input: DecideAppealInput,  # noqa: A002 - the API's word
    ) -> AppealResult | None:
        """Decide on an appeal."""
        by = info.context.must_have(Role.COMMUNITY_MANAGER).user
        appeal = must_read_id(kinds.APPEAL, input.id, "input.id")
        await actions.decide_appeal(
            by=by,
            appeal=appeal,
            expected_version=input.expected_version,
            status=AppealStatus.OVERTURNED if input.restore else AppealStatus.UPHELD,
            reason=read_reason(input.reason),
        )
        return await _appeal(appeal)


async def _appeal(appeal: UUID) -> Appeal | None:
    row = await queries.appeal(appeal)
    return Appeal.of(row) if row else None
