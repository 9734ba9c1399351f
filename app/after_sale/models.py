"""Requests for a refund, and the pieces they name."""

from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model

from app.after_sale.states import AfterSaleReason, AfterSaleStatus
from app.core.ids import AfterSaleId, OrderId, RefundId, UserId, new_id


class AfterSale(Model):
    """One request for a refund. At most one of an order waits for an answer."""

    id: AfterSaleId = fields.UUIDField(primary_key=True, default=new_id)  # type: ignore[assignment]  # Tortoise types a key as UUID
    order_id: OrderId = fields.UUIDField()  # type: ignore[assignment]  # as above
    user_id: UserId = fields.UUIDField()  # type: ignore[assignment]  # as above
    status = fields.CharEnumField(AfterSaleStatus, max_length=12, default=AfterSaleStatus.REQUESTED)
    reason = fields.CharEnumField(AfterSaleReason, max_length=20)
    #: What she wrote.
    note = fields.CharField(max_length=500)
    #: What comes back, as pricing says of these pieces.
    amount_fen = fields.BigIntField()
    points = fields.IntField(default=0)
    #: Why staff rejected it, or gave it back unasked, in their words; she reads it.
    answer = fields.CharField(max_length=200, null=True)
    #: Grows with every change; staff say which one they saw.
    version = fields.IntField(default=1)
    requested_at = fields.DatetimeField()
    decided_at = fields.DatetimeField(null=True)
    decided_by_id: UserId | None = fields.UUIDField(null=True)  # type: ignore[assignment]  # as above
    #: The refund that it led to; null where no money was paid for these pieces.
    refund_id: RefundId | None = fields.UUIDField(null=True)  # type: ignore[assignment]  # as above
    finished_at = fields.DatetimeField(null=True)

    class Meta:
        table = "after_sales"
        constraints = (CheckConstraint("amount_fen >= 0 AND points >= 0", "after_sales_give_back"),)


class AfterSalePiece(Model):
    """Some pieces of one line that a request names."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    after_sale: fields.ForeignKeyRelation[AfterSale] = fields.ForeignKeyField(
        "pintuan.AfterSale", on_delete=fields.OnDelete.RESTRICT
    )
    after_sale_id: AfterSaleId
    line_id = fields.UUIDField()
    quantity = fields.IntField()

    class Meta:
        table = "after_sale_pieces"
        constraints = (CheckConstraint("quantity > 0", "after_sale_pieces_are_some"),)
