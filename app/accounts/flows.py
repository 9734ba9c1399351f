"""Signing in: what takes long (WeChat, a password's hash) stands between transactions, never inside one."""

import asyncio
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from app.accounts import actions, queries, rules
from app.accounts.errors import (
    AccountBlocked,
    BadCredentials,
    LoginCodeInvalid,
    LoginCodeUsed,
    PhoneCodeInvalid,
    StaffNotFound,
    TryLater,
)
from app.accounts.tokens import Grant
from app.core import db
from app.core.ids import SessionId, UserId
from app.wechat import current, errors, signatures
from app.wechat.client import Login

T = TypeVar("T")

_SOON_MS = 2_000
_NEXT_MINUTE_MS = 60_000

#: argon2id, with the low-memory parameters of RFC 9106; raising them hashes anew at the next sign-in.
_HASHER = PasswordHasher()
# Each hash takes a core and 64 MiB: a crowd of them waits here and leaves the other threads alone.
_THREADS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="password")


async def sign_in(*, code: str, visitor_id: UUID | None = None) -> Grant:
    """Sign in by what `wx.login` gave; who comes for the first time becomes a user. Not inside a transaction.

    Raises LoginCodeInvalid, LoginCodeUsed, AccountBlocked; TryLater where WeChat did not answer, and then the phone
    logs in again first, since a code works once. `visitor_id` is who she was before, for `share` to hear.
    """
    login = await _login(code)
    return await actions.begin_session(
        openid=login.openid, unionid=login.unionid, session_key=login.session_key, visitor=visitor_id
    )


async def _login(code: str) -> Login:
    try:
        return await current.mini_program().login(code)
    except errors.LoginCodeInvalid as error:
        raise LoginCodeInvalid from error
    except errors.LoginCodeUsed as error:
        raise LoginCodeUsed from error
    except errors.LoginBlocked as error:
        raise AccountBlocked from error
    except errors.WeChatSlowDown as error:
        raise TryLater(retry_after_ms=_NEXT_MINUTE_MS) from error
    except errors.WeChatBusy as error:
        raise TryLater(retry_after_ms=_SOON_MS) from error


async def staff_sign_in(*, username: str, password: str, address: str = "") -> Grant:
    """Sign in by password: BadCredentials, AccountBlocked; TryLater after too many wrong ones. Not in a transaction.

    `address` is whence she asks: wrong ones from elsewhere do not keep her out where she was right before.

    A username that nobody has takes as long as a wrong password. (The pause after wrong ones tells that it exists:
    usernames of staff are no secret.)
    """
    attempt = await _right_attempt(username, password, address)
    is_outdated = _HASHER.check_needs_rehash(attempt.password_hash)
    return await actions.begin_staff_session(
        attempt=attempt, new_hash=await hash_password(password) if is_outdated else None
    )


async def _right_attempt(username: str, password: str, address: str) -> actions.Attempt:
    db.refuse_in_transaction("a password was tried")
    attempt = await actions.count_attempt(username=username, address=address)
    is_right = await _in_thread(_matches, attempt.password_hash if attempt else None, password)
    if attempt is None or not is_right:
        raise BadCredentials
    return attempt


async def change_password(*, user: UserId, session: SessionId, old: str, new: str, address: str = "") -> None:
    """Replace her own password; her other sessions end. Not in a transaction.

    The old one is tried as at signing in: BadCredentials, and TryLater after too many wrong ones. StaffNotFound for who
    has no password.
    """
    account = await queries.account_of(user)
    if account is None:
        raise StaffNotFound
    attempt = await _right_attempt(account.username, old, address)
    await actions.change_password(attempt=attempt, user=user, session=session, password_hash=await hash_password(new))


async def reset_password(*, username: str, password: str) -> None:
    """Give the member of staff of this username a new password, as who sits at the machine; her sessions end.

    StaffNotFound where nobody has the username, Stale where her account changed just now.
    """
    account = await queries.account_named(username)
    if account is None:
        raise StaffNotFound
    await actions.reset_password(
        by=None,
        user=account.user_id,
        password_hash=await hash_password(password),
        expected_version=account.version,
    )


async def bind_phone(*, user: UserId, code: str) -> None:
    """Keep the phone number behind a code of the getPhoneNumber button. PhoneCodeInvalid, TryLater.

    Not inside a transaction. WeChat takes a code once; here the same code again changes nothing. A number may be two
    users': they then count as one person wherever something is limited per person (`queries.same_person`).
    """
    key = hashlib.sha256(code.encode()).hexdigest()
    if await queries.has_bound(user, key):
        return
    identity = await queries.wechat_identity(user)
    if identity is None:
        raise PhoneCodeInvalid
    try:
        told = await current.mini_program().phone_number(code, identity.openid)
    except errors.PhoneCodeInvalid as error:
        raise PhoneCodeInvalid from error
    except errors.WeChatBusy as error:
        raise TryLater(retry_after_ms=_SOON_MS) from error
    phone = rules.read_phone(told)
    if phone is None:
        raise PhoneCodeInvalid
    await actions.keep_phone(user=user, phone=phone, key=key)


async def hash_password(password: str) -> str:
    """A password's argon2id hash, for `actions.create_staff`. Takes a core for some hundredths of a second."""
    return await _in_thread(_HASHER.hash, password)


async def read_encrypted(*, user: UserId, encrypted_data: str, iv: str) -> dict[str, Any] | None:
    """What the user's phone encrypted; None where her session key, which WeChat may have renewed, cannot read it."""
    identity = await queries.wechat_identity(user)
    if identity is None:
        return None
    app_id = current.mini_program().config.app_id
    try:
        return signatures.decrypt_user_data(identity.session_key, encrypted_data, iv=iv, app_id=app_id)
    except errors.SignatureInvalid:
        return None


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash("nobody")


def _matches(password_hash: str | None, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash or _nobodys_hash(), password)
    except (Argon2Error, InvalidHashError):
        return False


async def _in_thread(work: Callable[..., T], *given: str | None) -> T:
    return await asyncio.get_running_loop().run_in_executor(_THREADS, work, *given)
