"""What staff do with deals: make them, pause them, take them down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.catalog import queries as catalog
from app.catalog import rules as catalog_rules
from app.core import clock, db
from app.core.ids import DealId, GroupId, OfferId, ProductId, SkuId
from app.group_buying import queries
from app.group_buying.actions.change import begin_release, lock
from app.group_buying.actions.ending import fail
from app.group_buying.errors import DealNotFound
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
            title=new.title,
            description=new.description,
            status=new.status,
            starts_at=new.starts_at,
            ends_at=new.ends_at,
            size=new.size,
            window_seconds=new.window_seconds,
            limit_per_order=new.limit_per_order,
            limit_per_user=new.limit_per_user,
            open_audience=new.open_audience,
            join_audience=new.join_audience,
            audience_rank=new.audience_rank,
            no_delivery=list(new.no_delivery),
            search_text=catalog_rules.searchable(new.title, product.title, product.category),
            created_at=await clock.now(),
        )
        offers = [
            await Offer.create(
                deal_id=deal.id,
                sku_id=each.sku,
                price_fen=each.price_fen,
                quota=each.quota,
                quota_left=each.quota,
                position=position,
            )
            for position, each in enumerate(new.offers)
        ]
        return deal.id, [each.id for each in offers]


async def set_paused(deal: DealId, *, paused: bool) -> None:
    """Pause a deal, or let it run again. Groups that form go on and can be joined. Raises DealNotFound."""
    to, earlier = (
        (DealStatus.PAUSED, (DealStatus.SCHEDULED, DealStatus.RUNNING))
        if paused
        else (DealStatus.RUNNING, (DealStatus.PAUSED,))
    )
    await queries.deal(deal)
    await Deal.filter(id=deal, status__in=earlier).update(status=to)


async def take_down(deal: DealId, *, reason: str) -> None:
    """Take a deal down: its forming groups fail with refunds, and none that is pending will form.

    One transaction per group, so that a large deal holds nobody up; what a crash leaves over,
    `jobs.end_taken_down` finds. Raises DealNotFound.
    """
    changed = await Deal.filter(id=deal).update(status=DealStatus.TAKEN_DOWN, taken_down_reason=reason[:200])
    if not changed:
        raise DealNotFound
    unfinished = await Group.filter(deal_id=deal, status__in=[GroupStatus.PENDING, GroupStatus.FORMING]).order_by("id")
    for group in unfinished:
        await stop(group.id, GroupFailure.TAKEN_DOWN)


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
