"""Staff, let in by password."""

import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from app.accounts import rules
from app.accounts.actions import sessions
from app.accounts.errors import BadCredentials, TryLater
from app.accounts.models import AttemptsFrom, Credential
from app.accounts.tokens import Grant
from app.core import clock, db
from app.core.ids import UserId, new_id

_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A password is about to be tried against this hash."""

    credential: UUID
    password_hash: str = field(repr=False)
    #: Whence it is tried.
    address: str


@db.retried
async def count_attempt(*, username: str, address: str = "") -> Attempt | None:
    """Count a password that is about to be tried as a wrong one; None where nobody has this username. TryLater.

    It is counted before it is tried: a hundred tries at once are then no more than a hundred in a row. It is counted
    against its address, and against all strangers' together: whoever guesses keeps out herself and other strangers,
    never somebody at an address from which the right password came before.
    """
    async with db.transaction():
        known = await db.row(_Credential, _LOCK_CREDENTIAL, rules.spelled(username))
        if known is None:
            return None
        now = await clock.now()
        here = rules.network(address)
        tried = await AttemptsFrom.get_or_none(credential_id=known.id, address=here)
        is_stranger = tried is None or tried.trusted_at is None
        _refuse_while_locked(tried.locked_until if tried else None, now)
        if is_stranger:
            _refuse_while_locked(known.locked_until, now)
            failures = known.failures + 1
            pause = rules.locked_for(failures, rules.FAILURES_OF_STRANGERS)
            await Credential.filter(id=known.id).update(failures=failures, locked_until=now + pause if pause else None)
        await _count_here(known.id, here, (tried.failures if tried else 0) + 1, now)
        return Attempt(credential=known.id, password_hash=known.password_hash, address=here)


def _refuse_while_locked(until: datetime | None, now: datetime) -> None:
    if until is not None and until > now:
        raise TryLater(retry_after_ms=math.ceil((until - now) / _MILLISECOND))


async def _count_here(credential: UUID, address: str, failures: int, now: datetime) -> None:
    pause = rules.locked_for(failures)
    await db.execute(
        "INSERT INTO attempts_from (id, credential_id, address, failures, locked_until, tried_at) "
        "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (credential_id, address) "
        "DO UPDATE SET failures = $4, locked_until = $5, tried_at = $6",
        new_id(), credential, address, failures, now + pause if pause else None, now,
    )  # fmt: skip


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

    BadCredentials where the password was changed, or the account disabled, meanwhile.
    """
    async with db.transaction():
        user = await db.value(UserId, "SELECT user_id FROM credentials WHERE id = $1", attempt.credential)
        if user is None:
            raise BadCredentials
        await sessions.lock_unblocked(user)
        same = await Credential.filter(
            id=attempt.credential, password_hash=attempt.password_hash, disabled_at__isnull=True
        ).update(failures=0, locked_until=None, password_hash=new_hash or attempt.password_hash)
        if not same:
            raise BadCredentials
        now = await clock.now()
        here = AttemptsFrom.filter(credential_id=attempt.credential, address=attempt.address)
        await here.update(failures=0, locked_until=None, trusted_at=now)
        await AttemptsFrom.filter(credential_id=attempt.credential, tried_at__lt=now - rules.ADDRESSES_KEPT).delete()
        return await sessions.begin(user)
