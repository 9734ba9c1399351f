"""Moderation: the queue, reports, appeals, mutes, the filter's words, and what keeps each of them single."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from app.core.ids import new_id
from app.moderation.states import AppealStatus, ItemStatus, ReportReason, Severity
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields

UNIQUE_INDEXES = [
    ("moderation_items_one_open_per_thing", "moderation_items (target_kind, target_id) WHERE status = 'OPEN'"),
    ("reports_one_open_per_person_and_thing",
     "reports (reporter_id, target_kind, target_id) WHERE closed_at IS NULL"),
    ("mutes_one_everywhere", "mutes (user_id) WHERE community_id IS NULL AND lifted_at IS NULL"),
    ("mutes_one_per_community", "mutes (user_id, community_id) WHERE community_id IS NOT NULL AND lifted_at IS NULL"),
    ("filter_words_each_once", "filter_words (folded) WHERE removed_at IS NULL"),
]
INDEXES = [
    ("moderation_items_queue", "moderation_items (status, opened_at, id)"),
    ("moderation_items_of_author", "moderation_items (author_id, decided_at)"),
    ("reports_item", "reports (item_id)"),
    ("appeals_waiting", "appeals (created_at, id) WHERE status = 'OPEN'"),
]


class Migration(migrations.Migration):
    dependencies = [("pintuan", "0004_shipping")]

    initial = False

    operations = [
        ops.CreateModel(
            name='FilterWord',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('word', fields.CharField(max_length=64)),
                ('folded', fields.CharField(max_length=64)),
                ('severity', fields.CharEnumField(description='', enum_type=Severity, max_length=8)),
                ('note', fields.CharField(null=True, max_length=200)),
                ('added_by', fields.UUIDField()),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('removed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('version', fields.IntField(default=1)),
            ],
            options={'table': 'filter_words', 'app': 'pintuan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ModerationItem',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('target_kind', fields.CharField(max_length=32)),
                ('target_id', fields.UUIDField()),
                ('author_id', fields.UUIDField()),
                ('why', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('text', fields.TextField(unique=False)),
                ('reports', fields.IntField(default=0)),
                ('status', fields.CharEnumField(default=ItemStatus.OPEN, description='', enum_type=ItemStatus, max_length=12)),
                ('opened_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('claimed_by', fields.UUIDField(null=True)),
                ('claimed_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('decided_by', fields.UUIDField(null=True)),
                ('decided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('reason', fields.CharField(null=True, max_length=500)),
                ('version', fields.IntField(default=1)),
            ],
            options={'table': 'moderation_items', 'app': 'pintuan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Appeal',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('item', fields.OneToOneField('pintuan.ModerationItem', source_field='item_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('text', fields.TextField(unique=False)),
                ('status', fields.CharEnumField(default=AppealStatus.OPEN, description='', enum_type=AppealStatus, max_length=12)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('decided_by', fields.UUIDField(null=True)),
                ('decided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('reason', fields.CharField(null=True, max_length=500)),
                ('version', fields.IntField(default=1)),
            ],
            options={'table': 'appeals', 'app': 'pintuan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Mute',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('user_id', fields.UUIDField()),
                ('community_id', fields.UUIDField(null=True)),
                ('until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('reason', fields.CharField(max_length=500)),
                ('muted_by', fields.UUIDField()),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('lifted_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('version', fields.IntField(default=1)),
            ],
            options={'table': 'mutes', 'app': 'pintuan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Report',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('item', fields.ForeignKeyField('pintuan.ModerationItem', source_field='item_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('reporter_id', fields.UUIDField()),
                ('target_kind', fields.CharField(max_length=32)),
                ('target_id', fields.UUIDField()),
                ('reason', fields.CharEnumField(description='', enum_type=ReportReason, max_length=12)),
                ('note', fields.CharField(null=True, max_length=500)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('closed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'reports', 'app': 'pintuan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.RunSQL([f"CREATE UNIQUE INDEX {name} ON {what}" for name, what in UNIQUE_INDEXES], [f"DROP INDEX {name}" for name, _ in UNIQUE_INDEXES]),
        ops.RunSQL([f"CREATE INDEX {name} ON {what}" for name, what in INDEXES], [f"DROP INDEX {name}" for name, _ in INDEXES]),
    ]
