"""Uploads, verdicts on pictures, and what keeps each of them single."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from app.core.ids import new_id
from app.media.states import UploadPurpose, UploadStatus, Verdict
from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

CHECKS = [
    ("Upload", "status IN ('TICKET', 'DETACHED') OR (path IS NOT NULL AND width > 0)", "uploads_are_drawn"),
    ("Upload", "status <> 'ATTACHED' OR target_id IS NOT NULL", "uploads_hang_on_something"),
]
UNIQUE_INDEXES = [
    ("uploads_path", "uploads (path) WHERE path IS NOT NULL"),
    ("uploads_trace", "uploads (trace_id) WHERE trace_id IS NOT NULL"),
]
INDEXES = [
    ("uploads_to_check", "uploads (check_at) WHERE check_at IS NOT NULL"),
    ("uploads_of_target", "uploads (target_id, position) WHERE target_id IS NOT NULL"),
    ("uploads_to_forget", "uploads (expires_at) WHERE expires_at IS NOT NULL"),
    ("uploads_of_user", "uploads (user_id)"),
    ("heard_verdicts_age", "heard_verdicts (heard_at)"),
]


class Migration(migrations.Migration):
    dependencies = [("pintuan", "0010_prices_and_purchases")]

    initial = False

    operations = [
        ops.CreateModel(
            name='HeardVerdict',
            fields=[
                ('trace_id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('verdict', fields.CharEnumField(description='', enum_type=Verdict, max_length=8)),
                ('heard_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'heard_verdicts', 'app': 'pintuan', 'pk_attr': 'trace_id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Upload',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('user_id', fields.UUIDField()),
                ('purpose', fields.CharEnumField(description='', enum_type=UploadPurpose, max_length=8)),
                ('status', fields.CharEnumField(description='', enum_type=UploadStatus, max_length=8)),
                ('digest', fields.CharField(null=True, max_length=64)),
                ('path', fields.CharField(null=True, max_length=200)),
                ('width', fields.IntField(null=True)),
                ('height', fields.IntField(null=True)),
                ('verdict', fields.CharEnumField(default=Verdict.WAITING, description='', enum_type=Verdict, max_length=8)),
                ('trace_id', fields.CharField(null=True, max_length=64)),
                ('check_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('check_attempts', fields.SmallIntField(default=0)),
                ('target_kind', fields.CharField(null=True, max_length=32)),
                ('target_id', fields.UUIDField(null=True)),
                ('position', fields.SmallIntField(null=True)),
                ('expires_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('version', fields.IntField(default=1)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'uploads', 'app': 'pintuan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        *[ops.AddConstraint(model, CheckConstraint(check, name)) for model, check, name in CHECKS],
        ops.RunSQL([f"CREATE UNIQUE INDEX {name} ON {what}" for name, what in UNIQUE_INDEXES], [f"DROP INDEX {name}" for name, _ in UNIQUE_INDEXES]),
        ops.RunSQL([f"CREATE INDEX {name} ON {what}" for name, what in INDEXES], [f"DROP INDEX {name}" for name, _ in INDEXES]),
    ]
