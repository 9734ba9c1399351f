"""Membership's tables, and the rank that a deal's audience needs; the next migration guards them."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from app.core.ids import new_id
from app.membership.states import PointsChange, PointsReason, SimulationStatus
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from uuid import uuid4
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [("pintuan", "0005_moderation")]

    operations = [
        ops.CreateModel(
            name='CountedPurchase',
            fields=[
                ('order_id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('user_id', fields.UUIDField()),
                ('settled_fen', fields.BigIntField(null=True)),
                ('settled_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('paid_fen', fields.BigIntField(null=True)),
                ('refunded_fen', fields.BigIntField(default=0)),
                ('points', fields.IntField(default=0)),
                ('points_percent', fields.IntField(default=100)),
            ],
            options={'table': 'counted_purchases', 'app': 'pintuan', 'pk_attr': 'order_id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Membership',
            fields=[
                ('user_id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('rank', fields.SmallIntField(default=0)),
                ('plan_version', fields.IntField()),
                ('look_again_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'memberships', 'app': 'pintuan', 'pk_attr': 'user_id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PerkPlan',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('version', fields.IntField(unique=True)),
                ('tiers', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('note', fields.CharField(default='', max_length=500)),
                ('author_id', fields.UUIDField()),
                ('client_id', fields.CharField(max_length=100)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('changed_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('simulated_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('active_from', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('decided_by', fields.UUIDField(null=True)),
                ('copy_of', fields.IntField(null=True)),
                ('reason', fields.CharField(null=True, max_length=200)),
            ],
            options={'table': 'perk_plans', 'app': 'pintuan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PerkSimulation',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('plan', fields.ForeignKeyField('pintuan.PerkPlan', source_field='plan_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('tiers', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('days', fields.SmallIntField()),
                ('status', fields.CharEnumField(description='', enum_type=SimulationStatus, max_length=12)),
                ('version', fields.IntField(default=1)),
                ('asked_by', fields.UUIDField()),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('leased_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('attempts', fields.SmallIntField(default=0)),
                ('orders_total', fields.IntField(default=0)),
                ('orders_done', fields.IntField(default=0)),
                ('found', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={'table': 'perk_simulations', 'app': 'pintuan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PointsAccount',
            fields=[
                ('user_id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('debt', fields.BigIntField(default=0)),
            ],
            options={'table': 'points_accounts', 'app': 'pintuan', 'pk_attr': 'user_id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PointsEntry',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('user_id', fields.UUIDField()),
                ('change', fields.CharEnumField(description='', enum_type=PointsChange, max_length=8)),
                ('reason', fields.CharEnumField(description='', enum_type=PointsReason, max_length=16)),
                ('reference', fields.CharField(max_length=100)),
                ('origin', fields.CharField(null=True, max_length=100)),
                ('points', fields.BigIntField()),
                ('usable_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'points_entries', 'app': 'pintuan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PointsLot',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('user_id', fields.UUIDField()),
                ('reason', fields.CharEnumField(description='', enum_type=PointsReason, max_length=16)),
                ('reference', fields.CharField(max_length=100)),
                ('points', fields.BigIntField()),
                ('unused', fields.BigIntField()),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'points_lots', 'app': 'pintuan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Deal',
            name='audience_rank',
            field=fields.SmallIntField(null=True),
        ),
    ]
