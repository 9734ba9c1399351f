"""What the owner does with staff: takes them on, gives them roles, lets them go.

Whoever has lost a right has lost it at once: her sessions end, and their sockets with them.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from tortoise.exceptions import IntegrityError

from app.accounts import rules
from app.accounts.actions import sessions
from app.accounts.actions.staff import Attempt
from app.accounts.errors import (
    BadCredentials,
    LastAdmin,
    NotYourself,
    StaffDisabled,
    StaffNotDisabled,
    StaffNotFound,
    UsernameTaken,
)
from app.accounts.models import AttemptsFrom, Credential, Identity, Role, User, UserRole
from app.audit_log import actions as audit_log
from app.core import clock, db
from app.core.errors import Stale
from app.core.ids import SessionId, UserId
from app.core.targets import Target


@db.retried
async def create_staff(
    *,
    username: str,
    password_hash: str,
    roles: Iterable[Role],
    nickname: str,
    openid: str | None = None,
    by: UserId | None = None,
) -> UserId:
    """A member of staff who signs in by password, and through WeChat too where an openid is given. UsernameTaken.

    Whom WeChat knows by that openid already becomes staff and keeps her name. `flows.hash_password` makes the hash.
    """
    try:
        async with db.transaction():
            now = await clock.now()
            known = await Identity.get_or_none(openid=openid) if openid else None
            user = known.user_id if known else (await User.create(nickname=nickname, created_at=now)).id
            if openid and not known:
                await Identity.create(user_id=user, openid=openid, session_key="", seen_at=now)
            await Credential.create(user_id=user, username=rules.spelled(username), password_hash=password_hash)
            given = sorted(frozenset(roles))
            for role in given:
                await UserRole.get_or_create(user_id=user, role=role)
            await _note(by, "create", user, username=rules.spelled(username), roles=given)
            return user
    except IntegrityError as error:
        if db.in_transaction() or not await Credential.exists(username=rules.spelled(username)):
            raise
        raise UsernameTaken from error


@db.retried
async def change_roles(*, by: UserId | None, user: UserId, roles: Iterable[Role], expected_version: int) -> None:
    """Give a member of staff these roles and no others; her sessions end.

    NotYourself, LastAdmin, StaffDisabled, Stale.
    """
    async with db.transaction():
        await _lock_admins()
        account = await _lock(user, expected_version)
        if account.disabled_at is not None:
            raise StaffDisabled
        before = await _roles(user)
        after = frozenset(roles)
        if by == user and Role.ADMIN in before - after:
            raise NotYourself
        await _set_roles(user, after)
        await _still_has_an_admin()
        await _grow(account)
        await sessions.end_all(user)
        await _note(by, "change_roles", user, before=sorted(before), after=sorted(after))


@db.retried
async def reset_password(*, by: UserId | None, user: UserId, password_hash: str, expected_version: int) -> None:
    """Give a member of staff a new password; her sessions end, and no pause is left. Stale."""
    async with db.transaction():
        account = await _lock(user, expected_version)
        await _replace_password(account, password_hash)
        await sessions.end_all(user)
        await _note(by, "reset_password", user)


@db.retried
async def change_password(*, attempt: Attempt, user: UserId, session: SessionId, password_hash: str) -> None:
    """Replace her own password, whose old one this attempt had right; her other sessions end.

    BadCredentials where the password was changed, or the account disabled, meanwhile.
    """
    async with db.transaction():
        await db.value(UUID, "SELECT id FROM credentials WHERE id = $1 FOR UPDATE", attempt.credential)
        account = await Credential.get(id=attempt.credential)
        if account.password_hash != attempt.password_hash or account.disabled_at is not None:
            raise BadCredentials
        await _replace_password(account, password_hash)
        await sessions.end_all(user, but=session)
        await _note(user, "change_password", user)


async def _replace_password(account: Credential, password_hash: str) -> None:
    await _grow(account, password_hash=password_hash, failures=0, locked_until=None)
    # The addresses that were trusted were trusted with the old one.
    await AttemptsFrom.filter(credential_id=account.id).delete()


@db.retried
async def disable_staff(*, by: UserId | None, user: UserId, reason: str, expected_version: int) -> None:
    """Let a member of staff go: no password of hers is right, her roles are gone, her sessions end.

    As a customer, whom WeChat signs in, she stays who she was. NotYourself, LastAdmin, StaffDisabled, Stale.
    """
    if by == user:
        raise NotYourself
    async with db.transaction():
        await _lock_admins()
        account = await _lock(user, expected_version)
        if account.disabled_at is not None:
            raise StaffDisabled
        before = await _roles(user)
        await _set_roles(user, frozenset())
        await _still_has_an_admin()
        await _grow(account, disabled_at=await clock.now())
        await sessions.end_all(user)
        await _note(by, "disable", user, reason=reason, before=sorted(before))


@db.retried
async def enable_staff(*, by: UserId | None, user: UserId, roles: Iterable[Role], expected_version: int) -> None:
    """Let a member of staff in again, with these roles and her old password. StaffNotDisabled, Stale."""
    async with db.transaction():
        account = await _lock(user, expected_version)
        if account.disabled_at is None:
            raise StaffNotDisabled
        given = frozenset(roles)
        await _set_roles(user, given)
        await _grow(account, disabled_at=None)
        await _note(by, "enable", user, after=sorted(given))


async def _lock(user: UserId, expected_version: int) -> Credential:
    account = await db.value(UUID, "SELECT id FROM credentials WHERE user_id = $1 FOR UPDATE", user)
    if account is None:
        raise StaffNotFound
    locked = await Credential.get(id=account)
    if locked.version != expected_version:
        raise Stale
    return locked


async def _grow(account: Credential, **changes: Any) -> None:
    await Credential.filter(id=account.id).update(version=account.version + 1, **changes)


async def _lock_admins() -> None:
    # Two admins who let each other go at once queue here, so that the second finds herself the last.
    await db.rows(UserId, "SELECT user_id FROM user_roles WHERE role = 'ADMIN' ORDER BY user_id FOR UPDATE")


async def _still_has_an_admin() -> None:
    if not await db.rows(UserId, _ADMINS):
        raise LastAdmin


_ADMINS = """
SELECT r.user_id FROM user_roles r JOIN users u ON u.id = r.user_id
 WHERE r.role = 'ADMIN' AND u.blocked_at IS NULL LIMIT 1
"""


async def _roles(user: UserId) -> frozenset[Role]:
    return frozenset([each.role for each in await UserRole.filter(user_id=user)])


async def _set_roles(user: UserId, roles: frozenset[Role]) -> None:
    await UserRole.filter(user_id=user).exclude(role__in=sorted(roles)).delete()
    for role in sorted(roles):
        await UserRole.get_or_create(user_id=user, role=role)


async def _note(by: UserId | None, verb: str, user: UserId, *, reason: str | None = None, **detail: Any) -> None:
    await audit_log.note(by=by, verb=f"staff.{verb}", target=Target("staff", user), detail=detail, reason=reason)
