"""The catalogue as staff see it."""

from datetime import datetime
from uuid import UUID

import strawberry

from app.accounts.models import Role
from app.catalog import queries
from app.core.ids import ProductId
from schema.catalog.types import StaffProduct
from schema.connections import Connection, page
from schema.context import Info
from schema.inputs import read_cursor, read_id, read_page_size, read_text

_LONGEST_SEARCH = 100
_LOOK_AT_PRODUCTS = (Role.MERCHANT, Role.MARKETER, Role.SUPPORT)


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
