"""Reading deals, groups and seats."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from tortoise.expressions import Q

from app.accounts import queries as accounts
from app.catalog import rules as catalog_rules
from app.catalog.ports import DealPrice
from app.checkout.queries import Goods
from app.core import clock, db
from app.core.errors import DomainError
from app.core.ids import DealId, GroupCode, GroupId, OfferId, OrderId, SeatId, SkuId, UserId
from app.group_buying import errors, rules
from app.group_buying.models import Deal, Group, GroupPrice, Offer, Seat
from app.group_buying.states import HELD_SEATS, LIVE_SEATS, DealStatus, GroupStatus, SeatEnd, SeatStatus
from app.membership import queries as membership
from app.membership.states import PerkKind
from app.orders import queries as orders
from app.payments import queries as payments
from app.pricing.states import PriceKind


async def deal(deal_id: DealId) -> Deal:
    """A deal that the public may see. Raises DealNotFound, also for a draft."""
    found = await Deal.get_or_none(id=deal_id)
    if found is None or found.status is DealStatus.DRAFT:
        raise errors.DealNotFound
    return found


async def deals(ids: Sequence[DealId]) -> dict[DealId, Deal]:
    """These deals; one that does not exist is left out."""
    return {each.id: each for each in await Deal.filter(id__in=ids)}


async def title_of(deal_id: DealId) -> str:
    """What a deal is called."""
    return (await Deal.get(id=deal_id)).title


@dataclass(frozen=True, slots=True)
class FoundDeal:
    """A deal in a list, and its place there: the most relevant first, then those that end first."""

    id: DealId
    #: 0 where nothing was searched for.
    relevance: int
    ends_at: datetime


async def deals_page(*, search: str, limit: int, after: tuple[int, datetime, DealId] | None) -> list[FoundDeal]:
    """Deals that run now and have all the words of a search in them; words without a letter find nothing."""
    terms = catalog_rules.terms_of(search)
    if search.strip() and not terms:
        return []
    scores, parameters = catalog_rules.relevance(terms, "search_text", first=5)
    relevance, ends_at, deal_id = after or (_ABOVE_ALL, _BEFORE_ALL, DealId(UUID(int=0)))
    statement = _DEALS.format(
        columns="".join(f", {score} AS s{number}" for number, score in enumerate(scores)),
        relevance=" + ".join(f"s{number}" for number in range(len(scores))) or "0",
        found="".join(f" AND s{number} > 0" for number in range(len(scores))),
    )
    return await db.rows(FoundDeal, statement, relevance, ends_at, deal_id, limit, *parameters)


#: More than any relevance, and before any moment.
_ABOVE_ALL = 2**31 - 1
_BEFORE_ALL = datetime(1, 1, 1, tzinfo=UTC)

#: Running deals by relevance, end and id, after a place. The braces are filled with expressions of `rules.relevance`.
_DEALS = """
SELECT id, relevance, ends_at FROM (
  SELECT id, ends_at, {relevance} AS relevance FROM (
    SELECT id, ends_at{columns} FROM deals
     WHERE status IN ('SCHEDULED', 'RUNNING') AND starts_at <= $now AND ends_at > $now
  ) AS scored WHERE 1 = 1{found}
) AS ranked
 WHERE relevance < $1 OR (relevance = $1 AND (ends_at > $2 OR (ends_at = $2 AND id > $3)))
 ORDER BY relevance DESC, ends_at, id LIMIT $4
"""


async def offers_of(deal_id: DealId) -> list[Offer]:
    """What a deal offers, in its order."""
    return await Offer.filter(deal_id=deal_id, closed=False).order_by("position")


async def all_offers_of(deal_id: DealId) -> list[Offer]:
    """What a deal offers and has offered: groups that are there still sell what staff have taken out since."""
    return await Offer.filter(deal_id=deal_id).order_by("position")


async def offers_of_deals(ids: Sequence[DealId], *, closed_too: bool = False) -> dict[DealId, list[Offer]]:
    """What these deals offer, each in its order; if asked for, also what staff have taken out since."""
    found: dict[DealId, list[Offer]] = {each: [] for each in ids}
    wanted = Offer.filter(deal_id__in=ids) if closed_too else Offer.filter(deal_id__in=ids, closed=False)
    for offer in await wanted.order_by("position"):
        found[offer.deal_id].append(offer)
    return found


async def dearest_in_groups(sku: SkuId) -> DealPrice | None:
    """Answers the catalogue: the dearest that a SKU is in a deal that is scheduled, runs or pauses."""
    return await db.row(DealPrice, _DEAREST, sku)


_DEAREST = """
SELECT d.id AS deal, o.price_fen FROM offers o JOIN deals d ON d.id = o.deal_id
 WHERE o.sku_id = $1 AND NOT o.closed AND d.status IN ('SCHEDULED', 'RUNNING', 'PAUSED') AND d.ends_at > $now
 ORDER BY o.price_fen DESC, d.id LIMIT 1
