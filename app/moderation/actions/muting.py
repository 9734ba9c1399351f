"""Who may not write, and who may again."""

from datetime import datetime
from uuid import UUID

from app.audit_log import actions as audit_log
from app.core import clock, db, outbox
from app.core.errors import Stale, TargetNotFound
from app.core.ids import UserId
from app.core.targets import Target
from app.moderation import queries
from app.moderation.errors import Muted
from app.moderation.facts import PersonMuted
from app.moderation.models import Mute


async def refuse_if_muted(*, user: UserId, community: UUID | None = None) -> None:
    """Muted where somebody may not write in this community, or anywhere; in the running transaction."""
    found = await queries.mute_in_force(user, community)
    if found is not None:
        raise Muted(until=found.until)


@db.retried
async def mute(*, by: UserId, user: UserId, community: UUID | None, until: datetime | None, reason: str) -> UUID:
    """Let somebody not write in a community, or anywhere, until then or for good; replaces what was in place."""
    async with db.transaction():
        now = await clock.now()
        # The person's row is what two moderators queue behind, so that one mute is in place after both.
        await db.rows(UUID, "SELECT id FROM users WHERE id = $1 FOR NO KEY UPDATE", user)
        for earlier in await Mute.filter(user_id=user, community_id=community, lifted_at=None):
            await Mute.filter(id=earlier.id).update(lifted_at=now, version=earlier.version + 1)
        made = await Mute.create(
            user_id=user, community_id=community, until=until, reason=reason, muted_by=by, created_at=now
        )
        await outbox.record(PersonMuted(user=user, community=community, reason=reason, until=until))
        detail = {"community": str(community) if community else None, "until": until.isoformat() if until else None}
        await audit_log.note(by=by, verb="person.mute", target=Target("user", user), detail=detail, reason=reason)
        return made.id


@db.retried
async def unmute(*, by: UserId, mute: UUID, expected_version: int, reason: str | None) -> None:
    """Let somebody write again. TargetNotFound, Stale."""
    async with db.transaction():
        found = await queries.mute(mute)
        if found is None:
            raise TargetNotFound
        changed = await Mute.filter(id=mute, version=expected_version, lifted_at=None).update(
            lifted_at=await clock.now(), version=expected_version + 1
        )
        if not changed:
            raise Stale
        await audit_log.note(
            by=by, verb="person.unmute", target=Target("user", found.user_id), detail={"mute": str(mute)}, reason=reason
        )
