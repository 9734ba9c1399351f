"""What people decide about themselves."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from app.accounts import actions as accounts
from app.accounts import flows as accounts_flows
from app.core.ids import ExportId
from app.notifications import actions as notifications
from app.notifications.models import MessagePurpose
from app.personal import actions, flows, queries
from schema.accounts.types import the_viewer
from schema.context import Info
from schema.inputs import bad_input, read_text, read_uploads
from schema.personal.types import AccountDeletion, DataExport
from schema.refusals import Refusal, refusing

if TYPE_CHECKING:
    from schema.root import Viewer

LONGEST_NICKNAME = 32
LONGEST_CODE = 200
LONGEST_KEY = 100


@strawberry.input
class UpdateProfileInput:
    """What to change; null leaves it."""

    nickname: str | None = None
    avatar_upload_id: strawberry.ID | None = None


@strawberry.input
class BindPhoneInput:
    """What the getPhoneNumber button gave."""

    code: str


@strawberry.input
class UpdateSettingsInput:
    """What to change; null leaves it."""

    personalised_feed: bool | None = None
    muted_purposes: list[MessagePurpose] | None = None


@strawberry.input
class ExportMyDataInput:
    """One wish for an export."""

    idempotency_key: str


@strawberry.input
class DeleteAccountInput:
    """One wish to be deleted."""

    idempotency_key: str


_Viewer = Annotated["Viewer", strawberry.lazy("schema.root")]
UpdateProfileResult = Annotated[_Viewer | Refusal, strawberry.union("UpdateProfileResult")]
BindPhoneResult = Annotated[_Viewer | Refusal, strawberry.union("BindPhoneResult")]
UpdateSettingsResult = Annotated[_Viewer | Refusal, strawberry.union("UpdateSettingsResult")]
CancelAccountDeletionResult = Annotated[_Viewer | Refusal, strawberry.union("CancelAccountDeletionResult")]
ExportMyDataResult = Annotated[DataExport | Refusal, strawberry.union("ExportMyDataResult")]
DeleteAccountResult = Annotated[AccountDeletion | Refusal, strawberry.union("DeleteAccountResult")]


@strawberry.type
class PersonalMutation:
    """What one can do about oneself."""

    @strawberry.mutation(description="Null leaves it. Others see a new picture once it has been checked.")
    @refusing
    async def update_profile(
        self,
        info: Info,
        input: UpdateProfileInput,  # noqa: A002 - the API's word
    ) -> UpdateProfileResult | None:
        """Change name or picture."""
        user = info.context.must_be_signed_in().user
        nickname = input.nickname
        if nickname is not None:
            nickname = read_text(nickname, "input.nickname", LONGEST_NICKNAME, shortest=1)
            if "\n" in nickname or "\t" in nickname:
                bad_input("input.nickname", "A name stands on one line.")
        avatar = [input.avatar_upload_id] if input.avatar_upload_id is not None else []
        uploads = read_uploads(avatar, "input.avatarUploadId", 1)
        await flows.update_profile(user=user, nickname=nickname, avatar=uploads[0] if uploads else None)
        return the_viewer()

    @strawberry.mutation(description="code is what the getPhoneNumber button gave; WeChat takes it once.")
    @refusing
    async def bind_phone(
        self,
        info: Info,
        input: BindPhoneInput,  # noqa: A002 - the API's word
    ) -> BindPhoneResult | None:
        """Bind a phone number."""
        user = info.context.must_be_signed_in().user
        code = read_text(input.code, "input.code", LONGEST_CODE, shortest=1)
        await accounts_flows.bind_phone(user=user, code=code)
        return the_viewer()

    @strawberry.mutation
    @refusing
    async def update_settings(
        self,
        info: Info,
        input: UpdateSettingsInput,  # noqa: A002 - the API's word
    ) -> UpdateSettingsResult | None:
        """Change settings."""
        await notifications.change_settings(
            user=info.context.must_be_signed_in().user,
            muted=input.muted_purposes,
            personalised_feed=input.personalised_feed,
        )
        return the_viewer()

    @strawberry.mutation(description="Everything kept about me. The same key gives the same export.")
    @refusing
    async def export_my_data(
        self,
        info: Info,
        input: ExportMyDataInput,  # noqa: A002 - the API's word
    ) -> ExportMyDataResult | None:
        """Have everything that is kept about me put into a file."""
        user = info.context.must_be_signed_in().user
        key = read_text(input.idempotency_key, "input.idempotencyKey", LONGEST_KEY, shortest=1)
        export = await queries.export_of(user, ExportId(await actions.ask_export(user=user, key=key)))
        if export is None:
            raise LookupError("an export that was just asked for is gone")
        return DataExport.of(export)

    @strawberry.mutation(description="Until the waiting period ends.")
    @refusing
    async def cancel_account_deletion(self, info: Info) -> CancelAccountDeletionResult | None:
        """Stay after all."""
        await accounts.cancel_deletion(user=info.context.must_be_signed_in().user)
        return the_viewer()

    @strawberry.mutation(
        description="Begins the waiting period. The same key gives the same finalAt. Staff are let go first."
    )
    @refusing
    async def delete_account(
        self,
        info: Info,
        input: DeleteAccountInput,  # noqa: A002 - the API's word
    ) -> DeleteAccountResult | None:
        """Ask to be forgotten."""
        user = info.context.must_be_signed_in().user
        key = read_text(input.idempotency_key, "input.idempotencyKey", LONGEST_KEY, shortest=1)
        return AccountDeletion(final_at=await accounts.begin_deletion(user=user, key=key))
