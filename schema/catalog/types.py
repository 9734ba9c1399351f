"""What the API says of products."""

from datetime import datetime
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


@strawberry.type(description="A choice of a product as staff see it.")
class StaffSku:
    """A choice of a product as staff see it."""

    id: strawberry.ID = strawberry.field(description="Of the catalogue's SKU.")
    option_values: list[str]
    price: Money = strawberry.field(description="What it costs alone.")
    stock: int = strawberry.field(description="Pieces that can be bought alone.")
    claimed: int = strawberry.field(description="Pieces that purchases alone hold or have bought.")


@strawberry.type(description="A product as staff see it: MERCHANT, MARKETER and SUPPORT.")
class StaffProduct:
    """A product as staff see it."""

    row: strawberry.Private[models.Product]
    product: Product
    version: int = strawberry.field(description="What mutations take as expectedVersion.")
    category: str
    shipping: Money = strawberry.field(description="What shipping an order of it costs.")
    off_sale_at: datetime | None = strawberry.field(description="Null while it is on sale.")
    created_at: datetime

    @strawberry.field
    async def skus(self, info: Info) -> list[StaffSku]:
        """List its choices."""
        loader: DataLoader[ProductId, list[models.Sku]] = info.context.loader(load_skus_of)
        return [
            StaffSku(
                id=public_id("sku", sku.id),
                option_values=sku.option_values,
                price=Money.of(sku.price_fen),
                stock=sku.stock,
                claimed=sku.claimed,
            )
            for sku in await loader.load(self.row.id)
        ]

    @classmethod
    def of(cls, row: models.Product) -> "StaffProduct":
        """The API's form of a product for staff."""
        return cls(
            row=row,
            product=Product.of(row),
            version=row.version,
            category=row.category,
            shipping=Money.of(row.shipping_fen),
            off_sale_at=row.off_sale_at,
            created_at=row.created_at,
        )


#: Kind of public id to what opens it.
NODE_OPENERS = {"product": open_product}
