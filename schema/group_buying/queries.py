"""Asking about deals and groups."""

from datetime import datetime
from uuid import UUID

import strawberry
from strawberry.dataloader import DataLoader

from app.core.ids import DealId, GroupCode, is_code
from app.group_buying import models, queries
from app.group_buying.errors import GroupNotFound
from schema.connections import Connection, page
from schema.context import Info
from schema.group_buying.loaders import load_deals
from schema.group_buying.types import Deal, Eligibility, Group, MySeat
from schema.group_buying.types.deal import open_deal, open_offer, open_sku
from schema.group_buying.types.group import open_group
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


#: Kind of public id to what opens it.
NODE_OPENERS = {"deal": open_deal, "offer": open_offer, "sku": open_sku, "group": open_group}
