"""Staff: made, and let in by password."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from app.accounts import rules
from app.accounts.actions import sessions
from app.accounts.errors import BadCredentials, TryLater
from app.accounts.models import Credential, Identity, Role, User, UserRole
from app.accounts.tokens import Grant
from app.core import clock, db
from app.core.ids import UserId

_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A password is about to be tried against this hash."""

    credential: UUID
    password_hash: str = field(repr=False)


@db.retried
async def create_staff(
    *,
    username: str,
    password_hash: str,
    roles: Iterable[Role],
    nickname: str,
    openid: str | None = None,
) -> UserId:
    """A member of staff who signs in by password, and through WeChat too where an openid is given.

    Whom WeChat knows by that openid already becomes staff and keeps her name. A username that is taken is an
    IntegrityError; `flows.hash_password` makes the hash.
    """
    async with db.transaction():
        now = await clock.now()
        known = await Identity.get_or_none(openid=openid) if openid else None
        user = known.user_id if known else (await User.create(nickname=nickname, created_at=now)).id
        if openid and not known:
            await Identity.create(user_id=user, openid=openid, session_key="", seen_at=now)
        await Credential.create(user_id=user, username=spelled(username), password_hash=password_hash)
        for role in sorted(frozenset(roles)):
            await UserRole.get_or_create(user_id=user, role=role)
        return user


def spelled(username: str) -> str:
    """A username as it is kept: whoever signs in as Admin means admin."""
    return username.strip().casefold()


@db.retried
async def count_attempt(*, username: str) -> Attempt | None:
    """Count a password that is about to be tried as a wrong one; None where nobody has this username. TryLater.

    It is counted before it is tried: a hundred tries at once are then no more than a hundred in a row.
    """
    async with db.transaction():
        known = await db.row(_Credential, _LOCK_CREDENTIAL, spelled(username))
        if known is None:
            return None
        now = await clock.now()
        if known.locked_until is not None and known.locked_until > now:
            raise TryLater(retry_after_ms=math.ceil((known.locked_until - now) / _MILLISECOND))
        failures = known.failures + 1
        pause = rules.locked_for(failures)
        await Credential.filter(id=known.id).update(failures=failures, locked_until=now + pause if pause else None)
        return Attempt(credential=known.id, password_hash=known.password_hash)


@dataclass(frozen=True, slots=True)
class _Credential:
    id: UUID
    password_hash: str
    failures: int
    locked_until: datetime | None


_LOCK_CREDENTIAL = "SELECT id, password_hash, failures, locked_until FROM credentials WHERE username = $1 FOR UPDATE"


@db.retried
async def begin_staff_session(*, attempt: Attempt, new_hash: str | None = None) -> Grant:
    """Let in who had the right password; `new_hash` replaces its hash. AccountBlocked.

    BadCredentials where the password was changed meanwhile.
    """
    async with db.transaction():
        user = await db.value(UserId, "SELECT user_id FROM credentials WHERE id = $1", attempt.credential)
        if user is None:
            raise BadCredentials
        await sessions.lock_unblocked(user)
        same = await Credential.filter(id=attempt.credential, password_hash=attempt.password_hash).update(
            failures=0, locked_until=None, password_hash=new_hash or attempt.password_hash
        )
        if not same:
            raise BadCredentials
        return await sessions.begin(user)
