"""Deals and what they offer."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry
from strawberry.dataloader import DataLoader

from app.accounts.models import Role
from app.catalog import models as catalog
from app.catalog import queries as catalog_queries
from app.core.ids import DealId, GroupId, OfferId, ProductId, SkuId
from app.group_buying import models, queries, rules
from app.group_buying.states import Audience, DealStatus
from app.membership.rules import plans
from schema.catalog.loaders import load_products, load_skus, load_skus_of
from schema.catalog.types import Product
from schema.connections import Connection, page
from schema.context import Info
from schema.group_buying.loaders import load_groups, load_moment, load_offers_of
from schema.inputs import read_cursor, read_page_size
from schema.membership.loaders import load_tiers
from schema.membership.types import Tier
from schema.pictures import media_url
from schema.scalars import Money, Node, public_id

if TYPE_CHECKING:
    from schema.group_buying.types.group import Group

strawberry.enum(DealStatus)
strawberry.enum(Audience)

#: Who works with deals: drafts too.
LOOK_AT_DEALS = (Role.MERCHANT, Role.MARKETER, Role.SUPPORT)


@strawberry.type
class LadderRung:
    """A size of group, and what a piece costs in it."""

    size: int
    price: Money


@strawberry.type(
    description="One choice of a product as one deal, flash sale or the shop itself offers it: ids differ per offer, "
    "so that no cache mixes two prices."
)
class Sku(Node):
    """A SKU on offer."""

    option_values: list[str] = strawberry.field(description="One per option of the product, in their order.")
    price: Money
    solo_price: Money = strawberry.field(description="What buyNow charges before perks.")
    available: int = strawberry.field(description="How many can still be bought in this offer.")
    image_url: str | None

    @classmethod
    def of(cls, offer: models.Offer, sku: catalog.Sku, product: catalog.Product) -> "Sku":
        """The API's form of a SKU in a deal."""
        return cls(
            id=public_id("offer", offer.id),
            option_values=sku.option_values,
            price=Money.of(offer.price_fen),
            solo_price=Money.of(sku.price_fen),
            available=offer.quota_left,
            image_url=media_url(product.pictures[0]["path"]) if product.pictures else None,
        )

    @classmethod
    def alone(cls, sku: catalog.Sku, product: catalog.Product) -> "Sku":
        """The API's form of a SKU that the shop itself offers."""
        return cls(
            id=public_id("sku", sku.id),
            option_values=sku.option_values,
            price=Money.of(sku.price_fen),
            solo_price=Money.of(sku.price_fen),
            # Off sale nobody can buy it alone, however many there are.
            available=0 if product.off_sale_at else sku.stock,
            image_url=media_url(product.pictures[0]["path"]) if product.pictures else None,
        )


