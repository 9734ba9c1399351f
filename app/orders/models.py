"""Orders, their lines and their history."""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model

from app.core.ids import OrderId, ProductId, SkuId, UserId, new_id
from app.orders.states import CloseReason, OrderStatus


class Order(Model):
    """One purchase."""

    id: OrderId = fields.UUIDField(primary_key=True, default=new_id)  # type: ignore[assignment]  # Tortoise types a key as UUID
    user_id: UserId = fields.UUIDField()  # type: ignore[assignment]  # as above
    status = fields.CharEnumField(OrderStatus, max_length=16)
    close_reason = fields.CharEnumField(CloseReason, max_length=16, null=True)
    #: All lines together; what is to be paid or was paid.
    amount_fen = fields.BigIntField()
    #: The end of the hold and of the payment at WeChat; null once nothing is to be paid any more.
    pay_by = fields.DatetimeField(null=True)
    #: The address as it was; null where nothing is shipped.
    address: dict[str, Any] | None = fields.JSONField(null=True)
    #: By which share link she said that she came; may name nothing.
    share_code = fields.CharField(max_length=32, null=True)
    created_at = fields.DatetimeField()
    paid_at = fields.DatetimeField(null=True)

    class Meta:
        table = "orders"
        constraints = (CheckConstraint("amount_fen >= 0", "orders_amount_is_not_negative"),)


class OrderLine(Model):
    """Some pieces of one SKU, as they were called and priced when the order was placed."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField(
        "pintuan.Order", on_delete=fields.OnDelete.RESTRICT
    )
    order_id: OrderId
    product_id: ProductId = fields.UUIDField()  # type: ignore[assignment]  # as above
    sku_id: SkuId = fields.UUIDField()  # type: ignore[assignment]  # as above
    title = fields.CharField(max_length=200)
    picture_path = fields.CharField(max_length=200, null=True)
    quantity = fields.IntField()
    unit_price_fen = fields.BigIntField()

    class Meta:
        table = "order_lines"
        constraints = (CheckConstraint("quantity > 0 AND unit_price_fen >= 0", "order_lines_sell_something"),)


class OrderEvent(Model):
    """One entry of an order's history, told to its owner."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField(
        "pintuan.Order", on_delete=fields.OnDelete.RESTRICT
    )
    order_id: OrderId
    at = fields.DatetimeField()
    #: The status that the order then had.
    status = fields.CharEnumField(OrderStatus, max_length=16)

    class Meta:
        table = "order_events"
