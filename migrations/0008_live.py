"""Live rooms and public faces: their tables as `make migration` wrote them, and their guards."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from app.core.ids import new_id
from app.live.states import DanmakuStatus, LiveEventKind, LiveStatus, PausedBy
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

CHECKS = [
    ("LiveRoom", "(status = 'PAUSED') = (paused_by IS NOT NULL)", "live_rooms_pause_for_a_reason"),
    ("LiveRoom", "like_total >= 0 AND watching >= 0", "live_rooms_counts_are_not_negative"),
    ("LikeBatch", "taps > 0", "live_like_batches_count_something"),
]
UNIQUE_INDEXES = [
    ("profiles_user", "profiles (user_id)"),
    ("live_rooms_one_on_air_per_host", "live_rooms (host_id) WHERE status IN ('LIVE', 'PAUSED')"),
    ("live_events_room_seq", "live_events (room_id, seq)"),
    ("live_danmaku_room_user_client", "live_danmaku (room_id, user_id, client_id)"),
    ("live_speakers_room_user", "live_speakers (room_id, user_id)"),
    ("live_like_batches_room_user_batch", "live_like_batches (room_id, user_id, batch_id)"),
    ("live_like_counters_room_part", "live_like_counters (room_id, part)"),
    ("live_reminders_room_user", "live_reminders (room_id, user_id)"),
    ("live_watching_room_process", "live_watching (room_id, process_id)"),
]
INDEXES = [
    ("live_rooms_by_start", "live_rooms (status, starts_at, id)"),
    ("live_rooms_by_begin", "live_rooms (status, started_at, id)"),
    ("live_rooms_of_host", "live_rooms (host_id, created_at)"),
    ("live_danmaku_unshown", "live_danmaku (room_id, created_at) WHERE shown_in IS NULL AND status = 'SHOWN'"),
    ("live_danmaku_of_event", "live_danmaku (room_id, shown_in)"),
    ("live_danmaku_by_offset", "live_danmaku (room_id, offset_ms, id)"),
    ("live_like_batches_age", "live_like_batches (created_at)"),
    ("live_reminders_user", "live_reminders (user_id)"),
    ("live_watching_expired", "live_watching (expires_at)"),
]


class Migration(migrations.Migration):
    dependencies = [("pintuan", "0007_membership_guards")]

    initial = False

    operations = [
        ops.CreateModel(
            name='Danmaku',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('room_id', fields.UUIDField()),
                ('user_id', fields.UUIDField()),
                ('client_id', fields.CharField(max_length=100)),
                ('text', fields.CharField(max_length=100)),
                ('nickname', fields.CharField(max_length=64)),
                ('offset_ms', fields.BigIntField()),
                ('status', fields.CharEnumField(default=DanmakuStatus.SHOWN, description='', enum_type=DanmakuStatus, max_length=8)),
                ('shown_in', fields.BigIntField(null=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'live_danmaku', 'app': 'pintuan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='LikeBatch',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('room_id', fields.UUIDField()),
                ('user_id', fields.UUIDField()),
                ('batch_id', fields.CharField(max_length=100)),
                ('taps', fields.IntField()),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'live_like_batches', 'app': 'pintuan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='LikeCounter',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('room_id', fields.UUIDField()),
                ('part', fields.SmallIntField()),
                ('total', fields.BigIntField()),
            ],
            options={'table': 'live_like_counters', 'app': 'pintuan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='LiveEvent',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('room_id', fields.UUIDField()),
                ('seq', fields.BigIntField()),
                ('kind', fields.CharEnumField(description='', enum_type=LiveEventKind, max_length=16)),
                ('payload', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'live_events', 'app': 'pintuan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='LiveRoom',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('host_id', fields.UUIDField()),
                ('title', fields.CharField(max_length=60)),
                ('cover_path', fields.CharField(null=True, max_length=200)),
                ('status', fields.CharEnumField(default=LiveStatus.SCHEDULED, description='', enum_type=LiveStatus, max_length=12)),
                ('paused_by', fields.CharEnumField(null=True, description='', enum_type=PausedBy, max_length=12)),
                ('starts_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('started_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('paused_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('product_ids', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('explaining_id', fields.UUIDField(null=True)),
                ('slow_mode_seconds', fields.IntField(default=0)),
                ('like_total', fields.BigIntField(default=0)),
                ('watching', fields.IntField(default=0)),
                ('counted_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('head', fields.BigIntField(default=0)),
                ('version', fields.IntField(default=1)),
                ('stream_told_at', fields.BigIntField(null=True)),
                ('replay_url', fields.CharField(null=True, max_length=500)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'live_rooms', 'app': 'pintuan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Profile',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('user', fields.ForeignKeyField('pintuan.User', source_field='user_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'profiles', 'app': 'pintuan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Reminder',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('room_id', fields.UUIDField()),
                ('user_id', fields.UUIDField()),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'live_reminders', 'app': 'pintuan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Speaker',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('room_id', fields.UUIDField()),
                ('user_id', fields.UUIDField()),
                ('spoke_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'live_speakers', 'app': 'pintuan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Watching',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('room_id', fields.UUIDField()),
                ('process_id', fields.UUIDField()),
                ('sockets', fields.IntField()),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'live_watching', 'app': 'pintuan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        *[ops.AddConstraint(model, CheckConstraint(check, name)) for model, check, name in CHECKS],
        ops.RunSQL([f"CREATE UNIQUE INDEX {name} ON {what}" for name, what in UNIQUE_INDEXES], [f"DROP INDEX {name}" for name, _ in UNIQUE_INDEXES]),
        ops.RunSQL([f"CREATE INDEX {name} ON {what}" for name, what in INDEXES], [f"DROP INDEX {name}" for name, _ in INDEXES]),
    ]
