"""What the owner does with staff."""

from collections.abc import Sequence
from typing import Annotated

import strawberry

from app.accounts import actions, flows, queries, rules
from app.accounts.errors import BadCredentials, StaffNotFound
from app.accounts.models import Role
from app.core.ids import UserId
from schema.accounts.refusals import TryLater
from schema.accounts.types import StaffMember
from schema.context import Info
from schema.inputs import bad_input, must_read_id, read_text
from schema.refusals import Refusal, refusing

LONGEST_USERNAME = 64
LONGEST_NICKNAME = 32
LONGEST_REASON = 500


@strawberry.input
class CreateStaffInput:
    """Who begins to work here."""

    username: str = strawberry.field(description="Capitals make no difference.")
    password: str = strawberry.field(description="10 to 256 characters.")
    nickname: str
    roles: list[Role]


@strawberry.input
class ChangeStaffRolesInput:
    """Who may do what from now on."""

    id: strawberry.ID
    roles: list[Role]
    expected_version: int


@strawberry.input
class ResetStaffPasswordInput:
    """Whose password is replaced."""

    id: strawberry.ID
    password: str = strawberry.field(description="10 to 256 characters.")
    expected_version: int


@strawberry.input
class ChangeMyPasswordInput:
    """What I sign in with from now on."""

    old_password: str
    new_password: str = strawberry.field(description="10 to 256 characters.")


@strawberry.input
class DisableStaffInput:
    """Who works here no more."""

    id: strawberry.ID
    reason: str
    expected_version: int


@strawberry.input
class EnableStaffInput:
    """Who works here again."""

    id: strawberry.ID
    roles: list[Role]
    expected_version: int


CreateStaffResult = Annotated[StaffMember | Refusal, strawberry.union("CreateStaffResult")]
ChangeStaffRolesResult = Annotated[StaffMember | Refusal, strawberry.union("ChangeStaffRolesResult")]
ResetStaffPasswordResult = Annotated[StaffMember | Refusal, strawberry.union("ResetStaffPasswordResult")]
ChangeMyPasswordResult = Annotated[
    StaffMember | TryLater | Refusal,
    strawberry.union("ChangeMyPasswordResult"),
]
DisableStaffResult = Annotated[StaffMember | Refusal, strawberry.union("DisableStaffResult")]
EnableStaffResult = Annotated[StaffMember | Refusal, strawberry.union("EnableStaffResult")]


@strawberry.type
class StaffingMutation:
    """What the owner does with staff."""

    @strawberry.mutation(description="For ADMIN.")
    @refusing
    async def create_staff(
        self,
        info: Info,
        input: CreateStaffInput,  # noqa: A002 - the API's word
    ) -> CreateStaffResult | None:
        """Take somebody on."""
        admin = info.context.must_have(Role.ADMIN).user
        username = read_text(input.username, "input.username", LONGEST_USERNAME, shortest=1)
        nickname = read_text(input.nickname, "input.nickname", LONGEST_NICKNAME, shortest=1)
        roles = _read_roles(input.roles)
        password_hash = await flows.hash_password(_read_password(input.password))
        made = await actions.create_staff(
            by=admin, username=username, password_hash=password_hash, roles=roles, nickname=nickname
        )
        return await _as_she_is(made)

    @strawberry.mutation(description="For ADMIN. Her sessions end at once; nobody takes ADMIN from herself.")
    @refusing
    async def change_staff_roles(
        self,
        info: Info,
        input: ChangeStaffRolesInput,  # noqa: A002 - the API's word
    ) -> ChangeStaffRolesResult | None:
        """Change what somebody may do."""
        admin = info.context.must_have(Role.ADMIN).user
        user = _read_staff(input.id)
        await actions.change_roles(
            by=admin, user=user, roles=_read_roles(input.roles), expected_version=input.expected_version
        )
        return await _as_she_is(user)

    @strawberry.mutation(description="For ADMIN. Her sessions end at once.")
    @refusing
    async def reset_staff_password(
        self,
        info: Info,
        input: ResetStaffPasswordInput,  # noqa: A002 - the API's word
    ) -> ResetStaffPasswordResult | None:
        """Give somebody a new password."""
        admin = info.context.must_have(Role.ADMIN).user
        user = _read_staff(input.id)
        password_hash = await flows.hash_password(_read_password(input.password))
        await actions.reset_password(
            by=admin, user=user, password_hash=password_hash, expected_version=input.expected_version
        )
        return await _as_she_is(user)

    @strawberry.mutation(description="For staff, of her own. Her other sessions end; wrong old ones are counted.")
    @refusing
    async def change_my_password(
        self,
        info: Info,
        input: ChangeMyPasswordInput,  # noqa: A002 - the API's word
    ) -> ChangeMyPasswordResult | None:
        """Change one's own password."""
        me = info.context.must_have(*Role)
        if len(input.old_password) > rules.LONGEST_PASSWORD:
            raise BadCredentials
        await flows.change_password(
            user=me.user,
            session=me.session,
            old=input.old_password,
            new=_read_password(input.new_password, "input.newPassword"),
            address=info.context.address,
        )
        return await _as_she_is(me.user)

    @strawberry.mutation(
        description="For ADMIN. Her roles and her password are gone and her sessions end at once; as a customer she "
        "stays who she was. Not for oneself."
    )
    @refusing
    async def disable_staff(
        self,
        info: Info,
        input: DisableStaffInput,  # noqa: A002 - the API's word
    ) -> DisableStaffResult | None:
        """Let somebody go."""
        admin = info.context.must_have(Role.ADMIN).user
        user = _read_staff(input.id)
        await actions.disable_staff(
            by=admin,
            user=user,
            reason=read_text(input.reason, "input.reason", LONGEST_REASON, shortest=1),
            expected_version=input.expected_version,
        )
        return await _as_she_is(user)

    @strawberry.mutation(description="For ADMIN. Her password is the one that she had.")
    @refusing
    async def enable_staff(
        self,
        info: Info,
        input: EnableStaffInput,  # noqa: A002 - the API's word
    ) -> EnableStaffResult | None:
        """Take somebody on again."""
        admin = info.context.must_have(Role.ADMIN).user
        user = _read_staff(input.id)
        await actions.enable_staff(
            by=admin, user=user, roles=_read_roles(input.roles), expected_version=input.expected_version
        )
        return await _as_she_is(user)


def _read_staff(text: str) -> UserId:
    return UserId(must_read_id("staff", text, "input.id", StaffNotFound))


def _read_password(text: str, path: str = "input.password") -> str:
    if not rules.SHORTEST_PASSWORD <= len(text) <= rules.LONGEST_PASSWORD:
        bad_input(path, "A password has 10 to 256 characters.")
    return text


def _read_roles(roles: Sequence[Role]) -> frozenset[Role]:
    if not roles:
        bad_input("input.roles", "Whoever works here has a role.")
    return frozenset(roles)


async def _as_she_is(user: UserId) -> StaffMember:
    (member,) = await queries.staff_members([user])
    return StaffMember.of(member)
