"""Purchases alone."""

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model

from app.checkout.states import PurchaseEnd, PurchaseStatus
from app.core.ids import OrderId, ProductId, SkuId, UserId


class SoloPurchase(Model):
    """Pieces of one SKU that somebody buys alone, and the order that pays for them."""

    order_id: OrderId = fields.UUIDField(primary_key=True)  # type: ignore[assignment]  # Tortoise types a key as UUID
    user_id: UserId = fields.UUIDField()  # type: ignore[assignment]  # as above
    product_id: ProductId = fields.UUIDField()  # type: ignore[assignment]  # as above
    sku_id: SkuId = fields.UUIDField()  # type: ignore[assignment]  # as above
    quantity = fields.IntField()
    status = fields.CharEnumField(PurchaseStatus, max_length=12)
    held_until = fields.DatetimeField()
    #: When the payment began to be queried and closed; null before.
    releasing_since = fields.DatetimeField(null=True)
    #: When giving the pieces back is tried (again): the hold's end at first. Null once that is settled.
    release_due_at = fields.DatetimeField(null=True)
    end = fields.CharEnumField(PurchaseEnd, max_length=12, null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "solo_purchases"
        constraints = (CheckConstraint("quantity > 0", "solo_purchases_buy_something"),)