"""


async def offers(ids: Sequence[OfferId]) -> dict[OfferId, Offer]:
    """These offers; one that does not exist is left out."""
    return {each.id: each for each in await Offer.filter(id__in=ids)}


async def group_by_code(code: GroupCode) -> Group:
    """A group by its code. Raises GroupNotFound."""
    found = await Group.get_or_none(code=code)
    if found is None:
        raise errors.GroupNotFound
    return found


async def groups(ids: Sequence[GroupId]) -> dict[GroupId, Group]:
    """These groups; one that does not exist is left out."""
    return {each.id: each for each in await Group.filter(id__in=ids)}


async def heads(ids: Sequence[GroupId]) -> dict[GroupId, int]:
    """The versions of these groups: the heads of their streams."""
    return {each.id: each.version for each in await Group.filter(id__in=ids).only("id", "version")}


async def prices_in(group: GroupId) -> dict[OfferId, int]:
    """What each offer costs in a group, per piece in fen: as it was when the group opened."""
    return {each.offer_id: each.price_fen for each in await GroupPrice.filter(group_id=group)}


async def goods_in_group(code: GroupCode, *, offer: OfferId | None, sku: SkuId | None, pieces: int) -> Goods | None:
    """These pieces as they can be bought in a group now, named as the deal's offer or the shop's SKU.

    None where they cannot. Raises GroupNotFound.
    """
    found = await group_by_code(code)
    if rules.refusal_of_group(found.terms, await clock.now()):
        return None
    return _goods(await offers_of(found.deal_id), await prices_in(found.id), offer, sku, pieces)


async def goods_to_open(offer: OfferId, pieces: int) -> Goods | None:
    """These pieces as they can be bought by opening a group of their deal now; None where they cannot."""
    found = (await offers([offer])).get(offer)
    of = (await deals([found.deal_id])).get(found.deal_id) if found else None
    if found is None or of is None or rules.deal_status(of.terms, await clock.now()) is not DealStatus.RUNNING:
        return None
    return _goods([found], {found.id: found.price_fen}, offer, None, pieces)


def _goods(
    on_offer: Sequence[Offer], prices: dict[OfferId, int], offer: OfferId | None, sku: SkuId | None, pieces: int
) -> Goods | None:
    for each in on_offer:
        if each.id in prices and offer in {None, each.id} and sku in {None, each.sku_id}:
            if not 1 <= pieces <= min(rules.MOST_PIECES, each.quota_left):
                return None
            return Goods(sku=each.sku_id, pieces=pieces, unit_fen=prices[each.id], kind=PriceKind.GROUP)
    return None


@dataclass(frozen=True, slots=True)
class Joinable:
    """A group that can be joined, and its place in the list: fewest seats left first, then the nearest deadline."""

    id: GroupId
    seats_left: int
    expires_at: datetime


async def joinable_groups(
    deal_id: DealId, *, limit: int, after: tuple[int, datetime, GroupId] | None = None
) -> list[Joinable]:
    """Groups of a deal that can be joined: full and closing ones are left out."""
    left, expires_at, group = after or (-1, datetime.min.replace(tzinfo=UTC), GroupId(UUID(int=0)))
    return await db.rows(Joinable, _JOINABLE, deal_id, left, expires_at, group, limit)


_JOINABLE = """
SELECT id, size - taken - held AS seats_left, expires_at FROM groups
 WHERE deal_id = $1 AND status = 'FORMING' AND taken + held < size AND closes_at > $now
   AND (size - taken - held > $2
        OR (size - taken - held = $2 AND (expires_at > $3 OR (expires_at = $3 AND id > $4))))
 ORDER BY size - taken - held, expires_at, id LIMIT $5
