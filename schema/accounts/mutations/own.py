"""Signing in and out, and addresses."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from app.accounts import actions, flows, queries, rules
from app.accounts.actions import Written
from app.accounts.errors import AddressNotFound
from app.accounts.tokens import Grant
from app.core.ids import AddressId
from schema.accounts.refusals import TryLater
from schema.accounts.types import Address, SignInSuccess, read_visitor, the_viewer
from schema.context import Asker, Info
from schema.inputs import bad_input, must_read_id, read_text
from schema.refusals import Refusal, refusing

if TYPE_CHECKING:
    from schema.root import Viewer

LONGEST_LOGIN_CODE = 200
LONGEST_USERNAME = 64
#: A longer one would only keep the hash busy.
LONGEST_PASSWORD = 256


@strawberry.input
class SignInInput:
    """What a phone signs in with."""

    code: str = strawberry.field(description="What wx.login gave.")
    visitor_id: str | None = strawberry.field(
        default=None, description="What openShareLink gave before signing in, so that the touch follows the person."
    )


@strawberry.input
class StaffSignInInput:
    """What a member of staff signs in with."""

    username: str
    password: str


@strawberry.input
class RefreshSessionInput:
    """What a session goes on with."""

    refresh_token: str


@strawberry.input(description="The fields of wx.chooseAddress, renamed.")
class SaveAddressInput:
    """Where goods are sent."""

    id: strawberry.ID | None = strawberry.field(default=None, description="Null for a new address.")
    recipient: str
    phone: str | None = strawberry.field(default=None, description="Required for a new address; null keeps it.")
    province: str
    city: str
    district: str
    detail: str
    is_default: bool | None = False


@strawberry.input
class DeleteAddressInput:
    """Which address to delete."""

    id: strawberry.ID


@strawberry.type
class SignedOut:
    """The session has ended."""

    at: datetime


SignInResult = Annotated[SignInSuccess | TryLater | Refusal, strawberry.union("SignInResult")]
SignOutResult = Annotated[SignedOut | Refusal, strawberry.union("SignOutResult")]
SaveAddressResult = Annotated[Address | Refusal, strawberry.union("SaveAddressResult")]
DeleteAddressResult = Annotated[
    Annotated["Viewer", strawberry.lazy("schema.root")] | Refusal, strawberry.union("DeleteAddressResult")
]


@strawberry.type
class OwnMutation:
    """What one can do about oneself."""

    @strawberry.mutation
    @refusing
    async def sign_in(self, info: Info, input: SignInInput) -> SignInResult | None:  # noqa: A002 - the API's word
        """Sign in with WeChat."""
        code = read_text(input.code, "input.code", LONGEST_LOGIN_CODE, shortest=1)
        return await _begin(info, await flows.sign_in(code=code, visitor_id=read_visitor(input.visitor_id)))

    @strawberry.mutation
    @refusing
    async def staff_sign_in(
        self,
        info: Info,
        input: StaffSignInInput,  # noqa: A002 - the API's word
    ) -> SignInResult | None:
        """Sign in by password."""
        username = read_text(input.username, "input.username", LONGEST_USERNAME, shortest=1)
        if len(input.password) > LONGEST_PASSWORD:
            bad_input("input.password", "A password has {most} characters at most.", most=LONGEST_PASSWORD)
        return await _begin(
            info,
            await flows.staff_sign_in(username=username, password=input.password, address=info.context.address),
        )

    @strawberry.mutation(
        description="A token is used once; a repeat within 30 seconds, while its successor is unused, "
        "gives the same successor; any later one ends the whole family."
    )
    @refusing
    async def refresh_session(
        self,
        info: Info,
        input: RefreshSessionInput,  # noqa: A002 - the API's word
    ) -> SignInResult | None:
        """Go on with a session."""
        return await _begin(info, await actions.refresh(refresh_token=input.refresh_token))

    @strawberry.mutation(description="Ends the session and its sockets. A repeat is UNAUTHENTICATED.")
    @refusing
    async def sign_out(self, info: Info) -> SignOutResult | None:
        """Sign out."""
        at = await actions.sign_out(session=info.context.must_be_signed_in().session)
        info.context.asker = None
        return SignedOut(at=at)

    @strawberry.mutation(description="The same content twice gives the same address.")
    @refusing
    async def save_address(
        self,
        info: Info,
        input: SaveAddressInput,  # noqa: A002 - the API's word
    ) -> SaveAddressResult | None:
        """Save an address."""
        user = info.context.must_be_signed_in().user
        saved = await actions.save_address(
            user=user,
            written=_read_written(input),
            address=_read_address(input.id) if input.id is not None else None,
            is_default=bool(input.is_default),
        )
        address = await queries.address(user, saved)
        if address is None:
            # Another phone of hers has deleted it in the same moment.
            raise AddressNotFound
        return Address.of(address)

    @strawberry.mutation(description="A repeat changes nothing.")
    @refusing
    async def delete_address(
        self,
        info: Info,
        input: DeleteAddressInput,  # noqa: A002 - the API's word
    ) -> DeleteAddressResult | None:
        """Delete an address."""
        user = info.context.must_be_signed_in().user
        await actions.delete_address(user=user, address=_read_address(input.id))
        return the_viewer()


async def _begin(info: Info, grant: Grant) -> SignInSuccess:
    """Let the rest of the operation be hers, so that `viewer` is she."""
    info.context.asker = Asker(grant.user, grant.session, await queries.roles(grant.user))
    return SignInSuccess(
        access_token=grant.access_token, refresh_token=grant.refresh_token, expires_in=grant.expires_in
    )


def _read_address(text: str) -> AddressId:
    return AddressId(must_read_id("address", text, "input.id", AddressNotFound))


def _read_written(given: SaveAddressInput) -> Written:
    return Written(
        recipient=read_text(given.recipient, "input.recipient", 50, shortest=1),
        phone=_read_phone(given),
        province=read_text(given.province, "input.province", 30, shortest=1),
        # Some cities have no districts, and some districts are no part of a city.
        city=read_text(given.city, "input.city", 30),
        district=read_text(given.district, "input.district", 30),
        detail=read_text(given.detail, "input.detail", 200, shortest=1),
    )


def _read_phone(given: SaveAddressInput) -> str | None:
    if given.phone is None:
        if given.id is None:
            bad_input("input.phone", "A new address needs a phone.")
        return None
    phone = rules.read_phone(given.phone)
    if phone is None:
        bad_input("input.phone", "This is no phone number; one outside the mainland begins with + and its country.")
    return phone
