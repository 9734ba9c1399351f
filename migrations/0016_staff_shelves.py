"""Deals and products have versions; products can be off sale, and a SKU can be taken out of a deal."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [("pintuan", "0015_listeners")]

    operations = [
        ops.AddField(
            model_name="Deal",
            name="version",
            field=fields.IntField(default=1),
        ),
        ops.AddField(
            model_name="Offer",
            name="closed",
            field=fields.BooleanField(default=False),
        ),
        ops.AddField(
            model_name="Product",
            name="off_sale_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Product",
            name="version",
            field=fields.IntField(default=1),
        ),
    ]
