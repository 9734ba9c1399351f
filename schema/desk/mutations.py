"""What people do at the desk."""

from typing import Annotated
from uuid import UUID

import strawberry

from app.accounts.models import Role
from app.desk import actions, models, queries
from app.desk.errors import DeskItemNotFound
from app.media import actions as media
from app.payments import flows as payments
from schema.context import Info
from schema.desk.types import DeskItem
from schema.inputs import must_read_id, read_text
from schema.refusals import Refusal, refusing

LONGEST_NOTE = 500


@strawberry.input
class ResolveDeskItemInput:
    """What was done about it."""

    id: strawberry.ID
    note: str
    expected_version: int


@strawberry.input
class RetryRefundInput:
    """Which item's refund is sent again."""

    id: strawberry.ID = strawberry.field(description="The item on the desk, REFUND_FAILED.")


@strawberry.input
class DecidePictureInput:
    """Whether everybody may see a picture."""

    id: strawberry.ID = strawberry.field(description="The item on the desk, PICTURE_TO_REVIEW.")
    passes: bool
    reason: str
    expected_version: int


DecidePictureResult = Annotated[DeskItem | Refusal, strawberry.union("DecidePictureResult")]
ResolveDeskItemResult = Annotated[DeskItem | Refusal, strawberry.union("ResolveDeskItemResult")]
RetryRefundResult = Annotated[DeskItem | Refusal, strawberry.union("RetryRefundResult")]


@strawberry.type
class DeskMutation:
    """What people do at the desk."""

    @strawberry.mutation(description="For SUPPORT. It is off the desk; the note says what was done.")
    @refusing
    async def resolve_desk_item(
        self,
        info: Info,
        input: ResolveDeskItemInput,  # noqa: A002 - the API's word
    ) -> ResolveDeskItemResult | None:
        """Take an item off the desk."""
        by = info.context.must_have(Role.SUPPORT).user
        item = _read_item(input.id)
        note = read_text(input.note, "input.note", LONGEST_NOTE, shortest=1)
        await actions.take_off(by=by, item=item, resolution=note, expected_version=input.expected_version)
        return DeskItem.of(await _row(item))

    @strawberry.mutation(
        description="For SUPPORT. Sends a failed refund again; the item leaves the desk when the money has arrived."
    )
    @refusing
    async def retry_refund(
        self,
        info: Info,
        input: RetryRefundInput,  # noqa: A002 - the API's word
    ) -> RetryRefundResult | None:
        """Send a failed refund again."""
        by = info.context.must_have(Role.SUPPORT).user
        item = _read_item(input.id)
        await payments.retry_by_hand(by=by, item=await _row(item))
        return DeskItem.of(await _row(item))

    @strawberry.mutation(
        description="For SUPPORT. Whether everybody may see a picture that WeChat could not judge; it is off the desk."
    )
    @refusing
    async def decide_picture(
        self,
        info: Info,
        input: DecidePictureInput,  # noqa: A002 - the API's word
    ) -> DecidePictureResult | None:
        """Decide about a picture."""
        by = info.context.must_have(Role.SUPPORT).user
        item = _read_item(input.id)
        await media.decide_by_hand(
            by=by,
            item=item,
            passes=input.passes,
            reason=read_text(input.reason, "input.reason", LONGEST_NOTE, shortest=1),
            expected_version=input.expected_version,
        )
        return DeskItem.of(await _row(item))


def _read_item(text: str) -> UUID:
    return must_read_id("desk", text, "input.id", DeskItemNotFound)


async def _row(item: UUID) -> models.DeskItem:
    found = await queries.item(item)
    if found is None:
        raise DeskItemNotFound
    return found
