"""Telling people, reading, consents, and the life of a message."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from tortoise.expressions import F

from app.accounts import actions as accounts
from app.core import clock, db, streams
from app.core.ids import UserId, new_id
from app.core.settings import settings
from app.core.targets import Target
from app.notifications import rules
from app.notifications.models import (
    InboxHead,
    Message,
    MessageConsent,
    MessagePurpose,
    MessageStatus,
    Notification,
    NotificationKind,
)
from app.notifications.rules import MessageConsentOutcome

#: The stream kind of inboxes: `inbox:<user>`.
INBOX = "inbox"


async def tell(
    *,
    users: Iterable[UserId],
    kind: NotificationKind,
    target: Target,
    values: Mapping[str, Any],
    purpose: MessagePurpose | None = None,
) -> None:
    """Write one entry into each user's inbox, in the running transaction.

    Who has a consent left for the purpose and does not have the app open also gets a subscribe message, and the
    consent is used up. Told twice is told twice: the caller's transaction makes it once.
    """
    if not db.in_transaction():
        raise RuntimeError("people are told in the transaction that makes it true")
    places = await _take_places(sorted(set(users)))
    now = await clock.now()
    entries = [
        Notification(
            user_id=user, seq=seq, kind=kind, target_kind=target.kind, target_id=target.id, values=dict(values),
            created_at=now,
        )
        for user, seq in places.items()
    ]  # fmt: skip
    await Notification.bulk_create(entries)
    if purpose is not None:
        await _write_messages(entries, purpose)
    for user, seq in places.items():
        streams.announce(INBOX, user, seq)


async def _take_places(users: Sequence[UserId]) -> dict[UserId, int]:
    # The heads' row locks, taken in one order, are what tellers queue behind until the commit: so a reader who has
    # seen N will never find anything below N later.
    if not users:
        return {}
    await db.execute_each(
        "INSERT INTO inbox_heads (user_id, head) VALUES ($1, 1) "
        "ON CONFLICT (user_id) DO UPDATE SET head = inbox_heads.head + 1",
        [(user,) for user in users],
    )
    return {each.user_id: each.head for each in await InboxHead.filter(user_id__in=users)}


async def _write_messages(entries: Sequence[Notification], purpose: MessagePurpose) -> None:
    consenting = await db.rows(
        UUID,
        _USE_CONSENTS,
        [each.user_id for each in entries],
        purpose,
    )
    await Message.bulk_create(
        Message(
            notification_id=each.id, user_id=each.user_id, purpose=purpose, status=MessageStatus.WAITING,
            created_at=each.created_at,
        )
        for each in entries if each.user_id in consenting
    )  # fmt: skip


@db.retried
async def mark_read(*, user: UserId, up_to: int) -> None:
    """Mark everything up to this sequence number as read. A repeat keeps the first moment."""
    await db.execute(
        "UPDATE notifications SET read_at = $now WHERE user_id = $1 AND seq <= $2 AND read_at IS NULL", user, up_to
    )


@db.retried
async def report_consent(
    *, user: UserId, outcomes: Mapping[MessagePurpose, MessageConsentOutcome], client_id: str
) -> None:
    """Take in what the phone says came of its pop-up; a repeat of the client id changes nothing.

    Where WeChat's push is configured, the push counts and the phone only says what was refused: each consent
    is counted at one place.
    """
    async with db.transaction():
        if await _is_first(user, client_id):
            await _note_outcomes(user, outcomes, counts=not _push_counts())


@db.retried
async def change_settings(
    *, user: UserId, muted: Iterable[MessagePurpose] | None = None, personalised_feed: bool | None = None
) -> None:
    """Change what a user has set; None leaves it. `muted` is the whole list of what she wants no message for.

    What waits to be sent for a purpose that she mutes is not sent, and its consent is hers again.
    """
    async with db.transaction():
        if personalised_feed is not None:
            await accounts.set_personalised_feed(user=user, personalised=personalised_feed)
        if muted is None:
            return
        chosen = sorted(set(muted))
        for purpose in chosen:
            await db.execute(_MUTE, new_id(), user, purpose)
        await MessageConsent.filter(user_id=user).exclude(purpose__in=chosen).update(muted_at=None)
        kept_back: list[MessagePurpose] = await db.rows(MessagePurpose, _KEEP_BACK, user, chosen)
        for purpose in kept_back:
            await MessageConsent.filter(user_id=user, purpose=purpose).update(remaining=F("remaining") + 1)


@db.retried
async def hear_pop_up(
    *, user: UserId, outcomes: Mapping[MessagePurpose, MessageConsentOutcome], message_key: str
) -> None:
    """Take in what WeChat says came of a pop-up; another delivery of the same message changes nothing.

    Counts where WeChat's push is configured; elsewhere the phone's report does.
    """
    async with db.transaction():
        if await _is_first(user, _report_of(message_key)):
            await _note_outcomes(user, outcomes, counts=_push_counts())


@db.retried
async def hear_switched_off(*, user: UserId, purposes: Iterable[MessagePurpose], message_key: str) -> None:
    """Take in that a user has switched messages off in WeChat: no consent is left, and none is asked for a while.

    Another delivery of the same message changes nothing.
    """
    async with db.transaction():
        if await _is_first(user, _report_of(message_key)):
            for purpose in sorted(purposes):
                await db.execute(_SWITCH_OFF, new_id(), user, purpose)


async def claim_message(message: UUID) -> Message | None:
    """Take a waiting message in hand, with its entry; None where another has it.

    What is claimed is committed: it is handed to WeChat by this caller or by nobody, for a repeat would be a
    second message.
    """
    db.refuse_in_transaction("a message was claimed")
    claimed = await db.execute(
        "UPDATE messages SET status = 'ATTEMPTED', attempted_at = $now WHERE id = $1 AND status = 'WAITING'", message
    )
    return await Message.get(id=message).prefetch_related("notification") if claimed else None


async def mark_sent(message: UUID) -> None:
    """WeChat has taken the message."""
    await Message.filter(id=message, status=MessageStatus.ATTEMPTED).update(status=MessageStatus.SENT)


async def put_back(message: UUID) -> None:
    """WeChat has done nothing for now: the message waits again, for `rules.PAUSE_BETWEEN_ATTEMPTS` at least."""
    await Message.filter(id=message, status=MessageStatus.ATTEMPTED).update(status=MessageStatus.WAITING)


@db.retried
async def give_up(message: Message, *, refusal: str, consent_is_left: bool) -> None:
    """WeChat will never take the message. Its consent is given back where WeChat has not used it.

    Where WeChat says that no consent is left, none is: it has counted, we have only been told.
    """
    async with db.transaction():
        given_up = await Message.filter(id=message.id, status=MessageStatus.ATTEMPTED).update(
            status=MessageStatus.REFUSED, refusal=refusal
        )
        if given_up:
            await db.execute(
                "UPDATE message_consents SET remaining = CASE WHEN $3 THEN remaining + 1 ELSE 0 END "
                "WHERE user_id = $1 AND purpose = $2",
                message.user_id, message.purpose, consent_is_left,
            )  # fmt: skip


def _push_counts() -> bool:
    return bool(settings().wechat_push_token.get_secret_value())


def _report_of(message_key: str) -> str:
    # WeChat's key holds an openid, which stays in one table.
    return f"push:{hashlib.sha256(message_key.encode()).hexdigest()}"


async def _is_first(user: UserId, client_id: str) -> bool:
    # A repeat waits at the unique index until the first has committed, and then finds it.
    written = await db.value(
        UUID,
        "INSERT INTO consent_reports (id, user_id, client_id, created_at) VALUES ($1, $2, $3, $now) "
        "ON CONFLICT (user_id, client_id) DO NOTHING RETURNING id",
        new_id(), user, client_id,
    )  # fmt: skip
    return written is not None


async def _note_outcomes(
    user: UserId, outcomes: Mapping[MessagePurpose, MessageConsentOutcome], *, counts: bool
) -> None:
    # In one order: two reports of one user lock the same rows.
    for purpose in sorted(outcomes):
        if outcomes[purpose] in rules.REFUSALS:
            await db.execute(_REFUSE, new_id(), user, purpose)
        elif outcomes[purpose] is MessageConsentOutcome.ACCEPT and counts:
            await db.execute(_ACCEPT, new_id(), user, purpose)


#: Takes a consent of those who allow a message and do not hear the news over a socket.
_USE_CONSENTS = """
UPDATE message_consents SET remaining = remaining - 1
 WHERE user_id = ANY($1) AND purpose = $2 AND remaining > 0 AND muted_at IS NULL
   AND NOT EXISTS (SELECT 1 FROM listeners l JOIN listening_processes p ON p.id = l.process_id
                    WHERE l.user_id = message_consents.user_id AND p.expires_at > $now)
