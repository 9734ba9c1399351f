"""What promotions took off orders, fees for shipping, and purchases alone with their claims on the stock."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from app.checkout.states import PurchaseEnd, PurchaseStatus
from orjson import loads
from tortoise.fields.data import JSON_DUMPS
from uuid import uuid4
from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

INDEXES = [
    ("solo_purchases_user", "solo_purchases (user_id, status)"),
    ("solo_purchases_sku", "solo_purchases (sku_id)"),
    ("solo_purchases_to_release", "solo_purchases (release_due_at) WHERE release_due_at IS NOT NULL"),
]


class Migration(migrations.Migration):
    dependencies = [("pintuan", "0009_staff_accounts")]

    operations = [
        ops.CreateModel(
            name='SoloPurchase',
            fields=[
                ('order_id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('user_id', fields.UUIDField()),
                ('product_id', fields.UUIDField()),
                ('sku_id', fields.UUIDField()),
                ('quantity', fields.IntField()),
                ('status', fields.CharEnumField(description='', enum_type=PurchaseStatus, max_length=12)),
                ('held_until', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('releasing_since', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('release_due_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('end', fields.CharEnumField(null=True, description='', enum_type=PurchaseEnd, max_length=12)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'solo_purchases', 'app': 'pintuan', 'pk_attr': 'order_id'},
            bases=['Model'],
        ),
        ops.AddConstraint("SoloPurchase", CheckConstraint("quantity > 0", "solo_purchases_buy_something")),
        ops.RunSQL([f"CREATE INDEX {name} ON {what}" for name, what in INDEXES], [f"DROP INDEX {name}" for name, _ in INDEXES]),
        ops.AddField(
            model_name='Order',
            name='points_used',
            field=fields.BigIntField(default=0),
        ),
        ops.AddField(
            model_name='Order',
            name='price_trace',
            field=fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name='Order',
            name='shipping_fen',
            field=fields.BigIntField(default=0),
        ),
        ops.AddField(
            model_name='OrderLine',
            name='discount_fen',
            field=fields.BigIntField(default=0),
        ),
        ops.AddField(
            model_name='OrderLine',
            name='points',
            field=fields.BigIntField(default=0),
        ),
        ops.AddField(
            model_name='Product',
            name='shipping_fen',
            field=fields.IntField(default=0),
        ),
        ops.AddField(
            model_name='Sku',
            name='claimed',
            field=fields.IntField(default=0),
        ),
    ]
