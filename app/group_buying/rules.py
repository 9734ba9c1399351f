"""Who may open and join, how long a seat is held, and what becomes of a group at its deadline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.errors import DomainError
from app.core.ids import GroupId, OrderId
from app.group_buying import errors
from app.group_buying.states import Audience, DealMove, DealStatus, GroupStatus

HOLD = timedelta(minutes=10)
#: On the last seat, so that nobody can keep a group from completing for long.
LAST_SEAT_HOLD = timedelta(minutes=3)
#: No new hold this close to the deadline; a quarter of the window where that is shorter.
CLOSING = timedelta(minutes=2)

UNPAID_HOLDS = 2
#: This many holds that were given up unpaid within a day, lapsed or cancelled, pause the buyer; each further one twice
#: as long. Cancelling counts too: whoever holds, cancels and holds again blocks a seat for free just as well.
GIVEN_UP = 3
GIVEN_UP_WITHIN = timedelta(days=1)
PAUSE = timedelta(minutes=30)

#: WeChat that gives no answer for so long does not keep a seat from the others.
RELEASE_PATIENCE = timedelta(seconds=60)
#: How soon it is asked again.
RELEASE_RETRY = timedelta(seconds=10)

MOST_PIECES = 999


@dataclass(frozen=True, slots=True, kw_only=True)
class DealTerms:
    """What a deal says about who may buy how much when."""

    status: DealStatus
    starts_at: datetime
    ends_at: datetime
    open_audience: Audience
    join_audience: Audience
    #: The lowest rank that an audience of TIER lets in; None for whoever has the perk of members' groups.
    audience_rank: int | None = None
    limit_per_order: int | None
    limit_per_user: int | None
    no_delivery: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTerms:
    """How a group stands."""

    id: GroupId
    status: GroupStatus
    size: int
    taken: int
    held: int
    closes_at: datetime | None

    @property
    def seats_left(self) -> int:
        """Neither paid nor held."""
        return self.size - self.taken - self.held


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyerFacts:
    """What decides about one buyer in one deal."""

    is_staff: bool
    is_newcomer: bool
    #: Her tier's rank, whether it opens members' groups to her, and how long before its start any deal.
    rank: int = 0
    enters_members_groups: bool = False
    head_start: timedelta = timedelta()
    #: Her order with a live seat in this group.
    seat_order: OrderId | None = None
    #: The forming or pending group of this deal that she leads.
    leads: GroupId | None = None
    #: Pieces of this deal with a live seat, unpaid ones included.
    bought: int = 0
    #: When each of her unpaid holds is over at the latest, anywhere.
    holds: Sequence[datetime] = ()
    #: When she gave up holds that she could have paid, within the last day, anywhere.
    given_up: Sequence[datetime] = ()


def deal_status(deal: DealTerms, now: datetime) -> DealStatus:
    """A deal's status as it is now: times decide between SCHEDULED, RUNNING and ENDED."""
    if deal.status in {DealStatus.DRAFT, DealStatus.PAUSED, DealStatus.TAKEN_DOWN, DealStatus.ENDED}:
        return deal.status
    if now < deal.starts_at:
        return DealStatus.SCHEDULED
    return DealStatus.RUNNING if now < deal.ends_at else DealStatus.ENDED


def moved(move: DealMove, deal: DealTerms, now: datetime) -> DealStatus | None:
    """What a deal's status becomes by this move; None where it cannot be made as the deal stands now."""
    earlier, later = _MOVES[move]
    if deal_status(deal, now) not in earlier:
        return None
    # A deal whose time is over could be scheduled, and would have ended in the same moment.
    return None if later is DealStatus.SCHEDULED and now >= deal.ends_at else later


#: From which statuses each move is possible, and to which it leads; times decide when SCHEDULED is RUNNING.
_MOVES: dict[DealMove, tuple[frozenset[DealStatus], DealStatus]] = {
    DealMove.SCHEDULE: (frozenset({DealStatus.DRAFT}), DealStatus.SCHEDULED),
    DealMove.PAUSE: (frozenset({DealStatus.SCHEDULED, DealStatus.RUNNING}), DealStatus.PAUSED),
    DealMove.RESUME: (frozenset({DealStatus.PAUSED}), DealStatus.SCHEDULED),
    DealMove.END: (frozenset({DealStatus.SCHEDULED, DealStatus.RUNNING, DealStatus.PAUSED}), DealStatus.ENDED),
}


def refusal_to_open(deal: DealTerms, buyer: BuyerFacts, quantity: int, now: datetime) -> DomainError | None:
    """Why she may not open a group of this deal now; None if she may."""
    status = deal_status(deal, now)
    if status is not DealStatus.RUNNING and not _is_early_guest(deal, buyer, now):
        return errors.DealNotRunning(starts_at=deal.starts_at if status is DealStatus.SCHEDULED else None)
    if buyer.leads is not None:
        return errors.AlreadyLeading(buyer.leads)
    return _refusal_to_buy(deal, deal.open_audience, buyer, quantity, now)


