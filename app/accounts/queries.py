"""What can be asked of accounts. Nothing here writes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.accounts import rules
from app.accounts.models import Address, Credential, Role, User
from app.accounts.tokens import Claims
from app.core import db
from app.core.ids import AddressId, ProfileId, SessionId, UserId
from app.core.models import IdempotencyKey


class Asker(NamedTuple):
    """Somebody who is signed in."""

    user: UserId
    session: SessionId
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class PublicPerson:
    """A person as the public sees her: masked, without an id."""

    nickname: str
    avatar_path: str | None


@dataclass(frozen=True, slots=True)
class WeChatIdentity:
    """How WeChat knows a user. The session key never leaves the server."""

    openid: str = field(repr=False)
    session_key: str = field(repr=False)


async def asker(claims: Claims) -> Asker | None:
    """Who asks with these claims; None where they have expired, the session has ended or the user is blocked."""
    found = await db.rows(_RoleOfAsker, _ASKER, claims.session, claims.user, claims.expires_at)
    if not found:
        return None
    return Asker(claims.user, claims.session, frozenset(each.role for each in found if each.role))


@dataclass(frozen=True, slots=True)
class _RoleOfAsker:
    role: Role | None


#: One row per role, one without a role for who is no staff; none for who is nobody any more.
_ASKER = """
SELECT r.role FROM sessions s JOIN users u ON u.id = s.user_id LEFT JOIN user_roles r ON r.user_id = u.id
 WHERE s.id = $1 AND s.user_id = $2 AND s.ended_at IS NULL AND u.blocked_at IS NULL AND $now < $3
"""


async def session_heads(sessions: Sequence[UUID]) -> dict[UUID, int]:
    """The heads of the streams of kind `session`: 1 for those that have ended, nothing for the others."""
    ended = await db.rows(
        UUID, "SELECT id FROM sessions WHERE id = ANY($1::uuid[]) AND ended_at IS NOT NULL", list(sessions)
    )
    return dict.fromkeys(ended, 1)


async def people(ids: Sequence[UserId]) -> list[PublicPerson]:
    """These people as the public sees them, in the order of their ids; nobody is there to be seen is `*`."""
    found = {each.id: each for each in await users(ids)}
    return [_in_public(found.get(each)) for each in ids]


def _in_public(user: User | None) -> PublicPerson:
    if user is None:
        return PublicPerson(nickname=rules.mask(""), avatar_path=None)
    return PublicPerson(nickname=rules.mask(user.nickname), avatar_path=user.avatar_path)


async def users(ids: Sequence[UserId]) -> list[User]:
    """Those of these users who exist, in no order."""
    return await User.filter(id__in=list(set(ids)))


@dataclass(frozen=True, slots=True)
class PublicProfile:
    """The public face of an author or a host: under the name she chose, by an id that is not hers as a user."""

    id: ProfileId
    user: UserId
    nickname: str
    avatar_path: str | None


async def profiles(ids: Sequence[ProfileId]) -> list[PublicProfile]:
    """Those of these profiles that exist, in no order."""
    return await db.rows(PublicProfile, f"{_PROFILES} WHERE p.id = ANY($1::uuid[])", list(set(ids)))


async def profiles_of(users: Sequence[UserId]) -> list[PublicProfile]:
    """The profiles of those of these people who have one, in no order."""
    return await db.rows(PublicProfile, f"{_PROFILES} WHERE p.user_id = ANY($1::uuid[])", list(set(users)))


_PROFILES = """
SELECT p.id, p.user_id AS "user", u.nickname, u.avatar_path FROM profiles p JOIN users u ON u.id = p.user_id
"""


async def roles(user: UserId) -> frozenset[Role]:
    """What this member of staff may do; empty for who is no staff."""
    return frozenset(await db.rows(Role, "SELECT role FROM user_roles WHERE user_id = $1", user))


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Who works here, or once did."""

    user: UserId
    nickname: str
    #: Null for who signs in through WeChat alone.
    username: str | None
    roles: frozenset[Role]
    #: Of her account; 0 for who has none.
    version: int
    disabled_at: datetime | None


