"""What we do on hearing what happened: tell whom it concerns.

Each reaction and the end of its delivery are one transaction, so nobody is told twice.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.accounts import queries as accounts
from app.after_sale.facts import RefundRejected
from app.community import queries as communities
from app.core import outbox
from app.core.ids import CommunityId, GroupId, LiveRoomId, OrderId, UserId
from app.core.outbox import Fact, Reaction
from app.core.targets import Target
from app.group_buying import queries as group_buying
from app.group_buying.facts import GroupCompleted, GroupFailing, LatePaymentRefunded, LeaderChanged, SeatTaken
from app.live import queries as live
from app.live.actions.change import target as live_target
from app.live.facts import LiveAudienceTold, LiveOver, LiveStarted, LiveWaitersTold
from app.membership.facts import TierChanged
from app.moderation import queries as moderation
from app.moderation import rules as moderation_rules
from app.moderation.facts import AppealDecided, ModerationDecided, PersonMuted
from app.moderation.states import Decision
from app.notifications.actions import tell
from app.notifications.models import MessagePurpose, NotificationKind
from app.orders import queries as orders
from app.orders.facts import OrderShipped
from app.payments.facts import RefundFailed, RefundSucceeded
from app.stories.facts import StoryConsentAsked, StoryPublished
from share.facts import RewardAvailable

#: Told in one transaction; a room may have a hundred thousand who wait for it.
AUDIENCE_BATCH = 200


async def tell_leader(fact: SeatTaken) -> None:
    """Tell the leader who joined, unless she is the one."""
    group = await group_buying.group_for_words(fact.group)
    if group.leader == fact.buyer:
        return
    (buyer,) = await accounts.people([fact.buyer])
    await tell(
        users=[group.leader],
        kind=NotificationKind.SEAT_TAKEN,
        target=_group(fact.group),
        values={**_words_of(group), "nickname": buyer.nickname},
    )


async def tell_new_leader(fact: LeaderChanged) -> None:
    """Tell who leads the group from now on."""
    await tell(
        users=[fact.leader],
        kind=NotificationKind.LEADER_CHANGED,
        target=_group(fact.group),
        values=_words_of(await group_buying.group_for_words(fact.group)),
    )


async def tell_members(fact: GroupCompleted) -> None:
    """Tell everybody in the group that it is complete."""
    await tell(
        users=fact.members,
        kind=NotificationKind.GROUP_COMPLETED,
        target=_group(fact.group),
        values=_words_of(await group_buying.group_for_words(fact.group)),
        purpose=MessagePurpose.GROUP_RESULT,
    )


async def tell_members_of_failure(fact: GroupFailing) -> None:
    """Tell everybody in the group that it failed and that her money comes back."""
    await tell(
        users=fact.members,
        kind=NotificationKind.GROUP_FAILED,
        target=_group(fact.group),
        values={**_words_of(await group_buying.group_for_words(fact.group)), "reason": fact.reason},
        purpose=MessagePurpose.GROUP_RESULT,
    )


async def tell_of_late_payment(fact: LatePaymentRefunded) -> None:
    """Tell who paid too late that her money comes back."""
    group = await group_buying.group_for_words(fact.group)
    await tell(
        users=[fact.buyer],
        kind=NotificationKind.LATE_PAYMENT_REFUNDED,
        target=_order(fact.order),
        values={**_words_of(group), "amount_fen": fact.amount_fen},
    )


async def tell_of_refund(fact: RefundSucceeded) -> None:
    """Tell the buyer that her money has arrived."""
    await tell(
        users=[fact.buyer],
        kind=NotificationKind.REFUND_SENT,
        target=_order(fact.order),
        values={"amount_fen": fact.amount_fen, "reason": fact.reason},
        purpose=MessagePurpose.REFUND,
    )


async def tell_of_failed_refund(fact: RefundFailed) -> None:
    """Tell the buyer that a person is at work on her refund."""
    await tell(
        users=[fact.buyer],
        kind=NotificationKind.REFUND_FAILED,
        target=_order(fact.order),
        values={"amount_fen": fact.amount_fen},
    )


async def tell_audience(fact: LiveStarted) -> None:
    """Tell the first of those who asked or follow that a room has started."""
    await _tell_of_start(fact.room, after=None)


async def tell_rest_of_audience(fact: LiveAudienceTold) -> None:
    """Tell the next of them."""
    await _tell_of_start(fact.room, after=fact.up_to)


async def _tell_of_start(room: LiveRoomId, *, after: UserId | None) -> None:
    # A batch and the fact that calls for the next one are one transaction: nobody is left out or told twice.
    started = (await live.rooms([room]))[room]
    audience = await live.audience(started, after=after, limit=AUDIENCE_BATCH)
    (host,) = await accounts.profiles_of([started.host_id])
    await tell(
        users=audience,
        kind=NotificationKind.LIVE_STARTED,
        target=live_target(room),
        values={
            "title": started.title,
            "nickname": host.nickname,
            "started_at": (started.started_at or started.starts_at).isoformat(),
        },
        purpose=MessagePurpose.LIVE_START,
    )
    if len(audience) == AUDIENCE_BATCH:
        await outbox.record(LiveAudienceTold(room=room, up_to=audience[-1]))


async def tell_who_waited(fact: LiveOver) -> None:
    """Tell the first of those who asked for a room that it will not take place."""
    if not fact.was_live:
        await _tell_of_cancelling(fact.room, after=None)


async def tell_rest_of_who_waited(fact: LiveWaitersTold) -> None:
    """Tell the next of them."""
    await _tell_of_cancelling(fact.room, after=fact.up_to)


async def _tell_of_cancelling(room: LiveRoomId, *, after: UserId | None) -> None:
    # Who follows the host and did not ask has never been told of a plan, so nothing is taken back from her.
    cancelled = (await live.rooms([room]))[room]
    waiting = await live.waiting(room, after=after, limit=AUDIENCE_BATCH)
    (host,) = await accounts.profiles_of([cancelled.host_id])
    await tell(
        users=waiting,
        kind=NotificationKind.LIVE_CANCELLED,
        target=live_target(room),
        values={"title": cancelled.title, "nickname": host.nickname},
    )
    if len(waiting) == AUDIENCE_BATCH:
        await outbox.record(LiveWaitersTold(room=room, up_to=waiting[-1]))


async def tell_of_tier(fact: TierChanged) -> None:
    """Tell a member that she is in another tier."""
    await tell(
        users=[fact.user],
        kind=NotificationKind.TIER_CHANGED,
        target=Target("tier", UUID(int=fact.rank)),
        values={"tier": fact.name, "rank": fact.rank, "rank_before": fact.rank_before},
    )


async def tell_of_parcel(fact: OrderShipped) -> None:
    """Tell the buyer that her parcel is on its way."""
    (parcel,) = (await orders.shipments_of([fact.order])).values()
    first, *_ = (await orders.lines_of([fact.order]))[fact.order]
    await tell(
        users=[fact.buyer],
        kind=NotificationKind.ORDER_SHIPPED,
        target=_order(fact.order),
        values={"title": first.title, "carrier": parcel.carrier, "number": parcel.tracking_number},
        purpose=MessagePurpose.SHIPPED,
    )


async def tell_of_rejected_refund(fact: RefundRejected) -> None:
    """Tell the buyer that her request was declined, and why."""
    await tell(
        users=[fact.buyer],
        kind=NotificationKind.REFUND_REJECTED,
        target=_order(fact.order),
        values={"reason": fact.reason},
    )


async def ask_for_consent(fact: StoryConsentAsked) -> None:
    """Ask the customer whether her story may be told."""
    await tell(
        users=[fact.customer],
        kind=NotificationKind.STORY_CONSENT_ASKED,
        target=Target("story", fact.story),
        values={"title": fact.title},
    )


async def tell_of_story(fact: StoryPublished) -> None:
    """Tell the customer that her story is out."""
    await tell(
        users=[fact.customer],
        kind=NotificationKind.STORY_PUBLISHED,
        target=Target("story", fact.story),
        values={"title": fact.title},
    )


async def tell_of_reward(fact: RewardAvailable) -> None:
    """Tell who brought a friend that her reward can be used."""
    await tell(
        users=[fact.user],
        kind=NotificationKind.REWARD_AVAILABLE,
        target=Target("reward", fact.reward),
        values={"points": fact.points},
        purpose=MessagePurpose.REWARD,
    )


async def tell_of_decision(fact: ModerationDecided) -> None:
    """Tell the author that something of hers was removed, and why, or that what waited can be seen.

    That others reported what stays as it is, is not hers to know.
    """
    item = (await moderation.items([fact.item]))[fact.item]
    if fact.decision is Decision.APPROVE and not moderation_rules.waited(item.why):
        return
    await tell(
        users=[fact.author],
        kind=NotificationKind.MODERATION_DECIDED,
        target=_removal(fact.item) if fact.decision is Decision.REMOVE else fact.target,
        values={"what": fact.target.kind, "decision": fact.decision, "reason": fact.reason},
    )


async def tell_of_appeal(fact: AppealDecided) -> None:
    """Tell the author what came of her appeal, and why."""
    await tell(
        users=[fact.author],
        kind=NotificationKind.APPEAL_DECIDED,
        target=_removal(fact.item),
        values={"what": fact.target.kind, "status": fact.status, "reason": fact.reason},
    )


async def tell_of_mute(fact: PersonMuted) -> None:
    """Tell somebody that she may not write, where, until when, and why."""
    where = await communities.community(CommunityId(fact.community)) if fact.community else None
    await tell(
        users=[fact.user],
        kind=NotificationKind.MUTED,
        target=Target("community", fact.community) if fact.community else Target("user", fact.user),
        values={
            "reason": fact.reason,
            "until": fact.until.isoformat() if fact.until else None,
            "community": where.name if where else None,
        },
    )


def _removal(item: UUID) -> Target:
    return Target("removal", item)


def _group(group: GroupId) -> Target:
    return Target("group", group)


def _order(order: OrderId) -> Target:
    return Target("order", order)


def _words_of(group: group_buying.GroupForWords) -> Mapping[str, Any]:
    """What entries say about a group, as it is while they are written."""
    return {"title": group.title, "code": group.code, "seats_left": group.seats_left, "size": group.size}


REACTIONS: dict[type[Fact], list[Reaction]] = {
    SeatTaken: [tell_leader],
    LeaderChanged: [tell_new_leader],
    GroupCompleted: [tell_members],
    GroupFailing: [tell_members_of_failure],
    LatePaymentRefunded: [tell_of_late_payment],
    RefundSucceeded: [tell_of_refund],
    RefundFailed: [tell_of_failed_refund],
    LiveStarted: [tell_audience],
    LiveAudienceTold: [tell_rest_of_audience],
    LiveOver: [tell_who_waited],
    LiveWaitersTold: [tell_rest_of_who_waited],
    TierChanged: [tell_of_tier],
    OrderShipped: [tell_of_parcel],
    RefundRejected: [tell_of_rejected_refund],
    RewardAvailable: [tell_of_reward],
    StoryConsentAsked: [ask_for_consent],
    StoryPublished: [tell_of_story],
    ModerationDecided: [tell_of_decision],
    AppealDecided: [tell_of_appeal],
    PersonMuted: [tell_of_mute],
}
