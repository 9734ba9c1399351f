"""Share links: made, and taken back."""

from app.core import db
from app.core.ids import ShareCode, UserId, new_id, new_share_code
from app.core.targets import Target
from share import queries, targets
from share.errors import ShareLinkNotFound, TargetNotShareable
from share.models import ShareForm
from share.queries import Link
from share.rules import ShareLinkStatus
from share.targets import SharedThing

#: A rival who takes a link back, or a code drawn twice, costs one each.
_ATTEMPTS = 5


@db.retried
async def create(*, inviter: UserId, target: Target, form: ShareForm) -> Link:
    """Get or create a link. TargetNotFound, TargetNotShareable.

    The same (inviter, target, form) gives the same link, until it is revoked; its expiry follows the thing's.
    """
    async with db.transaction():
        thing = await targets.shareable(target)
        for _ in range(_ATTEMPTS):
            await _insert_unless_there(inviter, thing, form)
            found = await queries.live_link(inviter=inviter, target=target, form=form)
            if found is not None:
                return await _following(found, thing)
    raise RuntimeError("a share link could be neither made nor found")


async def _insert_unless_there(inviter: UserId, thing: SharedThing, form: ShareForm) -> None:
    # Of two at once the second waits for the first's end here: the partial unique index decides, and no refusal
    # of it spoils the transaction.
    await db.execute(
        "INSERT INTO share_links (id, code, inviter_id, target_kind, target_id, form, created_at, expires_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $now, $7) ON CONFLICT DO NOTHING",
        new_id(), new_share_code(), inviter, thing.target.kind, thing.target.id, form, thing.expires_at,
    )  # fmt: skip


async def _following(link: Link, thing: SharedThing) -> Link:
    """The link with its thing's expiry, which may have moved since the link was made."""
    if link.expires_at != thing.expires_at:
        await db.execute("UPDATE share_links SET expires_at = $1 WHERE id = $2", thing.expires_at, link.id)
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


async def _known(code: str | ShareCode) -> Link:
    link = await queries.link(code)
    if link is None:
        raise ShareLinkNotFound
    return link