@strawberry.type
class Deal(Node):
    """What is offered for group buying."""

    row: strawberry.Private[models.Deal]
    title: str
    description: str
    starts_at: datetime
    ends_at: datetime
    window_seconds: int = strawberry.field(
        description="How long one group may form once its leader has paid, in seconds."
    )
    size: int = strawberry.field(description="Seats of a group; with a ladder, its smallest rung.")
    ladder: list[LadderRung] = strawberry.field(description="The smallest rung first; empty without a ladder.")
    limit_per_order: int | None = strawberry.field(description="Pieces; null for no limit.")
    limit_per_user: int | None = strawberry.field(description="Pieces; null for no limit.")
    open_audience: Audience
    join_audience: Audience

    @strawberry.field
    async def status(self, info: Info) -> DealStatus:
        """Say how it stands now."""
        loader: DataLoader[DealId, datetime] = info.context.loader(load_moment)
        return rules.deal_status(self.row.terms, await loader.load(self.row.id))

    @strawberry.field
    async def audience_tier(self, info: Info) -> Tier | None:
        """Tell the lowest tier that an audience of TIER lets in."""
        if self.row.audience_rank is None:
            return None
        loader: DataLoader[int, plans.Tier | None] = info.context.loader(load_tiers)
        tier = await loader.load(self.row.audience_rank)
        return Tier.of(tier) if tier else None

    @strawberry.field(description="Per piece in a group of this size.")
    async def price(self, info: Info) -> Money:
        """Say what the cheapest SKU costs in a group."""
        return Money.of(min(offer.price_fen for offer in await _offers(info, self.row)))

    @strawberry.field(description="What buyNow charges before perks.")
    async def solo_price(self, info: Info) -> Money:
        """Say what the cheapest SKU costs alone."""
        loader: DataLoader[ProductId, list[catalog.Sku]] = info.context.loader(load_skus_of)
        return Money.of(min(sku.price_fen for sku in await loader.load(self.row.product_id)))

    @strawberry.field
    async def product(self, info: Info) -> Product:
        """Tell the product."""
        return Product.of(await _product(info, self.row))

    @strawberry.field
    async def skus(self, info: Info) -> list[Sku]:
        """List what can be chosen."""
        offers = await _offers(info, self.row)
        loader: DataLoader[SkuId, catalog.Sku | None] = info.context.loader(load_skus)
        skus = await loader.load_many([offer.sku_id for offer in offers])
        product = await _product(info, self.row)
        return [Sku.of(offer, sku, product) for offer, sku in zip(offers, skus, strict=True) if sku]

    @strawberry.field(description="Groups that can be joined, fewest seats left first.")
    async def groups(
        self, info: Info, first: int, after: str | None = None
    ) -> Connection[Annotated["Group", strawberry.lazy("schema.group_buying.types.group")]]:
        """List the groups that can be joined."""
        size = read_page_size(first)
        found = await queries.joinable_groups(self.row.id, limit=size + 1, after=_place(after))
        loader: DataLoader[GroupId, models.Group | None] = info.context.loader(load_groups)
        rows = {row.id: row for row in await loader.load_many([each.id for each in found]) if row}
        from schema.group_buying.types.group import Group  # noqa: PLC0415 - groups have deals, deals have groups

        return page(
            found,
            first=size,
            after=after,
            key=lambda each: (each.seats_left, each.expires_at.isoformat(), str(each.id)),
            node=lambda each: Group.of(rows[each.id]),
        )

    @strawberry.field
    async def recommended(self, info: Info, first: int) -> list[Product]:
        """List what else sells best."""
        product = await _product(info, self.row)
        others = await catalog_queries.bestsellers(
            beside=product.id, category=product.category, limit=read_page_size(first)
        )
        return [Product.of(each) for each in others]

    @classmethod
    def of(cls, row: models.Deal) -> "Deal":
        """The API's form of a deal."""
        return cls(
            id=public_id("deal", row.id),
            row=row,
            title=row.title,
            description=row.description,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            window_seconds=row.window_seconds,
            size=row.size,
            ladder=[],
            limit_per_order=row.limit_per_order,
            limit_per_user=row.limit_per_user,
            open_audience=row.open_audience,
            join_audience=row.join_audience,
        )


def _place(after: str | None) -> tuple[int, datetime, GroupId] | None:
    key = read_cursor(after, [int, datetime, UUID])
    return key and (key[0], key[1], GroupId(key[2]))


async def _product(info: Info, deal: models.Deal) -> catalog.Product:
    loader: DataLoader[ProductId, catalog.Product | None] = info.context.loader(load_products)
    product = await loader.load(deal.product_id)
    if product is None:
        raise LookupError(f"deal {deal.id} offers no product")
    return product


async def _offers(info: Info, deal: models.Deal) -> list[models.Offer]:
    loader: DataLoader[DealId, list[models.Offer]] = info.context.loader(load_offers_of)
    return await loader.load(deal.id)


async def open_deal(_: Info, deal: UUID) -> Deal | None:
    """A deal by its id; None for a draft."""
    row = (await queries.deals([DealId(deal)])).get(DealId(deal))
    return Deal.of(row) if row and row.status is not DealStatus.DRAFT else None


async def open_node(info: Info, deal: UUID) -> Deal | None:
    """A deal by its id; a draft for staff who look at deals."""
    if info.context.has_any(*LOOK_AT_DEALS):
        row = (await queries.deals([DealId(deal)])).get(DealId(deal))
        return Deal.of(row) if row else None
    return await open_deal(info, deal)


async def open_offer(info: Info, offer: UUID) -> Sku | None:
    """A SKU on offer by its id, for whoever may open its deal."""
    found = (await queries.offers([OfferId(offer)])).get(OfferId(offer))
    deal = await open_node(info, found.deal_id) if found else None
    if found is None or deal is None:
        return None
    sku = (await catalog_queries.skus([found.sku_id]))[found.sku_id]
    return Sku.of(found, sku, await _product(info, deal.row))


async def open_sku(info: Info, sku: UUID) -> Sku | None:
    """A SKU that the shop itself offers, by its id."""
    found = (await catalog_queries.skus([SkuId(sku)])).get(SkuId(sku))
    if found is None:
        return None
    loader: DataLoader[ProductId, catalog.Product | None] = info.context.loader(load_products)
    product = await loader.load(found.product_id)
    return Sku.alone(found, product) if product else None
