"""What can be asked of sharing. Nothing here writes."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.core import db
from app.core.ids import ShareCode, ShareLinkId, UserId, is_code
from app.core.targets import Target
from share import rules
from share.models import ShareForm
from share.rules import ShareLinkStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A share link as it is at this moment."""

    id: ShareLinkId
    code: ShareCode
    inviter: UserId
    target: Target
    form: ShareForm
    status: ShareLinkStatus
    expires_at: datetime | None


async def link(code: str) -> Link | None:
    """The link that a code stands for, whatever its status; None where there is none."""
    if not is_code(code, "S"):
        return None
    found = await db.row(_Row, _LINKS + " WHERE code = $1", code)
    return _link(found) if found else None


async def live_link(*, inviter: UserId, target: Target, form: ShareForm, campaign: str | None = None) -> Link | None:
    """The one link of this person to this thing in this form, of this campaign or of none, that is not revoked."""
    found = await db.row(
        _Row,
        _LINKS + " WHERE inviter_id = $1 AND target_kind = $2 AND target_id = $3 AND form = $4 AND revoked_at IS NULL"
        " AND COALESCE(campaign, '') = $5",
        inviter, target.kind, target.id, form, campaign or "",
    )  # fmt: skip
    return _link(found) if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlLink:
    """WeChat's URL link of a share link, as it is at this moment."""

    #: None where none works.
    address: str | None
    #: Whether WeChat may be asked for the next one.
    is_due: bool


async def url_link(link: ShareLinkId) -> UrlLink:
    """What is kept of a share link's URL link."""
    return await db.row(UrlLink, _URL_LINK, link) or UrlLink(address=None, is_due=True)


_URL_LINK = """
SELECT CASE WHEN expires_at > $now THEN address END AS address, due_at <= $now AS is_due
  FROM url_links WHERE link_id = $1
"""


async def brought_or_brought_by(user: UserId, *, limit: int) -> list[UserId]:
    """Who bought something upon a link of somebody's, and upon whose links she did: an invitation was accepted."""
    return await db.rows(UserId, _ACCEPTED, user, limit)


_ACCEPTED = """
SELECT l.inviter_id FROM orders o JOIN share_links l ON l.code = o.share_code
 WHERE o.user_id = $1 AND o.paid_at IS NOT NULL AND l.inviter_id <> $1
UNION
SELECT o.user_id FROM share_links l JOIN orders o ON o.share_code = l.code
 WHERE l.inviter_id = $1 AND o.paid_at IS NOT NULL AND o.user_id <> $1
 ORDER BY 1 LIMIT $2
"""


@dataclass(frozen=True, slots=True)
class _Row:
    id: ShareLinkId
    code: ShareCode
    inviter_id: UserId
    target_kind: str
    target_id: UUID
    form: ShareForm
    expires_at: datetime | None
    revoked_at: datetime | None
    now: datetime


_LINKS = """
SELECT id, code, inviter_id, target_kind, target_id, form, expires_at, revoked_at, $now AS now FROM share_links
"""


def _link(found: _Row) -> Link:
    return Link(
        id=found.id,
        code=found.code,
        inviter=found.inviter_id,
        target=Target(found.target_kind, found.target_id),
        form=found.form,
        status=rules.status(expires_at=found.expires_at, revoked_at=found.revoked_at, now=found.now),
        expires_at=found.expires_at,
    )
