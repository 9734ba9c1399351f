"""Asking about products."""

from uuid import UUID

import strawberry
from strawberry.dataloader import DataLoader

from app.catalog import models, queries
from app.core.ids import ProductId
from schema.catalog.loaders import load_products
from schema.catalog.types import Product, open_product
from schema.connections import Connection, page
from schema.context import Info
from schema.inputs import read_cursor, read_id, read_page_size, read_text

_LONGEST_SEARCH = 100
_LONGEST_CATEGORY = 32


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
