"""What people say of themselves, and their wish to be forgotten."""

from datetime import datetime

from app.accounts import rules
from app.accounts.actions import sessions
from app.accounts.actions.purchases import lock
from app.accounts.errors import WorksHere
from app.accounts.models import Address, Credential, Identity, User, UserRole
from app.core import clock, db, idempotency
from app.core.ids import UserId


async def change_nickname(*, user: UserId, nickname: str, is_looked_at: bool) -> None:
    """Give a user another name, in the running transaction; others see it once somebody has looked at it."""
    names = {"nickname": nickname, "next_nickname": None} if is_looked_at else {"next_nickname": nickname}
    await User.filter(id=user).update(**names)


async def settle_nickname(*, user: UserId, approved: bool) -> None:
    """A person has looked at the name that waits, or at the one that stands, in the running transaction."""
    row = await User.get(id=user)
    if approved:
        await User.filter(id=user).update(nickname=row.next_nickname or row.nickname, next_nickname=None)
    elif row.next_nickname is not None:
        await User.filter(id=user).update(next_nickname=None)
    else:
        await User.filter(id=user).update(nickname=sessions.drawn_nickname())


async def choose_avatar(*, user: UserId, path: str) -> None:
    """Let a user's own phone show this picture of hers, in the running transaction; others see it once it is passed."""
    await User.filter(id=user).update(next_avatar_path=path)


async def settle_avatar(*, user: UserId, path: str, passed: bool) -> bool:
    """A picture that a user chose may be shown, or not; in the running transaction. False where she chose another."""
    shown = {"avatar_path": path} if passed else {}
    chosen = User.filter(id=user, next_avatar_path=path)
    return bool(await chosen.update(**shown, next_avatar_path=None))


@db.retried
async def keep_phone(*, user: UserId, phone: str, key: str) -> None:
    """Keep a user's phone number, and by which code it came."""
    async with db.transaction():
        await idempotency.earlier_result(user=user, mutation="bindPhone", key=key, given={})
        await User.filter(id=user).update(phone=phone)


async def set_personalised_feed(*, user: UserId, personalised: bool) -> None:
    """Say whether a user's feed may be chosen by what she did."""
    await User.filter(id=user).update(personalised_feed=personalised)


@db.retried
async def begin_deletion(*, user: UserId, key: str) -> datetime:
    """Begin the waiting period at whose end nothing of a user is kept but what the law demands; when it ends.

    She stays signed in, so that she can think better of it. The same key gives the same end, and so does another
    while the period runs; a key of before she thought better of it begins nothing. Raises WorksHere for staff: whose
    work ends is decided by an admin, and noted.
    """
    async with db.transaction():
        earlier = await idempotency.earlier_result(user=user, mutation="deleteAccount", key=key, given={})
        if earlier:
            return datetime.fromisoformat(earlier["final_at"])
        await lock(user)
        if await UserRole.exists(user_id=user):
            raise WorksHere
        row = await User.get(id=user)
        final_at = row.deletes_at or await clock.now() + rules.DELETION_WAITS
        await User.filter(id=user).update(deletes_at=final_at)
        kept = {"final_at": final_at.isoformat()}
        await idempotency.keep_result(user=user, mutation="deleteAccount", key=key, result=kept)
        return final_at


@db.retried
async def cancel_deletion(*, user: UserId) -> None:
    """Stay after all. Where nothing was begun, or where the period has ended, it changes nothing."""
    await db.execute("UPDATE users SET deletes_at = NULL WHERE id = $1 AND deletes_at > $now", user)


async def erase(user: UserId) -> None:
    """Forget who a user was, in the running transaction: her openid begins anew, and her row says nobody.

    The row stays, since orders and groups point at it.
    """
    await sessions.end_all(user)
    for model in (Identity, Address, Credential, UserRole):
        await model.filter(user_id=user).delete()
    now = await clock.now()
    await User.filter(id=user).update(
        nickname=rules.NOBODYS_NAME, next_nickname=None, avatar_path=None, next_avatar_path=None, phone=None,
        personalised_feed=False, blocked_at=now, deleted_at=now,
    )  # fmt: skip
