"""Who may not use the shop any more, and who may again."""

from app.accounts import actions as accounts
from app.accounts import queries
from app.audit_log import actions as audit_log
from app.core import db
from app.core.errors import TargetNotFound
from app.core.ids import UserId
from app.core.targets import Target
from app.moderation import rules


@db.retried
async def block(*, by: UserId, user: UserId, reason: str) -> None:
    """Block somebody: her sessions and sockets end and she cannot sign in. TargetNotFound, SecondPersonNeeded."""
    async with db.transaction():
        await _must_be_another(by, user)
        await accounts.block_user(user=user)
        await audit_log.note(by=by, verb="person.block", target=Target("user", user), reason=reason)


@db.retried
async def unblock(*, by: UserId, user: UserId, reason: str) -> None:
    """Let somebody sign in again; what sessions she had stay ended. TargetNotFound, SecondPersonNeeded."""
    async with db.transaction():
        await _must_be_another(by, user)
        await accounts.unblock_user(user=user)
        await audit_log.note(by=by, verb="person.unblock", target=Target("user", user), reason=reason)


async def _must_be_another(by: UserId, user: UserId) -> None:
    rules.refuse_same_person(by, user)
    if not await queries.users([user]):
        raise TargetNotFound
