"""Parcels, how long orders wait, and what happens to them besides."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from app.core.ids import new_id
from app.orders.states import OrderNote, UploadStatus
from app.payments.models import Purpose
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields

INDEXES = [
    ("shipments_to_upload", "shipments (next_upload_at) WHERE next_upload_at IS NOT NULL"),
    ("shipments_number", "shipments (tracking_number)"),
    ("orders_to_receive", "orders (receive_by) WHERE receive_by IS NOT NULL"),
    ("orders_to_settle", "orders (after_sale_until) WHERE status = 'RECEIVED'"),
    ("orders_by_status", "orders (status, created_at, id)"),
    ("orders_newest", "orders (created_at, id)"),
]


class Migration(migrations.Migration):
    dependencies = [("pintuan", "0003_audit_log")]

    operations = [
        ops.CreateModel(
            name='Shipment',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('order', fields.OneToOneField('pintuan.Order', source_field='order_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('carrier', fields.CharField(max_length=16)),
                ('tracking_number', fields.CharField(max_length=32)),
                ('shipped_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('corrected_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('upload', fields.CharEnumField(description='', enum_type=UploadStatus, max_length=12)),
                ('upload_attempts', fields.IntField(default=0)),
                ('next_upload_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('upload_error', fields.CharField(null=True, max_length=200)),
            ],
            options={'table': 'shipments', 'app': 'pintuan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Order',
            name='after_sale_until',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Order',
            name='disputed',
            field=fields.BooleanField(default=False),
        ),
        ops.AddField(
            model_name='Order',
            name='purpose',
            field=fields.CharEnumField(default=Purpose.GROUP_SEAT, description='', enum_type=Purpose, max_length=16),
        ),
        ops.AddField(
            model_name='Order',
            name='receive_by',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Order',
            name='version',
            field=fields.IntField(default=1),
        ),
        ops.AddField(
            model_name='OrderEvent',
            name='note',
            field=fields.CharEnumField(null=True, description='', enum_type=OrderNote, max_length=32),
        ),
        ops.AddField(
            model_name='OrderEvent',
            name='values',
            field=fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.RunSQL([f"CREATE INDEX {name} ON {what}" for name, what in INDEXES], [f"DROP INDEX {name}" for name, _ in INDEXES]),
    ]
