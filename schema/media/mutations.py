"""Asking for a ticket."""

from typing import Annotated

import strawberry

from app.media import actions
from app.media.states import UploadPurpose
from schema.context import Info
from schema.media.types import UploadTicket
from schema.refusals import Refusal, refusing


@strawberry.input
class CreateUploadInput:
    """The picture that is to come."""

    purpose: UploadPurpose
    bytes: int
    mime: str


CreateUploadResult = Annotated[UploadTicket | Refusal, strawberry.union("CreateUploadResult")]


@strawberry.type
class MediaMutation:
    """What one can do about pictures."""

    @strawberry.mutation(description="A ticket for one picture; every call gives a new one.")
    @refusing
    async def create_upload(
        self,
        info: Info,
        input: CreateUploadInput,  # noqa: A002 - the API's word
    ) -> CreateUploadResult | None:
        """Ask for a ticket."""
        user = info.context.must_be_signed_in().user
        ticket = await actions.create_ticket(user=user, purpose=input.purpose, size=input.bytes, mime=input.mime)
        return UploadTicket.of(ticket)
