"""People who have been told something, and who allow messages."""

from datetime import timedelta
from typing import Any

from app.core import clock, db
from app.core.ids import ProductId, UserId, new_group_code, new_id
from app.core.targets import Target
from app.group_buying.models import Deal, Group
from app.group_buying.states import DealStatus, GroupChangeKind, GroupStatus
from app.notifications import actions, queries
from app.notifications.models import (
    Message,
    MessageConsent,
    MessagePurpose,
    Notification,
    NotificationKind,
)

COMPLETED = {"title": "龙井茶 250g", "code": "G23456789AB", "seats_left": 0, "size": 3}


def a_user_id() -> UserId:
    """Somebody of whom only the id matters."""
    return UserId(new_id())


async def told(
    *users: UserId,
    kind: NotificationKind = NotificationKind.GROUP_COMPLETED,
    target: Target | None = None,
    values: dict[str, Any] | None = None,
    purpose: MessagePurpose | None = None,
) -> Notification:
    """These people are told something, of a completed group unless said otherwise; the first one's entry."""
    async with db.transaction():
        await actions.tell(
            users=users,
            kind=kind,
            target=target or Target("group", new_id()),
            values=values or COMPLETED,
            purpose=purpose,
        )
    return await Notification.get(user_id=users[0], seq=await queries.head(users[0]))


async def a_consent(
    user: UserId, *, purpose: MessagePurpose = MessagePurpose.GROUP_RESULT, remaining: int = 1
) -> MessageConsent:
    """This person allows so many messages of the purpose."""
    return await MessageConsent.create(user_id=user, purpose=purpose, remaining=remaining)


async def a_message(user: UserId, purpose: MessagePurpose = MessagePurpose.GROUP_RESULT) -> Message:
    """A message that waits to be sent to this person."""
    await a_consent(user, purpose=purpose)
    entry = await told(user, purpose=purpose)
    return await Message.get(notification_id=entry.id)


async def a_group_to_tell_of(leader: UserId, *, title: str = "龙井茶 250g", size: int = 3, taken: int = 1) -> Group:
    """A forming group with so many paid seats; only what words about it need."""
    now = await clock.now()
    deal = await Deal.create(
        product_id=ProductId(new_id()), title=title, description="", status=DealStatus.RUNNING,
        starts_at=now, ends_at=now + timedelta(days=1), size=size, window_seconds=86400, no_delivery=[],
        search_text="", created_at=now,
    )  # fmt: skip
    return await Group.create(
        code=new_group_code(), deal_id=deal.id, leader_id=leader, opener_id=leader, status=GroupStatus.FORMING,
        size=size, window_seconds=86400, price_fen=1990, taken=taken, last_change=GroupChangeKind.SEAT_TAKEN,
        created_at=now,
    )  # fmt: skip
