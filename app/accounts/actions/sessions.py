"""Sessions: begun, refreshed, ended."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.accounts import ports, rules, tokens
from app.accounts.errors import AccountBlocked, RefreshTokenInvalid
from app.accounts.models import Session, User
from app.accounts.rules import Use
from app.accounts.tokens import Grant
from app.core import clock, db, streams
from app.core.ids import CODE_ALPHABET, SessionId, UserId, new_id

DEFAULT_NICKNAME = "微信用户"


@db.retried
async def begin_session(
    *, openid: str, unionid: str | None, session_key: str, visitor: UUID | None = None, nickname: str | None = None
) -> Grant:
    """Sign in who WeChat says she is; whom nobody knows becomes a user. AccountBlocked.

    One person in two apps of the platform (the same unionid) is one user. Every call begins a session. `nickname`
    is a new user's; without one it is drawn.
    """
    async with db.transaction():
        user = await _who_is(openid, unionid) or await _newcomer(openid, unionid, nickname)
        await lock_unblocked(user)
        await db.execute(
            "UPDATE identities SET session_key = $1, seen_at = $now, unionid = COALESCE($2, unionid) WHERE openid = $3",
            session_key, unionid, openid,
        )  # fmt: skip
        return await begin(user, visitor=visitor)


async def begin(user: UserId, *, visitor: UUID | None = None) -> Grant:
    """A new session of this user, in the running transaction."""
    now = await clock.now()
    session = await Session.create(user_id=user, generation=1, rotated_at=now, created_at=now)
    if visitor is not None:
        await ports.join_visitor(visitor=visitor, user=user)
    return tokens.grant(user=user, session=session.id, generation=1, now=now)


async def lock_unblocked(user: UserId) -> None:
    """Hold the user's row until the transaction ends, so that a block finds what is begun; AccountBlocked."""
    locked = await db.row(_Blocked, "SELECT blocked_at FROM users WHERE id = $1 FOR NO KEY UPDATE", user)
    if locked is None or locked.blocked_at is not None:
        raise AccountBlocked


@dataclass(frozen=True, slots=True)
class _Blocked:
    blocked_at: datetime | None


async def _who_is(openid: str, unionid: str | None) -> UserId | None:
    """The user behind an openid; else the one behind the unionid, who then has this openid too."""
    known: UserId | None = await db.value(UserId, "SELECT user_id FROM identities WHERE openid = $1", openid)
    if known is not None or unionid is None:
        return known
    same: UserId | None = await db.value(
        UserId, "SELECT user_id FROM identities WHERE unionid = $1 ORDER BY seen_at DESC LIMIT 1", unionid
    )
    return await _meet(same, openid, unionid) if same is not None else None


async def _newcomer(openid: str, unionid: str | None, nickname: str | None) -> UserId:
    user = await User.create(nickname=nickname or drawn_nickname(), created_at=await clock.now())
    met = await _meet(user.id, openid, unionid)
    if met != user.id:
        await user.delete()
    return met


async def _meet(user: UserId, openid: str, unionid: str | None) -> UserId:
    """Give a user this openid; where another sign-in was faster, the user to whom that one gave it."""
    await db.execute(
        "INSERT INTO identities (id, user_id, openid, unionid, session_key, seen_at) "
        "VALUES ($1, $2, $3, $4, '', $now) ON CONFLICT (openid) DO NOTHING",
        new_id(), user, openid, unionid,
    )  # fmt: skip
    met: UserId | None = await db.value(UserId, "SELECT user_id FROM identities WHERE openid = $1", openid)
    if met is None:
        raise RuntimeError("an identity that was just met is gone")
    return met


def drawn_nickname() -> str:
    """A name for who has not chosen one."""
    return DEFAULT_NICKNAME + "".join(secrets.choice(CODE_ALPHABET) for _ in range(4))


async def refresh(*, refresh_token: str) -> Grant:
    """Use a refresh token: RefreshTokenInvalid, or new tokens. Not inside a transaction.

    Soon after and while the successor is unused, a repeat gives the same successor; any later use ends the session.
    """
    db.refuse_in_transaction("a refresh token was used")
    session, generation = tokens.read_refresh_token(refresh_token)
    grant = await _use(session, generation)
    if grant is None:
        # Only now: raised inside, it would take the session's end back.
        raise RefreshTokenInvalid
    return grant


@db.retried
async def _use(session: SessionId, presented: int) -> Grant | None:
    """The successor; None where there is none, and then the session has ended."""
    async with db.transaction():
        newest = await db.row(_Newest, _LOCK_SESSION, session)
        if newest is None:
            return None
        now = await clock.now()
        use = rules.use_of_refresh_token(
            presented=presented, newest=newest.generation, rotated_at=newest.rotated_at, now=now
        )
        if use is Use.END:
            await _end([session])
            return None
        if use is Use.ROTATE:
            await Session.filter(id=session).update(generation=presented + 1, rotated_at=now)
        return tokens.grant(user=newest.user_id, session=session, generation=presented + 1, now=now)


@dataclass(frozen=True, slots=True)
class _Newest:
    user_id: UserId
    generation: int
    rotated_at: datetime


_LOCK_SESSION = """
SELECT s.user_id, s.generation, s.rotated_at FROM sessions s JOIN users u ON u.id = s.user_id
 WHERE s.id = $1 AND s.ended_at IS NULL AND u.blocked_at IS NULL FOR UPDATE OF s
"""


@db.retried
async def sign_out(*, session: SessionId) -> datetime:
    """End a session and its sockets; the moment it ended, which a repeat does not change."""
    async with db.transaction():
        await _end([session])
        ended_at = await db.value(datetime, "SELECT ended_at FROM sessions WHERE id = $1", session)
        if ended_at is None:
            raise LookupError(f"there is no session {session}")
        return ended_at


@db.retried
async def block_user(*, user: UserId) -> None:
    """Block a user and end her sessions and their sockets. A repeat changes nothing."""
    async with db.transaction():
        await db.execute("UPDATE users SET blocked_at = COALESCE(blocked_at, $now) WHERE id = $1", user)
        await end_all(user)


async def end_all(user: UserId, *, but: SessionId | None = None) -> None:
    """End every session of a user and its sockets, in the running transaction; all but one where it is given."""
    open_ones: list[SessionId] = await db.rows(
        SessionId, "SELECT id FROM sessions WHERE user_id = $1 AND ended_at IS NULL ORDER BY id FOR UPDATE", user
    )
    await _end([each for each in open_ones if each != but])


@db.retried
async def unblock_user(*, user: UserId) -> None:
    """Let a user sign in again; her sessions of before stay ended. A repeat changes nothing."""
    async with db.transaction():
        await db.execute("UPDATE users SET blocked_at = NULL WHERE id = $1", user)


async def _end(sessions: Sequence[SessionId]) -> None:
    await db.execute(
        "UPDATE sessions SET ended_at = $now WHERE id = ANY($1::uuid[]) AND ended_at IS NULL", list(sessions)
    )
    for each in sessions:
        streams.announce("session", each, 1)
