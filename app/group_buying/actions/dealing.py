"""Deals: made, and taken down; `offering.py` has what staff do with them in between."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.audit_log import actions as audit_log
from app.catalog import queries as catalog
from app.catalog import rules as catalog_rules
from app.core import clock, db
from app.core.errors import Stale
from app.core.ids import DealId, GroupId, OfferId, ProductId, SkuId, UserId
from app.core.targets import Target
from app.group_buying.actions.change import begin_release, lock
from app.group_buying.actions.ending import fail
from app.group_buying.errors import DealMoveRefused, DealNotFound
from app.group_buying.models import Deal, Group, Offer, Seat
from app.group_buying.states import Audience, DealStatus, GroupFailure, GroupStatus, SeatEnd, SeatStatus


@dataclass(frozen=True, slots=True)
class NewOffer:
    """A SKU on offer: its price per piece in a group in fen, and the pieces set aside for the deal."""

    sku: SkuId
    price_fen: int
    quota: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDeal:
    """A deal to be, as product.md describes one; times with offset, window in seconds, limits in pieces."""

    product: ProductId
    title: str
    description: str
    starts_at: datetime
    ends_at: datetime
    size: int
    window_seconds: int
    offers: Sequence[NewOffer]
    status: DealStatus = DealStatus.SCHEDULED
    limit_per_order: int | None = None
    limit_per_user: int | None = None
    open_audience: Audience = Audience.ANYONE
    join_audience: Audience = Audience.ANYONE
    #: The lowest rank that an audience of TIER lets in; None for whoever has the perk of members' groups.
    audience_rank: int | None = None
    no_delivery: Sequence[str] = ()


async def create_deal(new: NewDeal) -> tuple[DealId, list[OfferId]]:
    """Make a deal and its offers; their ids in the order given."""
    async with db.transaction():
        product = (await catalog.products([new.product]))[new.product]
        deal = await Deal.create(
            product_id=new.product,
            status=new.status,
            created_at=await clock.now(),
            **terms_of(new, search_text=catalog_rules.searchable(new.title, product.title, product.category)),
        )
        offers = [await put_on_offer(deal.id, each, position) for position, each in enumerate(new.offers)]
        return deal.id, offers


def terms_of(new: NewDeal, *, search_text: str) -> dict[str, Any]:
    """The columns of a deal that say what it offers to whom, all that an edit may change."""
    return {
        "title": new.title,
        "description": new.description,
        "starts_at": new.starts_at,
        "ends_at": new.ends_at,
        "size": new.size,
        "window_seconds": new.window_seconds,
        "limit_per_order": new.limit_per_order,
        "limit_per_user": new.limit_per_user,
        "open_audience": new.open_audience,
        "join_audience": new.join_audience,
        "audience_rank": new.audience_rank,
        "no_delivery": list(new.no_delivery),
        "search_text": search_text,
    }


async def put_on_offer(deal: DealId, new: NewOffer, position: int) -> OfferId:
    """Offer one more SKU in a deal."""
    offer = await Offer.create(
        deal_id=deal,
        sku_id=new.sku,
        price_fen=new.price_fen,
        quota=new.quota,
        quota_left=new.quota,
        position=position,
    )
    return offer.id


async def take_down(
    deal: DealId, *, reason: str, by: UserId | None = None, expected_version: int | None = None
) -> None:
    """Take a deal down: its forming groups fail with refunds, and none that is pending will form.

    One transaction per group, so that a large deal holds nobody up; what a crash leaves over,
    `jobs.end_taken_down` finds. Raises DealNotFound, Stale; DealMoveRefused where it was done before, and without an
    expected version that is allowed: it ends what is left over.
    """
    await _mark_taken_down(by, deal, reason, expected_version)
    unfinished = await Group.filter(deal_id=deal, status__in=[GroupStatus.PENDING, GroupStatus.FORMING]).order_by("id")
    for group in unfinished:
        await stop(group.id, GroupFailure.TAKEN_DOWN)


@db.retried
async def _mark_taken_down(by: UserId | None, deal: DealId, reason: str, expected_version: int | None) -> None:
    async with db.transaction():
        before = await lock_deal(deal, expected_version)
        if before.status is DealStatus.TAKEN_DOWN:
            if expected_version is None:
                return
            raise DealMoveRefused(before.status)
        await Deal.filter(id=deal).update(
            status=DealStatus.TAKEN_DOWN, taken_down_reason=reason[:200], version=before.version + 1
        )
        await note(by, "take_down", deal, reason=reason, before=before.status)


@db.retried
async def stop(group: GroupId, why: GroupFailure) -> None:
    """Stop a group from outside: one that forms fails, the leader of one that is pending cannot pay it any more.

    A group that has ended stays as it is.
    """
    async with db.transaction():
        locked = await lock(group)
        if locked.status is GroupStatus.FORMING:
            await fail(locked, why)
        elif locked.status is GroupStatus.PENDING:
            await begin_release(SeatEnd.GROUP_FAILED, group_id=group)
            # Also where the hold had run out: money that still arrives must not begin the group.
            await Seat.filter(group_id=group, status=SeatStatus.RELEASING).update(end=SeatEnd.GROUP_FAILED)


async def lock_deal(deal: DealId, expected_version: int | None) -> Deal:
    """A deal, a draft too, that nobody else edits until the transaction ends. DealNotFound, Stale."""
    version = await db.value(int, "SELECT version FROM deals WHERE id = $1 FOR NO KEY UPDATE", deal)
    if version is None:
        raise DealNotFound
    if expected_version not in {None, version}:
        raise Stale
    return await Deal.get(id=deal)


async def note(by: UserId | None, verb: str, deal: DealId, *, reason: str | None = None, **detail: Any) -> None:
    """Note what is done to a deal."""
    await audit_log.note(by=by, verb=f"deal.{verb}", target=Target("deal", deal), detail=detail, reason=reason)
