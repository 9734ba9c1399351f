"""Touches: a link was opened, by somebody who may not have signed in yet."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.core import clock, db
from app.core.ids import UserId, new_id
from share import queries, rules
from share.errors import ShareLinkExpired, ShareLinkNotFound, ShareLinkRevoked
from share.models import Touch, Visitor
from share.queries import Link
from share.rules import ShareLinkStatus


@dataclass(frozen=True, slots=True)
class Opened:
    """A link was opened. The visitor's id is for her phone to keep."""

    visitor: UUID
    link: Link


@db.retried
async def open_link(
    *,
    code: str,
    visitor: UUID | None = None,
    user: UserId | None = None,
    entry_scene: int | None = None,
    chat_group: str | None = None,
) -> Opened:
    """Record that somebody opened a link. ShareLinkNotFound, ShareLinkExpired, ShareLinkRevoked.

    `visitor` is what her phone says; an id that is not ours, or is another person's, is replaced by a new one. Who
    is signed in is joined to hers. One's own link makes no touch, nor does anybody's who signs in on the sharer's
    phone: nobody brings herself. Nor does Moments' single page, whose storage is gone when it closes. The same visitor
    within a minute is one touch.
    """
    async with db.transaction():
        link = await _open_one(code)
        if entry_scene == rules.MOMENTS_SINGLE_PAGE:
            return Opened(visitor or new_id(), link)
        who = await _recognise(visitor, user)
        if who.user_id != link.inviter and not await _is_phone_of(link.inviter, visitor, who):
            await _touch(link, who.id, entry_scene, chat_group)
        return Opened(who.id, link)


@db.retried
async def join_visitor(*, visitor: UUID, user: UserId) -> None:
    """Say who a visitor was, once she has signed in. A visitor who is somebody already stays who she is."""
    await db.execute(
        "UPDATE visitors SET user_id = $1, joined_at = $now WHERE id = $2 AND user_id IS NULL", user, visitor
    )


async def _open_one(code: str) -> Link:
    link = await queries.link(code)
    if link is None:
        raise ShareLinkNotFound
    if link.status is ShareLinkStatus.REVOKED:
        raise ShareLinkRevoked
    if link.status is ShareLinkStatus.EXPIRED:
        raise ShareLinkExpired
    return link


@dataclass(frozen=True, slots=True)
class _Who:
    id: UUID
    user_id: UserId | None


async def _recognise(visitor: UUID | None, user: UserId | None) -> _Who:
    """The visitor that the phone names, else the signed-in caller's last one, else a new one; held until the end."""
    named = await db.row(_Who, "SELECT id, user_id FROM visitors WHERE id = $1 FOR UPDATE", visitor)
    if user is None:
        return named or await _mint(None)
    if named is not None and named.user_id in {None, user}:
        await join_visitor(visitor=named.id, user=user)
        return _Who(named.id, user)
    return await db.row(_Who, _LAST_VISITOR_OF, user) or await _mint(user)


#: Two phones of one person are two visitors; without a visitor's id she counts as the one she was last.
_LAST_VISITOR_OF = """
SELECT id, user_id FROM visitors WHERE user_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1 FOR UPDATE
"""


async def _is_phone_of(inviter: UserId, visitor: UUID | None, who: _Who) -> bool:
    """Whether the phone has named a visitor who is the sharer, though somebody else is signed in."""
    return visitor is not None and visitor != who.id and await Visitor.filter(id=visitor, user_id=inviter).exists()


async def _mint(user: UserId | None) -> _Who:
    now = await clock.now()
    minted = await Visitor.create(user_id=user, created_at=now, joined_at=now if user else None)
    return _Who(minted.id, user)


async def _touch(link: Link, visitor: UUID, entry_scene: int | None, chat_group: str | None) -> None:
    # Read after the visitor's row is held: two openings in one breath are seen one after the other.
    now = await clock.now()
    last = await db.value(
        datetime, "SELECT MAX(at) AS at FROM touches WHERE link_id = $1 AND visitor_id = $2", link.id, visitor
    )
    if rules.is_new_touch(last=last, now=now):
        await Touch.create(link_id=link.id, visitor_id=visitor, entry_scene=entry_scene, chat_group=chat_group, at=now)
