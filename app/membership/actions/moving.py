"""Somebody is in another tier: who must hear it hears it. Decides nothing; the standing follows from the clock."""

from app.core import clock, db, outbox
from app.core.ids import UserId
from app.membership import queries
from app.membership.facts import TierChanged
from app.membership.models import Membership
from app.membership.rules import standing as rules


async def look_at(user: UserId) -> None:
    """Note which tier somebody is in now, and tell where it is another than last time; in the running transaction."""
    now = await clock.now()
    plan = (await queries.in_force(now)).plan
    await db.execute(
        "INSERT INTO memberships (user_id, rank, plan_version) VALUES ($1, 0, $2) ON CONFLICT DO NOTHING",
        user, plan.version,
    )  # fmt: skip
    # Two looks at once would tell twice.
    await db.rows(str, "SELECT user_id FROM memberships WHERE user_id = $1 FOR UPDATE", user)
    last = await Membership.get(user_id=user)
    grown = await queries.grown(user, now)
    tier = rules.standing(plan, grown, now).tier
    await Membership.filter(user_id=user).update(
        rank=tier.rank, plan_version=plan.version, look_again_at=rules.changes_next(grown, now)
    )
    if tier.rank != last.rank:
        await outbox.record(TierChanged(user=user, rank_before=last.rank, rank=tier.rank, name=tier.name))