"""


async def seats_of(ids: Sequence[GroupId]) -> dict[GroupId, list[Seat]]:
    """The paid seats of these groups, in the order in which they were paid.

    Those that were refunded because the group failed stay, and those that were given back once it was complete.
    """
    found: dict[GroupId, list[Seat]] = {each: [] for each in ids}
    stays = Q(taken_at__isnull=False, end__in=[SeatEnd.GROUP_FAILED, SeatEnd.RETURNED])
    paid = Q(status__in=[SeatStatus.TAKEN, SeatStatus.SETTLED]) | stays
    for seat in await Seat.filter(paid, group_id__in=ids).order_by("taken_at", "id"):
        found[seat.group_id].append(seat)
    return found


async def seat_by_id(seat: SeatId) -> Seat:
    """A seat that is known to exist."""
    return await Seat.get(id=seat)


async def seat_of_order(order: OrderId) -> Seat:
    """The seat that an order pays for."""
    return await Seat.get(order_id=order)


async def seats_of_orders(ids: Sequence[OrderId]) -> dict[OrderId, Seat]:
    """The seats that these orders pay for."""
    return {each.order_id: each for each in await Seat.filter(order_id__in=ids)}


async def latest_seat(user: UserId, group: GroupCode) -> Seat | None:
    """Somebody's newest seat in a group; None where she never had one. Raises GroupNotFound."""
    found = await group_by_code(group)
    return await Seat.filter(group_id=found.id, user_id=user).order_by("-created_at", "-id").first()


async def buyer_facts(buyer: UserId, *, deal: Deal, group: Group | None = None) -> rules.BuyerFacts:
    """What decides whether this buyer may open or join; exact while her row is locked."""
    now = await clock.now()
    live = await Seat.filter(Q(deal_id=deal.id) | Q(status__in=HELD_SEATS), user_id=buyer, status__in=LIVE_SEATS)
    leads = await Group.filter(
        deal_id=deal.id, leader_id=buyer, status__in=[GroupStatus.PENDING, GroupStatus.FORMING]
    ).first()
    # Most deals ask for no tier, and their buyers do not wait for one.
    standing = await membership.standing(buyer) if rules.asks_for_tier(deal.terms, now) else None
    return rules.BuyerFacts(
        rank=standing.rank if standing else 0,
        enters_members_groups=standing is not None and standing.has(PerkKind.MEMBERS_ONLY_GROUPS),
        head_start=standing.head_start if standing else timedelta(),
        is_staff=bool(await accounts.roles(buyer)),
        is_newcomer=not await orders.has_bought(await accounts.same_person(buyer)),
        seat_order=next((seat.order_id for seat in live if group and seat.group_id == group.id), None),
        leads=leads.id if leads else None,
        bought=sum(seat.quantity for seat in live if seat.deal_id == deal.id),
        holds=[end for seat in live if (end := _hold_ends(seat))],
        given_up=await _given_up(buyer, now),
    )


async def leaders_among(users: Sequence[UserId], *, deal: DealId) -> set[UserId]:
    """Those of these people who lead a group of a deal that forms or waits for their money."""
    led = Group.filter(leader_id__in=users, deal_id=deal, status__in=[GroupStatus.PENDING, GroupStatus.FORMING])
    return {group.leader_id for group in await led}


async def _given_up(buyer: UserId, now: datetime) -> list[datetime]:
    """When she let go of holds. One that WeChat gave her no means to pay for is not her doing."""
    let_go = await Seat.filter(
        user_id=buyer,
        end__in=[SeatEnd.LAPSED, SeatEnd.CANCELLED],
        taken_at=None,
        releasing_since__gt=now - rules.GIVEN_UP_WITHIN,
    )
    blameless = await payments.never_payable([seat.order_id for seat in let_go])
    return [seat.releasing_since for seat in let_go if seat.releasing_since and seat.order_id not in blameless]


def _hold_ends(seat: Seat) -> datetime | None:
    """When an unpaid seat is free at the latest; None for a paid one."""
    if seat.status is SeatStatus.RELEASING and seat.releasing_since:
        return seat.releasing_since + rules.RELEASE_PATIENCE
    return seat.held_until if seat.status is SeatStatus.HELD else None


async def refusal_to_join(user: UserId, group: GroupCode) -> DomainError | None:
    """What joining with one piece would be answered now; None if nothing. Raises GroupNotFound."""
    found = await group_by_code(group)
    of = await deal(found.deal_id)
    facts = await buyer_facts(user, deal=of, group=found)
    return rules.refusal_to_join(of.terms, found.terms, facts, 1, await clock.now())


@dataclass(frozen=True, slots=True)
class GroupForWords:
    """What a sentence about a group needs."""

    id: GroupId
    code: GroupCode
    leader: UserId
    title: str
    seats_left: int
    size: int


async def group_for_words(group: GroupId) -> GroupForWords:
    """What a sentence about a group needs."""
    found = await Group.get(id=group)
    return GroupForWords(
        found.id, found.code, found.leader_id, await title_of(found.deal_id), found.terms.seats_left, found.size
    )
