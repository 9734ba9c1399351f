"""Rewards: what comes of an attributed order for whoever brought it.

What is heard of an order is noted on its attribution, and its reward follows from that: so it ends the same in
whatever order completion, settlement and refunds are heard of. All run in the transaction of the delivery.
"""

from collections.abc import Sequence
from datetime import datetime

from app.core import clock
from app.core.ids import OrderId
from app.core.outbox import record
from app.membership.actions.points import earn_points, reverse_points
from app.membership.states import PointsReason
from share import rules
from share.attribution import attribute
from share.facts import RewardAvailable
from share.models import Attribution, Reward, RewardEvent
from share.states import RewardChange, RewardStatus


async def note_completed(orders: Sequence[OrderId]) -> None:
    """The group of these orders is complete: whoever brought one has a reward, which waits."""
    now = await clock.now()
    for each in await attribute(orders):
        each.completed_at = each.completed_at or now
        await each.save(update_fields=["completed_at"])
        await _follow(each, now)


async def note_settled(order: OrderId) -> None:
    """Nothing of this order goes back any more: the reward can be used."""
    now = await clock.now()
    (found,) = await attribute([order])
    found.settled_at = found.settled_at or now
    await found.save(update_fields=["settled_at"])
    await _follow(found, now)


async def note_refunded(order: OrderId, *, refunded_fen: int) -> None:
    """So much of this order goes back: the reward in proportion. Told twice is taken twice."""
    (found,) = await attribute([order])
    found.refunded_fen += refunded_fen
    await found.save(update_fields=["refunded_fen"])
    await _follow(found, await clock.now())


async def _follow(found: Attribution, now: datetime) -> None:
    """Bring an order's reward to what its attribution says."""
    if found.inviter_id is None or found.completed_at is None:
        return
    programme = rules.programme_of(found.programme_version)
    kept = rules.points_kept(programme.points, paid_fen=found.paid_fen, refunded_fen=found.refunded_fen)
    reward = await Reward.get_or_none(order_id=found.order_id)
    if reward is None:
        if found.paid_fen == 0:
            return
        reward = await _accrue(found, programme.points, now)
    if kept < reward.kept:
        await _reverse(reward, reward.kept - kept, now)
    if found.settled_at is not None and reward.status is RewardStatus.FROZEN:
        await _release(reward, now)


async def _accrue(found: Attribution, points: int, now: datetime) -> Reward:
    reward = await Reward.create(
        user_id=found.inviter_id,
        order_id=found.order_id,
        status=RewardStatus.FROZEN,
        points=points,
        created_at=now,
    )
    await _note(reward, RewardChange.ACCRUED, points, now)
    await _note(reward, RewardChange.FROZEN, points, now)
    return reward


async def _release(reward: Reward, now: datetime) -> None:
    reward.status = RewardStatus.AVAILABLE
    await reward.save(update_fields=["status"])
    await _note(reward, RewardChange.AVAILABLE, reward.kept, now)
    await earn_points(reward.user_id, reward.kept, PointsReason.REFERRAL, str(reward.id))
    await record(RewardAvailable(reward.id, reward.user_id, reward.kept))


async def _reverse(reward: Reward, points: int, now: datetime) -> None:
    """Take so many points of a reward back; those that she has used meanwhile are kept as her debt."""
    reward.reversed_points += points
    if reward.status is RewardStatus.AVAILABLE:
        reference = f"{reward.id}:{reward.reversed_points}"
        await reverse_points(reward.user_id, points, PointsReason.REFERRAL, reference, earned=str(reward.id))
    if reward.kept == 0:
        reward.status = RewardStatus.REVERSED
    await reward.save(update_fields=["status", "reversed_points"])
    await _note(reward, RewardChange.PART_REVERSED if reward.kept else RewardChange.REVERSED, points, now)


async def _note(reward: Reward, change: RewardChange, points: int, now: datetime) -> None:
    await RewardEvent.create(reward_id=reward.id, at=now, change=change, points=points)