RETURNING user_id
"""

_MUTE = """
INSERT INTO message_consents (id, user_id, purpose, remaining, muted_at) VALUES ($1, $2, $3, 0, $now)
ON CONFLICT (user_id, purpose) DO UPDATE SET muted_at = COALESCE(message_consents.muted_at, $now)
"""

_KEEP_BACK = """
UPDATE messages SET status = 'REFUSED', refusal = 'MUTED'
 WHERE user_id = $1 AND purpose = ANY($2) AND status = 'WAITING' RETURNING purpose
"""

_ACCEPT = """
INSERT INTO message_consents (id, user_id, purpose, remaining) VALUES ($1, $2, $3, 1)
ON CONFLICT (user_id, purpose) DO UPDATE SET remaining = message_consents.remaining + 1, refused_at = NULL
"""

_REFUSE = """
INSERT INTO message_consents (id, user_id, purpose, remaining, refused_at) VALUES ($1, $2, $3, 0, $now)
ON CONFLICT (user_id, purpose) DO UPDATE SET refused_at = $now
"""

_SWITCH_OFF = """
INSERT INTO message_consents (id, user_id, purpose, remaining, refused_at) VALUES ($1, $2, $3, 0, $now)
ON CONFLICT (user_id, purpose) DO UPDATE SET remaining = 0, refused_at = $now
"""
