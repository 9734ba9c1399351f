"""Asking about deals and groups."""

from datetime import datetime
from uuid import UUID

import strawberry
from strawberry.dataloader import DataLoader

from app.core.ids import DealId, GroupCode, GroupId, is_code
from app.feed import queries as feed
from app.group_buying import models, queries
from app.group_buying.errors import GroupNotFound
from app.group_buying.queries import for_staff, open_groups
from app.group_buying.states import DealStatus, GroupStatus
from schema.connections import Connection, page
from schema.context import Info
from schema.group_buying.loaders import load_deals, load_groups
from schema.group_buying.types import Deal, Eligibility, Group, MySeat
from schema.group_buying.types.deal import LOOK_AT_DEALS, open_deal, open_node, open_offer, open_sku
from schema.group_buying.types.group import open_group
from schema.group_buying.types.staff import StaffDeal, StaffGroup
from schema.inputs import read_cursor, read_id, read_page_size, read_text
from schema.refusals import to_graphql

_LONGEST_SEARCH = 100


@strawberry.input
class DealFilter:
    """Which deals."""

    search: str | None = strawberry.field(
        default=None, description="Words in Chinese or English; null or empty for all."
    )


@strawberry.type
class GroupBuyingQuery:
    """What everybody may ask."""

    @strawberry.field(description="What runs now: what fits a search best first, then what ends first.")
    async def deals(
        self,
        info: Info,
        first: int,
        after: str | None = None,
        filter: DealFilter | None = None,  # noqa: A002 - the API's word
    ) -> Connection[Deal]:
        """List the deals that run now."""
        size = read_page_size(first)
        search = read_text((filter and filter.search) or "", "filter.search", _LONGEST_SEARCH)
        found = await queries.deals_page(search=search, limit=size + 1, after=_place_of_deal(after))
        loader: DataLoader[DealId, models.Deal | None] = info.context.loader(load_deals)
        rows = {row.id: row for row in await loader.load_many([each.id for each in found]) if row}
        return page(
            found,
            first=size,
            after=after,
            key=lambda each: (each.relevance, each.ends_at.isoformat(), str(each.id)),
            node=lambda each: Deal.of(rows[each.id]),
        )

    @strawberry.field
    async def deal(self, info: Info, id: strawberry.ID) -> Deal | None:  # noqa: A002 - the API's word
        """Open a deal."""
        deal = read_id("deal", id, "id")
        return await open_deal(info, deal) if deal else None

    @strawberry.field
    async def group(self, code: str) -> Group | None:
        """Open a group by its code."""
        if not is_code(code, "G"):
            return None
        try:
            return Group.of(await queries.group_by_code(GroupCode(code)))
        except GroupNotFound:
            return None


def _place_of_deal(after: str | None) -> tuple[int, datetime, DealId] | None:
    key = read_cursor(after, [int, datetime, UUID])
    return key and (key[0], key[1], DealId(key[2]))


@strawberry.type
class GroupBuyingViewer:
    """What is mine in groups."""

    @strawberry.field(description="My seat in that group; null where I have none.")
    async def seat(self, info: Info, group_code: str) -> MySeat | None:
        """Tell my newest seat in a group."""
        user = info.context.must_be_signed_in().user
        if not is_code(group_code, "G"):
            return None
        try:
            row = await queries.latest_seat(user, GroupCode(group_code))
        except GroupNotFound:
            return None
        return MySeat.of(row, (await queries.groups([row.group_id]))[row.group_id]) if row else None

    @strawberry.field(
        description="Groups of a deal that can be joined and in which somebody I know has paid: mutual followers, "
        "who completed a group with me, who bought upon my link or I upon hers. Fewest seats left first; "
        "to be shown before deal.groups, which are the same for everybody."
    )
    async def groups_of_acquaintances(self, info: Info, deal_id: strawberry.ID, first: int) -> list[Group]:
        """List the groups of a deal in which I know somebody."""
        user = info.context.must_be_signed_in().user
        size = read_page_size(first)
        deal = read_id("deal", deal_id, "dealId")
        circle = await feed.circle_of(user)
        if deal is None or not circle.known:
            return []
        found = await open_groups.open_groups_of_deal_with(sorted(circle.known), deal=DealId(deal), limit=size)
        loader: DataLoader[GroupId, models.Group | None] = info.context.loader(load_groups)
        return [Group.of(row) for row in await loader.load_many([each.id for each in found]) if row]

    @strawberry.field(description="Whether I could join now; null where there is no such group.")
    async def eligibility(self, info: Info, group_code: str) -> Eligibility | None:
        """Tell whether I could join a group now."""
        user = info.context.must_be_signed_in().user
        if not is_code(group_code, "G"):
            return None
        try:
            refusal = await queries.refusal_to_join(user, GroupCode(group_code))
        except GroupNotFound:
            return None
        return Eligibility(
            can_join=refusal is None, refusal=await to_graphql(refusal, info.context) if refusal else None
        )


