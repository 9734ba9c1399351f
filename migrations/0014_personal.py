"""What people decide about themselves: waiting names and pictures, settings, exports, their end."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from app.core.ids import new_id
from app.personal.states import ExportStatus
from tortoise import fields

INDEXES = [
    ("data_exports_due", "data_exports (due_at) WHERE due_at IS NOT NULL"),
    ("data_exports_to_forget", "data_exports (expires_at) WHERE has_file"),
    ("data_exports_of_user", "data_exports (user_id)"),
    ("users_to_forget", "users (deletes_at) WHERE deletes_at IS NOT NULL"),
]


class Migration(migrations.Migration):
    dependencies = [("pintuan", "0013_popularity")]

    initial = False

    operations = [
        ops.CreateModel(
            name='DataExport',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('user_id', fields.UUIDField()),
                ('status', fields.CharEnumField(description='', enum_type=ExportStatus, max_length=12)),
                ('due_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('has_file', fields.BooleanField(default=False)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'data_exports', 'app': 'pintuan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='MessageConsent',
            name='muted_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='User',
            name='deleted_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='User',
            name='deletes_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='User',
            name='next_avatar_path',
            field=fields.CharField(null=True, max_length=200),
        ),
        ops.AddField(
            model_name='User',
            name='next_nickname',
            field=fields.CharField(null=True, max_length=32),
        ),
        ops.AddField(
            model_name='User',
            name='personalised_feed',
            field=fields.BooleanField(default=True),
        ),
        ops.RunSQL([f"CREATE INDEX {name} ON {what}" for name, what in INDEXES], [f"DROP INDEX {name}" for name, _ in INDEXES]),
    ]