async def account_named(username: str) -> Credential | None:
    """The account of this username, however it is spelled."""
    return await Credential.get_or_none(username=rules.spelled(username))


async def account_of(user: UserId) -> Credential | None:
    """The account of this member of staff; None for who has no password."""
    return await Credential.get_or_none(user_id=user)


async def staff_page(*, limit: int, after: str | None) -> list[UserId]:
    """Members of staff who have an account, by username, from after the given one on."""
    found = Credential.all() if after is None else Credential.filter(username__gt=after)
    return [each.user_id for each in await found.order_by("username").limit(limit)]


async def staff_members(ids: Sequence[UserId]) -> list[StaffMember]:
    """Those of these users who are staff, or have a password; in no order."""
    found = await db.rows(_StaffRow, _STAFF, list(set(ids)))
    rows: dict[UserId, list[_StaffRow]] = {}
    for each in found:
        rows.setdefault(each.user_id, []).append(each)
    return [
        StaffMember(
            user=user,
            nickname=each[0].nickname,
            username=each[0].username,
            roles=frozenset(row.role for row in each if row.role),
            version=each[0].version or 0,
            disabled_at=each[0].disabled_at,
        )
        for user, each in rows.items()
    ]


@dataclass(frozen=True, slots=True)
class _StaffRow:
    user_id: UserId
    nickname: str
    username: str | None
    version: int | None
    disabled_at: datetime | None
    role: Role | None


_STAFF = """
SELECT u.id AS user_id, u.nickname, c.username, c.version, c.disabled_at, r.role
  FROM users u LEFT JOIN credentials c ON c.user_id = u.id LEFT JOIN user_roles r ON r.user_id = u.id
 WHERE u.id = ANY($1::uuid[]) AND (c.id IS NOT NULL OR r.id IS NOT NULL)
"""


async def addresses(user: UserId) -> list[Address]:
    """A user's addresses: the default first, then the newest."""
    return await Address.filter(user_id=user, deleted_at__isnull=True).order_by("-is_default", "-created_at", "-id")


async def address(user: UserId, address: AddressId) -> Address | None:
    """One of a user's addresses; None where it does not exist, is deleted, or is not hers."""
    return await Address.get_or_none(id=address, user_id=user, deleted_at__isnull=True)


async def wechat_identity(user: UserId) -> WeChatIdentity | None:
    """How WeChat knows a user, as last seen; None for staff who never came through WeChat."""
    return await db.row(
        WeChatIdentity,
        "SELECT openid, session_key FROM identities WHERE user_id = $1 ORDER BY seen_at DESC, id DESC LIMIT 1",
        user,
    )


async def openid_of(user: UserId) -> str:
    """A user's openid; LookupError for staff who never came through WeChat."""
    identity = await wechat_identity(user)
    if identity is None:
        raise LookupError(f"WeChat does not know user {user}")
    return identity.openid


async def has_bound(user: UserId, code_digest: str) -> bool:
    """Whether this user's phone was bound with this code, within the days that keys are kept."""
    return await IdempotencyKey.filter(user_id=user, mutation="bindPhone", key=code_digest).exists()


async def deletions_due(limit: int) -> list[UserId]:
    """Whose waiting period has ended and of whom something is still kept, in the order of their ends."""
    return await db.rows(UserId, _DUE_FOR_DELETION, limit)


_DUE_FOR_DELETION = """
SELECT id FROM users WHERE deletes_at <= $now AND deleted_at IS NULL ORDER BY deletes_at, id LIMIT $1
"""


async def same_person(user: UserId) -> list[UserId]:
    """The users who are this person as far as can be told, herself included: one unionid, or one phone."""
    return await db.rows(UserId, _SAME_PERSON, user)


#: Herself, whoever shares her unionid, and whoever shares her phone; nulls are equal to nothing.
_SAME_PERSON = """
SELECT id FROM users WHERE id = $1
 UNION SELECT other.user_id FROM identities mine JOIN identities other ON other.unionid = mine.unionid
        WHERE mine.user_id = $1
 UNION SELECT other.id FROM users mine JOIN users other ON other.phone = mine.phone WHERE mine.id = $1
"""
