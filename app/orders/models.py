"""Orders, their lines and their history."""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model

from app.core.ids import OrderId, ProductId, SkuId, UserId, new_id
from app.orders.states import CloseReason, OrderNote, OrderStatus, UploadStatus
from app.payments.models import Purpose


class Order(Model):
    """One purchase."""

    id: OrderId = fields.UUIDField(primary_key=True, default=new_id)  # type: ignore[assignment]  # Tortoise types a key as UUID
    user_id: UserId = fields.UUIDField()  # type: ignore[assignment]  # as above
    status = fields.CharEnumField(OrderStatus, max_length=16)
    close_reason = fields.CharEnumField(CloseReason, max_length=16, null=True)
    #: Who sold it: answers through the port of payments, also where there was nothing to pay.
    purpose = fields.CharEnumField(Purpose, max_length=16, default=Purpose.GROUP_SEAT)
    #: Grows with every change; staff say which one they saw.
    version = fields.IntField(default=1)
    #: All lines less what promotions took off, and the fee for shipping; what is to be paid or was paid.
    amount_fen = fields.BigIntField()
    #: The fee that is charged, before points.
    shipping_fen = fields.BigIntField(default=0)
    #: Points paid with, a fen each; what the lines do not account for paid the fee.
    points_used = fields.BigIntField(default=0)
    #: Every promotion that was looked at, as pricing's steps; null where none was.
    price_trace: list[dict[str, Any]] | None = fields.JSONField(null=True)
    #: The end of the hold and of the payment at WeChat; null once nothing is to be paid any more.
    pay_by = fields.DatetimeField(null=True)
    #: The address as it was; null where nothing is shipped, and long after the order's end.
    address: dict[str, Any] | None = fields.JSONField(null=True)
    #: By which share link she said that she came; may name nothing.
    share_code = fields.CharField(max_length=32, null=True)
    created_at = fields.DatetimeField()
    paid_at = fields.DatetimeField(null=True)
    #: When it counts as received by itself; null unless SHIPPED.
    receive_by = fields.DatetimeField(null=True)
    #: The end of the after-sale window; null before it is received.
    after_sale_until = fields.DatetimeField(null=True)
    #: A request for money back waits for an answer: neither shipped nor settled meanwhile, nor received by itself.
    disputed = fields.BooleanField(default=False)

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
    #: Before promotions.
    unit_price_fen = fields.BigIntField()
    #: What discounts took off all pieces together, and the points that paid for them.
    discount_fen = fields.BigIntField(default=0)
    points = fields.BigIntField(default=0)

    @property
    def paid_fen(self) -> int:
        """What all pieces together were paid with in money."""
        fen: int = self.quantity * self.unit_price_fen - self.discount_fen - self.points
        return fen

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
    #: What happened, where it is not that the order reached the status.
    note = fields.CharEnumField(OrderNote, max_length=32, null=True)
    #: What its words need, such as carrier and number.
    values: dict[str, Any] | None = fields.JSONField(null=True)

    class Meta:
        table = "order_events"


class Shipment(Model):
    """The parcel of an order, and whether WeChat has heard of it."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    order: fields.OneToOneRelation[Order] = fields.OneToOneField("pintuan.Order", on_delete=fields.OnDelete.RESTRICT)
    order_id: OrderId
    #: WeChat's id of the carrier.
    carrier = fields.CharField(max_length=16)
    tracking_number = fields.CharField(max_length=32)
    shipped_at = fields.DatetimeField()
    #: The number may be corrected once, as WeChat allows.
    corrected_at = fields.DatetimeField(null=True)
    upload = fields.CharEnumField(UploadStatus, max_length=12)
    upload_attempts = fields.IntField(default=0)
    #: When WeChat is told (again); null once that is settled.
    next_upload_at = fields.DatetimeField(null=True)
    upload_error = fields.CharField(max_length=200, null=True)

    class Meta:
        table = "shipments"
