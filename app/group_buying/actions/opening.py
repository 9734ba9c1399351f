"""Opening a group and holding a seat in one: the two ways into a group."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from app.accounts import actions as accounts
from app.checkout.actions.placing import address_of, ask_for_money, place
from app.checkout.queries import Goods, Priced, priced_for
from app.core import clock, db, idempotency, streams
from app.core.ids import (
    AddressId,
    DealId,
    GroupCode,
    GroupId,
    OfferId,
    OrderId,
    SeatId,
    UserId,
    new_group_code,
    new_id,
)
from app.group_buying import errors, queries, rules
from app.group_buying.actions.change import STREAM
from app.group_buying.models import Deal, Group, GroupPrice, Offer, Seat
from app.group_buying.states import GroupChangeKind, GroupStatus, IfSeatLost, SeatStatus
from app.orders.errors import NoDelivery, QuantityInvalid
from app.payments.models import Purpose
from app.pricing.states import PriceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What the buyer chose. `expected_fen` is what her page showed, all pieces together; None agrees to any."""

    offer: OfferId | None
    quantity: int
    address: AddressId | None
    share_code: str | None = None
    expected_fen: int | None = None
    use_points: int | None = None
    if_seat_lost: IfSeatLost = IfSeatLost.REFUND


@dataclass(frozen=True, slots=True)
class HeldSeat:
    """A seat that is held, and the order that will pay for it."""

    seat: SeatId
    order: OrderId
    group: GroupId


@db.retried
async def open_group(*, buyer: UserId, deal: DealId, choice: Choice, key: str) -> HeldSeat:
    """Open a group of a deal, hold its leader's seat, and place the order that will pay for it.

    The group is PENDING until that is paid. The same key gives the same group again.
    Raises DealNotFound, DealNotRunning, AlreadyLeading, and what `_agree` raises.
    """
    given = {"deal": deal, **asdict(choice)}
    async with db.transaction():
        earlier = await idempotency.earlier_result(user=buyer, mutation="openGroup", key=key, given=given)
        if earlier:
            return _as_held(earlier)
        await accounts.lock(buyer)
        opened = await queries.deal(deal)
        now = await clock.now()
        facts = await queries.buyer_facts(buyer, deal=opened)
        if refusal := rules.refusal_to_open(opened.terms, facts, choice.quantity, now):
            raise refusal
        agreed = await _agree(buyer, opened, choice, prices=None)
        agreed.address = await _address(buyer, opened, choice)
        group = await _new_group(opened, buyer, now)
        held = await _place(group, buyer, choice, agreed, rules.held_until(opened.size, now))
        await idempotency.keep_result(user=buyer, mutation="openGroup", key=key, result=asdict(held))
        return held


@db.retried
async def hold_seat(*, buyer: UserId, group: GroupCode, choice: Choice, key: str) -> HeldSeat:
    """Hold a seat for the buyer and place the order that will pay for it.

    The seat is held until `rules.held_until`; afterwards `jobs.release_holds` gives it back. The same key gives
    the same seat again. Raises GroupNotFound, GroupNotOpen, GroupEnded, GroupFull, GroupClosing, AlreadyInGroup,
    and what `_agree` raises.
    """
    given = {"group": group, **asdict(choice)}
    async with db.transaction():
        earlier = await idempotency.earlier_result(user=buyer, mutation="joinGroup", key=key, given=given)
        if earlier:
            return _as_held(earlier)
        await accounts.lock(buyer)
        joined = await queries.group_by_code(group)
        deal = await queries.deal(joined.deal_id)
        await _refuse_to_join(buyer, deal, joined, choice)
        agreed = await _agree(buyer, deal, choice, prices=await queries.prices_in(joined.id))
        agreed.address = await _address(buyer, deal, choice)
        # One bounded UPDATE on the group row decides, not a count of seats: two buyers of the last seat have
        # nothing else to queue behind.
        claim = await db.row(_Claim, _CLAIM_SEAT, joined.id)
        if claim is None:
            await _refuse_to_join(buyer, deal, await queries.group_by_code(group), choice)
            raise errors.GroupFull(joined.id)
        streams.announce(STREAM, joined.id, claim.version)
        held = await _place(joined, buyer, choice, agreed, rules.held_until(claim.left + 1, claim.now))
        await idempotency.keep_result(user=buyer, mutation="joinGroup", key=key, result=asdict(held))
        return held


@dataclass(frozen=True, slots=True)
class _Claim:
    version: int
    left: int
    now: datetime


