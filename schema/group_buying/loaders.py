"""Deals, groups and seats, many at once."""

from datetime import datetime

from app.core import clock
from app.core.ids import DealId, GroupId, OrderId
from app.group_buying import queries
from app.group_buying.models import Deal, Group, Offer, Seat
from app.group_buying.queries import for_staff


async def load_moment(deals: list[DealId]) -> list[datetime]:
    """The moment at which all these deals are looked at: one, however many ask for it at once."""
    return [await clock.now()] * len(deals)


async def load_deals(ids: list[DealId]) -> list[Deal | None]:
    """These deals; None for what there is not."""
    found = await queries.deals(ids)
    return [found.get(each) for each in ids]


async def load_offers_of(ids: list[DealId]) -> list[list[Offer]]:
    """What these deals offer."""
    found = await queries.offers_of_deals(ids)
    return [found[each] for each in ids]


async def load_all_offers_of(ids: list[DealId]) -> list[list[Offer]]:
    """What these deals offer and have offered."""
    found = await queries.offers_of_deals(ids, closed_too=True)
    return [found[each] for each in ids]


async def load_groups(ids: list[GroupId]) -> list[Group | None]:
    """These groups; None for what there is not."""
    found = await queries.groups(ids)
    return [found.get(each) for each in ids]


async def load_seats_of(ids: list[GroupId]) -> list[list[Seat]]:
    """The paid seats of these groups."""
    found = await queries.seats_of(ids)
    return [found[each] for each in ids]


async def load_all_seats_of(ids: list[GroupId]) -> list[list[Seat]]:
    """All seats of these groups that there ever were."""
    found = await for_staff.all_seats_of(ids)
    return [found[each] for each in ids]


async def load_seats_of_orders(ids: list[OrderId]) -> list[Seat | None]:
    """The seats that these orders pay for."""
    found = await queries.seats_of_orders(ids)
    return [found.get(each) for each in ids]