@strawberry.type
class GroupBuyingStaff:
    """Deals and groups as staff see them."""

    @strawberry.field(description="For MERCHANT, MARKETER and SUPPORT. The newest first, drafts too.")
    async def deals(
        self,
        info: Info,
        first: int,
        after: str | None = None,
        status: DealStatus | None = None,
        search: str | None = None,
    ) -> Connection[StaffDeal]:
        """List deals: of a status, with words in them."""
        info.context.must_have(*LOOK_AT_DEALS)
        size = read_page_size(first)
        place = read_cursor(after, [datetime, UUID])
        found = await for_staff.deals(
            status=status,
            search=read_text(search or "", "search", _LONGEST_SEARCH),
            limit=size + 1,
            before=place and (place[0], DealId(place[1])),
        )
        return page(found, first=size, after=after, key=_by_creation, node=StaffDeal.of)

    @strawberry.field(description="For MERCHANT, MARKETER and SUPPORT.")
    async def deal(self, info: Info, id: strawberry.ID) -> StaffDeal | None:  # noqa: A002 - the API's word
        """Open a deal, a draft too."""
        info.context.must_have(*LOOK_AT_DEALS)
        deal = read_id("deal", id, "id")
        found = await queries.deals([DealId(deal)]) if deal else {}
        return next((StaffDeal.of(each) for each in found.values()), None)

    @strawberry.field(description="For MERCHANT, MARKETER and SUPPORT. The newest first.")
    async def groups(
        self,
        info: Info,
        first: int,
        after: str | None = None,
        deal_id: strawberry.ID | None = None,
        status: GroupStatus | None = None,
    ) -> Connection[StaffGroup]:
        """List groups: of a deal, of a status."""
        info.context.must_have(*LOOK_AT_DEALS)
        size = read_page_size(first)
        place = read_cursor(after, [datetime, UUID])
        found = await for_staff.groups(
            deal=DealId(read_id("deal", deal_id, "dealId") or _NO_DEAL) if deal_id is not None else None,
            status=status,
            limit=size + 1,
            before=place and (place[0], GroupId(place[1])),
        )
        return page(found, first=size, after=after, key=_by_creation, node=StaffGroup.of)

    @strawberry.field(description="For MERCHANT, MARKETER and SUPPORT.")
    async def group(self, info: Info, code: str) -> StaffGroup | None:
        """Open a group by its code."""
        info.context.must_have(*LOOK_AT_DEALS)
        if not is_code(code, "G"):
            return None
        try:
            return StaffGroup.of(await queries.group_by_code(GroupCode(code)))
        except GroupNotFound:
            return None


#: An id of another kind names no deal.
_NO_DEAL = UUID(int=0)


def _by_creation(row: models.Deal | models.Group) -> tuple[object, ...]:
    return row.created_at.isoformat(), str(row.id)


#: Kind of public id to what opens it.
NODE_OPENERS = {"deal": open_node, "offer": open_offer, "sku": open_sku, "group": open_group}
