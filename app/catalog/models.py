"""Products and their SKUs."""

from typing import Any

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model

from app.core.ids import ProductId, SkuId, new_id


class Product(Model):
    """What is sold."""

    id: ProductId = fields.UUIDField(primary_key=True, default=new_id)  # type: ignore[assignment]  # Tortoise types a key as UUID
    title = fields.CharField(max_length=100)
    description = fields.TextField()
    category = fields.CharField(max_length=32)
    #: Pictures below the media folder, the cover first: [{"path", "width", "height"}].
    pictures: list[dict[str, Any]] = fields.JSONField()
    #: [{"name": "颜色", "values": ["白", "黑"]}]; empty where there is one SKU.
    options: list[dict[str, Any]] = fields.JSONField()
    #: Title, category and description cut into words, so that both databases find Chinese alike.
    search_text = fields.TextField()
    sold_count = fields.IntField(default=0)
    #: Since when nobody can buy it alone, and no deal over it can begin; null while it is on sale.
    off_sale_at = fields.DatetimeField(null=True)
    #: Grows with every edit of it or of its SKUs.
    version = fields.IntField(default=1)
    #: What was sold when it was last looked at: lists are in this order, so that a sale shifts no page.
    popularity = fields.IntField(default=0)
    #: What shipping an order of it costs, however many pieces.
    shipping_fen = fields.IntField(default=0)
    created_at = fields.DatetimeField()

    class Meta:
        table = "products"


class Sku(Model):
    """One choice of a product's options. Stock is what the shop sells alone; deals have quotas of their own."""

    id: SkuId = fields.UUIDField(primary_key=True, default=new_id)  # type: ignore[assignment]  # Tortoise types a key as UUID
    product: fields.ForeignKeyRelation[Product] = fields.ForeignKeyField(
        "pintuan.Product", on_delete=fields.OnDelete.RESTRICT
    )
    product_id: ProductId
    #: One value per option of the product, in their order.
    option_values: list[str] = fields.JSONField()
    price_fen = fields.BigIntField()
    stock = fields.IntField()
    #: Pieces of the stock that purchases alone hold or have bought: they left `stock` for here.
    claimed = fields.IntField(default=0)
    position = fields.SmallIntField()

    class Meta:
        table = "skus"
        constraints = (CheckConstraint("stock >= 0 AND price_fen >= 0", "skus_stock_is_not_oversold"),)
