"""What the API says of products."""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry
from strawberry.dataloader import DataLoader

from app.catalog import models
from app.core.ids import ProductId
from schema.catalog.loaders import load_products, load_skus_of
from schema.context import Info
from schema.pictures import image
from schema.scalars import Image, Money, Node, public_id

if TYPE_CHECKING:
    from schema.group_buying.types.deal import Sku


@strawberry.type
class ProductOption:
    """Something to choose."""

    name: str = strawberry.field(description="Such as 颜色.")
    values: list[str]


@strawberry.type
class Product(Node):
    """What is sold."""

    row: strawberry.Private[models.Product]
    title: str
    description: str
    category: str
    cover_url: str | None
    images: list[Image]
    options: list[ProductOption]
    sold_count: int

    @strawberry.field(description="What the cheapest SKU costs alone.")
    async def price(self, info: Info) -> Money:
        """Say what it costs."""
        loader: DataLoader[ProductId, list[models.Sku]] = info.context.loader(load_skus_of)
        return Money.of(min(sku.price_fen for sku in await loader.load(self.row.id)))

    @strawberry.field(description="What buyNow sells, at the price alone.")
    async def skus(self, info: Info) -> list[Annotated["Sku", strawberry.lazy("schema.group_buying.types.deal")]]:
        """List what can be bought alone."""
        from schema.group_buying.types.deal import Sku  # noqa: PLC0415 - offers have products, products have offers

        loader: DataLoader[ProductId, list[models.Sku]] = info.context.loader(load_skus_of)
        return [Sku.alone(sku, self.row) for sku in await loader.load(self.row.id)]

    @strawberry.field(description="What shipping an order of it costs before perks, however many pieces.")
    def shipping(self) -> Money:
        """Say what shipping costs."""
        return Money.of(self.row.shipping_fen)

    @classmethod
    def of(cls, row: models.Product) -> "Product":
        """The API's form of a product."""
        images = [image(each) for each in row.pictures]
        return cls(
            id=public_id("product", row.id),
            row=row,
            title=row.title,
            description=row.description,
            category=row.category,
            cover_url=images[0].url if images else None,
            images=images,
            options=[ProductOption(name=each["name"], values=each["values"]) for each in row.options],
            sold_count=row.sold_count,
        )


async def open_product(info: Info, product: UUID) -> Product | None:
    """A product by its id."""
    loader: DataLoader[ProductId, models.Product | None] = info.context.loader(load_products)
    row = await loader.load(ProductId(product))
    return Product.of(row) if row else None


#: Kind of public id to what opens it.
NODE_OPENERS = {"product": open_product}
