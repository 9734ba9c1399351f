"""Requests for a refund."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from app.after_sale.states import AfterSaleReason, AfterSaleStatus
from app.core.ids import new_id
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

CHECKS = [
    ("AfterSale", "amount_fen >= 0 AND points >= 0", "after_sales_give_back"),
    ("AfterSalePiece", "quantity > 0", "after_sale_pieces_are_some"),
]

UNIQUE_INDEXES = [
    ("after_sales_one_open_per_order", "after_sales (order_id) WHERE status = 'REQUESTED'"),
    ("after_sale_pieces_request_line", "after_sale_pieces (after_sale_id, line_id)"),
]

INDEXES = [
    ("after_sales_order", "after_sales (order_id)"),
    ("after_sales_waiting", "after_sales (status, requested_at, id)"),
    ("after_sales_refund", "after_sales (refund_id) WHERE refund_id IS NOT NULL"),
    ("after_sale_pieces_line", "after_sale_pieces (line_id)"),
]


class Migration(migrations.Migration):
    dependencies = [("pintuan", "0011_media")]

    operations = [
        ops.CreateModel(
            name='AfterSale',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('order_id', fields.UUIDField()),
                ('user_id', fields.UUIDField()),
                ('status', fields.CharEnumField(default=AfterSaleStatus.REQUESTED, description='', enum_type=AfterSaleStatus, max_length=12)),
                ('reason', fields.CharEnumField(description='', enum_type=AfterSaleReason, max_length=20)),
                ('note', fields.CharField(max_length=500)),
                ('amount_fen', fields.BigIntField()),
                ('points', fields.IntField(default=0)),
                ('answer', fields.CharField(null=True, max_length=200)),
                ('version', fields.IntField(default=1)),
                ('requested_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('decided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('decided_by_id', fields.UUIDField(null=True)),
                ('refund_id', fields.UUIDField(null=True)),
                ('finished_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'after_sales', 'app': 'pintuan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='AfterSalePiece',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('after_sale', fields.ForeignKeyField('pintuan.AfterSale', source_field='after_sale_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('line_id', fields.UUIDField()),
                ('quantity', fields.IntField()),
            ],
            options={'table': 'after_sale_pieces', 'app': 'pintuan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        *[ops.AddConstraint(model, CheckConstraint(check, name)) for model, check, name in CHECKS],
        ops.RunSQL([f"CREATE UNIQUE INDEX {name} ON {what}" for name, what in UNIQUE_INDEXES], [f"DROP INDEX {name}" for name, _ in UNIQUE_INDEXES]),
        ops.RunSQL([f"CREATE INDEX {name} ON {what}" for name, what in INDEXES], [f"DROP INDEX {name}" for name, _ in INDEXES]),
    ]