#: Claims one seat: only while the group forms, a seat is left, and the deadline is not near.
_CLAIM_SEAT = """
UPDATE groups SET held = held + 1, version = version + 1, last_change = 'SEAT_HELD'
 WHERE id = $1 AND status = 'FORMING' AND taken + held < size AND closes_at > $now
RETURNING version, size - taken - held AS left, $now AS now
"""


def _as_held(earlier: dict[str, Any]) -> HeldSeat:
    return HeldSeat(
        SeatId(db.as_id(earlier["seat"])), OrderId(db.as_id(earlier["order"])), GroupId(db.as_id(earlier["group"]))
    )


async def _refuse_to_join(buyer: UserId, deal: Deal, group: Group, choice: Choice) -> None:
    facts = await queries.buyer_facts(buyer, deal=deal, group=group)
    if refusal := rules.refusal_to_join(deal.terms, group.terms, facts, choice.quantity, await clock.now()):
        raise refusal


@dataclass(slots=True)
class _Agreed:
    """What buyer and shop agree on: the offer, what it costs, and where it goes."""

    offer: Offer
    priced: Priced
    address: dict[str, Any] = field(default_factory=dict)


async def _agree(buyer: UserId, deal: Deal, choice: Choice, *, prices: dict[OfferId, int] | None) -> _Agreed:
    """Raises SkuRequired, SkuNotInDeal, QuantityInvalid, AmountChanged."""
    if not 1 <= choice.quantity <= rules.MOST_PIECES:
        raise QuantityInvalid
    # A group sells what was on offer when it opened, at the price of then.
    if prices is None:
        on_offer = await queries.offers_of(deal.id)
    else:
        on_offer = [each for each in await queries.all_offers_of(deal.id) if each.id in prices]
    offer = _chosen(on_offer, choice.offer)
    price = offer.price_fen if prices is None else prices[offer.id]
    goods = Goods(sku=offer.sku_id, pieces=choice.quantity, unit_fen=price, kind=PriceKind.GROUP)
    return _Agreed(offer, await priced_for(buyer, goods, points=choice.use_points, expected_fen=choice.expected_fen))


def _chosen(on_offer: Sequence[Offer], chosen: OfferId | None) -> Offer:
    if chosen is None and len(on_offer) != 1:
        raise errors.SkuRequired
    found = [each for each in on_offer if chosen in {None, each.id}]
    if not found:
        raise errors.SkuNotInDeal
    return found[0]


async def _address(buyer: UserId, deal: Deal, choice: Choice) -> dict[str, Any]:
    """Raises AddressRequired, AddressNotFound, NoDelivery."""
    address = await address_of(buyer, choice.address)
    if not rules.delivers_to(deal.no_delivery, **{each: address[each] for each in ("province", "city", "district")}):
        raise NoDelivery
    return address


async def _new_group(deal: Deal, leader: UserId, now: datetime) -> Group:
    offers = await queries.offers_of(deal.id)
    group = await Group.create(
        code=new_group_code(),
        deal_id=deal.id,
        leader_id=leader,
        opener_id=leader,
        status=GroupStatus.PENDING,
        size=deal.size,
        window_seconds=deal.window_seconds,
        price_fen=min(offer.price_fen for offer in offers),
        held=1,
        last_change=GroupChangeKind.SEAT_HELD,
        created_at=now,
    )
    await GroupPrice.bulk_create(
        [GroupPrice(id=new_id(), group_id=group.id, offer_id=each.id, price_fen=each.price_fen) for each in offers]
    )
    return group


async def _place(group: Group, buyer: UserId, choice: Choice, agreed: _Agreed, held_until: datetime) -> HeldSeat:
    await _claim_quota(agreed.offer, choice.quantity)
    order = await place(
        buyer=buyer,
        priced=agreed.priced,
        address=agreed.address,
        pay_by=held_until,
        share_code=choice.share_code,
        purpose=Purpose.GROUP_SEAT,
    )
    seat = await Seat.create(
        group_id=group.id,
        deal_id=group.deal_id,
        user_id=buyer,
        order_id=order.id,
        offer_id=agreed.offer.id,
        quantity=choice.quantity,
        status=SeatStatus.HELD,
        held_until=held_until,
        release_due_at=held_until,
        if_seat_lost=choice.if_seat_lost,
        created_at=order.created_at,
    )
    await ask_for_money(order, title=await queries.title_of(group.deal_id), pay_by=held_until)
    return HeldSeat(seat.id, order.id, group.id)


async def _claim_quota(offer: Offer, pieces: int) -> None:
    claimed = await db.execute(
        "UPDATE offers SET quota_left = quota_left - $1 WHERE id = $2 AND quota_left >= $1", pieces, offer.id
    )
    if not claimed:
        raise errors.SoldOut
