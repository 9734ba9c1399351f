"""Marking as read, and reporting consents."""

from collections.abc import Sequence
from typing import Annotated

import strawberry

from app.notifications import actions, queries, templates
from app.notifications.models import MessagePurpose
from app.notifications.rules import MessageConsentOutcome
from schema.context import Info
from schema.inputs import bad_input, read_key
from schema.notifications.types import MessageConsents, MessageTemplate, NotificationsRead, read_place
from schema.refusals import Refusal, refusing

#: What wx.requestSubscribeMessage takes at once; said in words below.
MOST_RESULTS = 5


@strawberry.input
class MarkNotificationsReadInput:
    """Up to where it was read."""

    up_to_cursor: str


@strawberry.input
class MessageConsentInput:
    """What came of one template."""

    template_id: str
    outcome: MessageConsentOutcome


@strawberry.input
class ReportMessageConsentInput:
    """What came of one pop-up."""

    results: list[MessageConsentInput]
    client_id: str


MarkNotificationsReadResult = Annotated[NotificationsRead | Refusal, strawberry.union("MarkNotificationsReadResult")]
ReportMessageConsentResult = Annotated[MessageConsents | Refusal, strawberry.union("ReportMessageConsentResult")]


@strawberry.type
class NotificationsMutation:
    """What one can do about notifications."""

    @strawberry.mutation(description="Marks everything up to the cursor; never marks anything unread again.")
    @refusing
    async def mark_notifications_read(
        self,
        info: Info,
        input: MarkNotificationsReadInput,  # noqa: A002 - the API's word
    ) -> MarkNotificationsReadResult | None:
        """Mark as read."""
        user = info.context.must_be_signed_in().user
        head = await queries.head(user)
        place = read_place(user, head, input.up_to_cursor, "input.upToCursor")
        await actions.mark_read(user=user, up_to=place or 0)
        return NotificationsRead(unread_count=await queries.unread(user, up_to=head))

    @strawberry.mutation(description="Counts each ACCEPT once per clientId.")
    @refusing
    async def report_message_consent(
        self,
        info: Info,
        input: ReportMessageConsentInput,  # noqa: A002 - the API's word
    ) -> ReportMessageConsentResult | None:
        """Report what came of the pop-up."""
        user = info.context.must_be_signed_in().user
        client_id = read_key(input.client_id, "input.clientId")
        await actions.report_consent(user=user, outcomes=_read_outcomes(input.results), client_id=client_id)
        states = await queries.template_states(user)
        return MessageConsents(templates=[MessageTemplate.of(state) for state in states])


def _read_outcomes(results: Sequence[MessageConsentInput]) -> dict[MessagePurpose, MessageConsentOutcome]:
    if len(results) > MOST_RESULTS:
        bad_input("input.results", "A pop-up asks for 5 templates at most.")
    outcomes: dict[MessagePurpose, MessageConsentOutcome] = {}
    for number, result in enumerate(results):
        path = f"input.results.{number}.templateId"
        purpose = templates.purpose_of(result.template_id)
        if purpose is None:
            bad_input(path, "This is none of the templates that this API has given.")
        if purpose in outcomes:
            bad_input(path, "A pop-up asks for a template once.")
        outcomes[purpose] = result.outcome
    return outcomes