def refusal_to_join(
    deal: DealTerms, group: GroupTerms, buyer: BuyerFacts, quantity: int, now: datetime
) -> DomainError | None:
    """Why she may not join this group now; None if she may. The deal itself may be over or paused."""
    if buyer.seat_order is not None:
        return errors.AlreadyInGroup(buyer.seat_order)
    if refusal := refusal_of_group(group, now):
        return refusal
    if deal_status(deal, now) is DealStatus.SCHEDULED and not _is_early_guest(deal, buyer, now):
        # A group that somebody opened before the start is for those who may be there so early.
        return errors.NotEligible(errors.Ineligible.TIER_TOO_LOW)
    return _refusal_to_buy(deal, deal.join_audience, buyer, quantity, now)


def asks_for_tier(deal: DealTerms, now: datetime) -> bool:
    """Whether a buyer's tier matters in this deal now."""
    return Audience.TIER in {deal.open_audience, deal.join_audience} or now < deal.starts_at


def _is_early_guest(deal: DealTerms, buyer: BuyerFacts, now: datetime) -> bool:
    return deal_status(deal, now) is DealStatus.SCHEDULED and now >= deal.starts_at - buyer.head_start


def refusal_of_group(group: GroupTerms, now: datetime) -> DomainError | None:
    """Why nobody may join this group now; None if somebody may."""
    if group.status is GroupStatus.PENDING:
        return errors.GroupNotOpen()
    if group.status is GroupStatus.COMPLETED:
        return errors.GroupFull(group.id)
    if group.status is not GroupStatus.FORMING:
        return errors.GroupEnded(group.status)
    if group.seats_left <= 0:
        return errors.GroupFull(group.id)
    if group.closes_at is not None and now >= group.closes_at:
        return errors.GroupClosing()
    return None


def _refusal_to_buy(
    deal: DealTerms, audience: Audience, buyer: BuyerFacts, quantity: int, now: datetime
) -> DomainError | None:
    if buyer.is_staff:
        return errors.NotEligible(errors.Ineligible.STAFF_OF_THE_MERCHANT)
    if audience is Audience.NEWCOMERS and not buyer.is_newcomer:
        return errors.NotEligible(errors.Ineligible.NEWCOMERS_ONLY)
    if audience is Audience.TIER and not _is_high_enough(deal, buyer):
        return errors.NotEligible(errors.Ineligible.TIER_TOO_LOW)
    return _refusal_for_limits(deal, buyer, quantity) or refusal_to_hold(buyer, now)


def _is_high_enough(deal: DealTerms, buyer: BuyerFacts) -> bool:
    return buyer.enters_members_groups if deal.audience_rank is None else buyer.rank >= deal.audience_rank


def _refusal_for_limits(deal: DealTerms, buyer: BuyerFacts, quantity: int) -> DomainError | None:
    if deal.limit_per_order is not None and quantity > deal.limit_per_order:
        return errors.LimitReached(limit=deal.limit_per_order, bought=buyer.bought)
    if deal.limit_per_user is not None and buyer.bought + quantity > deal.limit_per_user:
        return errors.LimitReached(limit=deal.limit_per_user, bought=buyer.bought)
    return None


def refusal_to_hold(buyer: BuyerFacts, now: datetime) -> DomainError | None:
    """Whether she has blocked seats enough: two unpaid holds, or a pause after three that she gave up."""
    if len(buyer.holds) >= UNPAID_HOLDS:
        return errors.HoldLimit(min(buyer.holds))
    if len(buyer.given_up) >= GIVEN_UP:
        doublings = min(len(buyer.given_up) - GIVEN_UP, 10)
        until = max(buyer.given_up) + min(PAUSE * 2**doublings, GIVEN_UP_WITHIN)
        if now < until:
            return errors.HoldLimit(until)
    return None


def held_until(seats_left: int, now: datetime) -> datetime:
    """When the hold ends of somebody who takes one of these seats now."""
    return now + (LAST_SEAT_HOLD if seats_left == 1 else HOLD)


def closes_at(expires_at: datetime, window_seconds: int) -> datetime:
    """From when on a group takes no new holds."""
    return expires_at - min(CLOSING, timedelta(seconds=window_seconds) / 4)


def delivers_to(no_delivery: Sequence[str], *, province: str, city: str, district: str) -> bool:
    """Whether a deal that leaves these regions out delivers to this one.

    A region may be left out by its short name: 新疆 means 新疆维吾尔自治区.
    """
    region = (province, city, district)
    return not any(part.startswith(left_out) for part in region for left_out in no_delivery if left_out)
