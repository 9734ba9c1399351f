"""Share links: made, and taken back; WeChat's URL links of them, whose turn it is to ask for one, and kept."""

from datetime import datetime

from app.audit_log import actions as audit_log
from app.core import clock, db
from app.core.ids import ShareCode, ShareLinkId, UserId, new_id, new_share_code
from app.core.targets import Target
from share import queries, rules, targets
from share.errors import ShareLinkNotFound, TargetNotShareable
from share.models import ShareForm, UrlLink
from share.queries import Link
from share.rules import ShareLinkStatus

#: A rival who takes a link back, or a code drawn twice, costs one each.
_ATTEMPTS = 5


@db.retried
async def create(*, inviter: UserId, target: Target, form: ShareForm) -> Link:
    """Get or create a link. TargetNotFound, TargetNotShareable.

    The same (inviter, target, form) gives the same link, until it is revoked; its expiry follows the thing's.
    """
    async with db.transaction():
        link, _ = await _get_or_create(inviter, target, form, None)
        return link


@db.retried
async def create_for_campaign(
    *, by: UserId, campaign: str, target: Target, form: ShareForm, expires_at: datetime | None = None
) -> Link:
    """Get or create a marketer's link of a campaign, which counts in figures and rewards nobody.

    The same (marketer, campaign, target, form) gives the same link, which from then on expires at this moment, or
    with its thing where that is sooner. TargetNotFound, TargetNotShareable, also for a moment that has passed.
    """
    async with db.transaction():
        link, has_changed = await _get_or_create(by, target, form, campaign, expires_at)
        if has_changed:
            ends = link.expires_at and link.expires_at.isoformat()
            detail = {"campaign": campaign, "form": form, "code": link.code, "expires_at": ends}
            await audit_log.note(by=by, verb="campaign_link.create", target=target, detail=detail)
        return link


async def _get_or_create(
    inviter: UserId, target: Target, form: ShareForm, campaign: str | None, ends: datetime | None = None
) -> tuple[Link, bool]:
    """The link, and whether it is new or expires at another moment than before."""
    thing = await targets.shareable(target)
    expires_at = min((each for each in (thing.expires_at, ends) if each), default=None)
    for _ in range(_ATTEMPTS):
        is_new = await _insert_unless_there(inviter, target, form, campaign, expires_at)
        found = await queries.live_link(inviter=inviter, target=target, form=form, campaign=campaign)
        if found is not None:
            return await _expiring(found, expires_at), is_new or found.expires_at != expires_at
    raise RuntimeError("a share link could be neither made nor found")


async def _insert_unless_there(
    inviter: UserId, target: Target, form: ShareForm, campaign: str | None, expires_at: datetime | None
) -> bool:
    # Of two at once the second waits for the first's end here: the partial unique index decides, and no refusal
    # of it spoils the transaction.
    inserted = await db.execute(
        "INSERT INTO share_links "
        "(id, code, inviter_id, target_kind, target_id, form, created_at, expires_at, campaign) "
        "VALUES ($1, $2, $3, $4, $5, $6, $now, $7, $8) ON CONFLICT DO NOTHING",
        new_id(), new_share_code(), inviter, target.kind, target.id, form, expires_at, campaign,
    )  # fmt: skip
    return bool(inserted)


async def _expiring(link: Link, expires_at: datetime | None) -> Link:
    """The link with its expiry, which may have moved since the link was made."""
    if link.expires_at != expires_at:
        await db.execute("UPDATE share_links SET expires_at = $1 WHERE id = $2", expires_at, link.id)
        link = await _known(link.code)
    if link.status is not ShareLinkStatus.ACTIVE:
        raise TargetNotShareable
    return link


@db.retried
async def revoke(*, inviter: UserId, code: str) -> Link:
    """Take one of one's own links back; ShareLinkNotFound for anybody else's. A repeat gives the revoked link."""
    async with db.transaction():
        link = await _known(code)
        if link.inviter != inviter:
            raise ShareLinkNotFound
        await db.execute("UPDATE share_links SET revoked_at = $now WHERE id = $1 AND revoked_at IS NULL", link.id)
        return await _known(code)


async def take_turn_at_url_link(link: ShareLinkId) -> bool:
    """Whether the caller, and nobody else in any process, may ask WeChat for a URL link of this share link now.

    The turn ends by itself after `rules.URL_LINK_TURN`.
    """
    # Of two at once the second waits for the first's end here, and then finds that it is not due any more.
    taken = await db.execute(
        "INSERT INTO url_links (link_id, due_at) VALUES ($1, $2) ON CONFLICT (link_id) DO UPDATE "
        "SET due_at = excluded.due_at WHERE url_links.due_at <= $now",
        link, await clock.now() + rules.URL_LINK_TURN,
    )  # fmt: skip
    return bool(taken)


async def keep_url_link(link: ShareLinkId, *, address: str, expires_at: datetime) -> None:
    """Keep what WeChat made; the next one is due `rules.URL_LINK_RENEWED_BEFORE` its end."""
    due_at = expires_at - rules.URL_LINK_RENEWED_BEFORE
    await UrlLink.filter(link_id=link).update(address=address, expires_at=expires_at, due_at=due_at)


async def pause_url_link(link: ShareLinkId) -> None:
    """Ask for none of this share link for `rules.URL_LINK_PAUSE`."""
    await UrlLink.filter(link_id=link).update(due_at=await clock.now() + rules.URL_LINK_PAUSE)


async def _known(code: str | ShareCode) -> Link:
    link = await queries.link(code)
    if link is None:
        raise ShareLinkNotFound
    return link
