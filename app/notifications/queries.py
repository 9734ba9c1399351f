"""What can be asked about inboxes, consents and messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.accounts.models import Identity
from app.core import clock, db
from app.core.ids import UserId
from app.live import queries as live
from app.notifications import rules, templates
from app.notifications.models import InboxHead, MessageConsent, MessagePurpose, Notification, NotificationKind


@dataclass(frozen=True, slots=True)
class TemplateState:
    """A template, and how one user stands to it."""

    purpose: MessagePurpose
    template_id: str
    #: One-time consents left.
    remaining: int
    #: Whether the next tap should ask for one.
    should_ask: bool


@dataclass(frozen=True, slots=True)
class DueMessage:
    """A message that waits to be sent."""

    id: UUID
    user_id: UserId


async def heads(users: Sequence[UUID]) -> dict[UUID, int]:
    """The heads of these users' inboxes; none for who has never been told anything."""
    return {each.user_id: each.head for each in await InboxHead.filter(user_id__in=users)}


async def head(user: UserId) -> int:
    """The newest sequence number of an inbox; 0 while it is empty."""
    return (await heads([user])).get(user, 0)


async def newest(user: UserId, *, up_to: int, limit: int) -> list[Notification]:
    """The entries up to and including this sequence number, newest first."""
    return await Notification.filter(user_id=user, seq__lte=up_to).order_by("-seq").limit(limit)


async def following(
    user: UserId, *, after: int, limit: int, kind: NotificationKind | None = None
) -> list[Notification]:
    """The entries behind this sequence number, oldest first, all or those of one kind.

    None that commits later can come between them.
    """
    found = Notification.filter(user_id=user, seq__gt=after)
    if kind is not None:
        found = found.filter(kind=kind)
    return await found.order_by("seq").limit(limit)


async def unread(user: UserId, *, up_to: int) -> int:
    """How many entries up to this sequence number are unread."""
    return await Notification.filter(user_id=user, seq__lte=up_to, read_at__isnull=True).count()


async def entry(user: UserId, notification: UUID) -> Notification | None:
    """One entry of this user's inbox; None where it is not hers, or is none."""
    return await Notification.get_or_none(id=notification, user_id=user)


async def template_states(user: UserId, *, one_more_room: bool = False) -> list[TemplateState]:
    """Every template that messages are sent with, and how this user stands to each.

    One consent is one message, so who waits for three live rooms is asked until she has allowed three. With
    `one_more_room` she is about to wait for a fourth: the tap that says so is the moment to ask.
    """
    consents = {each.purpose: each for each in await MessageConsent.filter(user_id=user)}
    now = await clock.now()
    states = []
    for purpose, template_id in templates.template_ids().items():
        consent = consents.get(purpose)
        remaining, refused_at = (consent.remaining, consent.refused_at) if consent else (0, None)
        rooms = await live.open_reminders(user) + one_more_room if purpose is MessagePurpose.LIVE_START else 1
        is_muted = consent is not None and consent.muted_at is not None
        ask = not is_muted and rules.should_ask(
            remaining=remaining, refused_at=refused_at, now=now, needed=max(1, rooms)
        )
        states.append(TemplateState(purpose, template_id, remaining, ask))
    return states


async def muted(user: UserId) -> list[MessagePurpose]:
    """What a user wants no messages for."""
    consents = await MessageConsent.filter(user_id=user, muted_at__isnull=False)
    return sorted(each.purpose for each in consents)


async def due_messages(limit: int) -> list[DueMessage]:
    """The messages that wait and may be sent now, oldest first."""
    return await db.rows(DueMessage, _DUE, await clock.now() - rules.PAUSE_BETWEEN_ATTEMPTS, limit)


async def user_with_openid(openid: str) -> UserId | None:
    """Whom WeChat's push speaks of; None where it is nobody who ever signed in here."""
    identity = await Identity.get_or_none(openid=openid)
    return identity.user_id if identity else None


#: What waits, but for what WeChat did not take a moment ago.
_DUE = """
SELECT id, user_id FROM messages
 WHERE status = 'WAITING' AND (attempted_at IS NULL OR attempted_at <= $1)
 ORDER BY created_at, id LIMIT $2
"""
