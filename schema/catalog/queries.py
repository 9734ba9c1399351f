"""Asking about products."""

from datetime import datetime
from uuid import UUID

import strawberry
from strawberry.dataloader import DataLoader

from app.accounts.models import Role
from app.catalog import models, queries
from app.core.ids import ProductId
from schema.catalog.loaders import load_products
from schema.catalog.types import Product, StaffProduct, open_product
from schema.connections import Connection, page
from schema.context import Info
from schema.inputs import read_cursor, read_id, read_page_size, read_text

_LONGEST_SEARCH = 100
_LONGEST_CATEGORY = 32
_LOOK_AT_PRODUCTS = (Role.MERCHANT, Role.MARKETER, Role.SUPPORT)


@strawberry.input
class ProductFilter:
    """Which products."""

    search: str | None = strawberry.field(
        default=None, description="Words in Chinese or English; null or empty for all."
    )
    category: str | None = None


@strawberry.type
class CatalogQuery:
    """What everybody may ask."""

    @strawberry.field(description="What the shop sells alone: what fits a search best first, then what sells best.")
    async def products(
        self,
        info: Info,
        first: int,
        after: str | None = None,
        filter: ProductFilter | None = None,  # noqa: A002 - the API's word
    ) -> Connection[Product]:
        """List the shop's products."""
        size = read_page_size(first)
        search = read_text((filter and filter.search) or "", "filter.search", _LONGEST_SEARCH)
        category = read_text((filter and filter.category) or "", "filter.category", _LONGEST_CATEGORY) or None
        found = await queries.products_page(search=search, category=category, limit=size + 1, after=_place(after))
        loader: DataLoader[ProductId, models.Product | None] = info.context.loader(load_products)
        rows = {row.id: row for row in await loader.load_many([each.id for each in found]) if row}
        return page(
            found,
            first=size,
            after=after,
            key=lambda each: (each.relevance, each.popularity, str(each.id)),
            node=lambda each: Product.of(rows[each.id]),
        )

    @strawberry.field
    async def product(self, info: Info, id: strawberry.ID) -> Product | None:  # noqa: A002 - the API's word
        """Open a product."""
        product = read_id("product", id, "id")
        return await open_product(info, product) if product else None


def _place(after: str | None) -> tuple[int, int, ProductId] | None:
    key = read_cursor(after, [int, int, UUID])
    return key and (key[0], key[1], ProductId(key[2]))


@strawberry.type
class CatalogStaff:
    """The catalogue as staff see it."""

    @strawberry.field(description="For MERCHANT, MARKETER and SUPPORT. The newest first.")
    async def products(
        self,
        info: Info,
        first: int,
        after: str | None = None,
        on_sale: bool | None = None,
        search: str | None = None,
    ) -> Connection[StaffProduct]:
        """List products: those that are (not) on sale, with words in them."""
        info.context.must_have(*_LOOK_AT_PRODUCTS)
        size = read_page_size(first)
        place = read_cursor(after, [datetime, UUID])
        found = await queries.page_for_staff(
            on_sale=on_sale,
            search=read_text(search or "", "search", _LONGEST_SEARCH),
            limit=size + 1,
            before=place and (place[0], ProductId(place[1])),
        )
        return page(
            found,
            first=size,
            after=after,
            key=lambda product: (product.created_at.isoformat(), str(product.id)),
            node=StaffProduct.of,
        )

    @strawberry.field(description="For MERCHANT, MARKETER and SUPPORT.")
    async def product(self, info: Info, id: strawberry.ID) -> StaffProduct | None:  # noqa: A002 - the API's word
        """Open a product."""
        info.context.must_have(*_LOOK_AT_PRODUCTS)
        product = read_id("product", id, "id")
        found = await queries.products([ProductId(product)]) if product else {}
        return next((StaffProduct.of(each) for each in found.values()), None)
