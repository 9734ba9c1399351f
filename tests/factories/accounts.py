"""People, how they are known, and where they live."""

import secrets
from typing import Any

from app.accounts import actions, flows
from app.accounts.actions import Written
from app.accounts.actions.sessions import begin
from app.accounts.models import Address, Identity, Role, User
from app.accounts.tokens import Grant
from app.core import clock, db
from app.core.ids import UserId

#: A session key of WeChat's: sixteen bytes in base64.
SESSION_KEY = "HyVFkGl5F5OQWJZZaNzBBg=="

#: What staff made here sign in with.
PASSWORD = "a right password"

HOME: dict[str, Any] = {
    "recipient": "王小明",
    "phone": "13812341234",
    "province": "广东省",
    "city": "深圳市",
    "district": "南山区",
    "detail": "科技园一路 1 号 201",
}


async def a_user(nickname: str = "小明", *, openid: str | None = None, phone: str | None = None) -> User:
    """Somebody who came through WeChat; `openid` where WeChat's sandbox must know her too."""
    now = await clock.now()
    user = await User.create(nickname=nickname, phone=phone, created_at=now)
    await Identity.create(
        user_id=user.id, openid=openid or "o" + secrets.token_hex(13) + "x", session_key=SESSION_KEY, seen_at=now
    )
    return user


async def a_session(user: UserId) -> Grant:
    """A session of this person, with its tokens."""
    async with db.transaction():
        return await begin(user)


async def a_token(user: UserId) -> str:
    """What a phone on which this person has just signed in shows."""
    return (await a_session(user)).access_token


async def a_signed_in_user(nickname: str = "小明") -> Grant:
    """Somebody new with a session; `.user` is her id, `.access_token` what her phone shows."""
    return await a_session((await a_user(nickname)).id)


async def staff(*roles: Role, username: str = "admin", password: str = PASSWORD, nickname: str = "店小二") -> UserId:
    """A member of staff with these roles."""
    password_hash = await flows.hash_password(password)
    return await actions.create_staff(username=username, password_hash=password_hash, roles=roles, nickname=nickname)


async def an_address(user: UserId, *, is_default: bool = False, **changes: Any) -> Address:
    """An address of this person; the same content is the same address."""
    saved = await actions.save_address(user=user, written=Written(**(HOME | changes)), is_default=is_default)
    return await Address.get(id=saved)
