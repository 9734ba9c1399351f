"""Who has the app open: two tables as `make migration` wrote them, and their guards."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from app.core.ids import new_id
from uuid import uuid4
from tortoise import fields

UNIQUE_INDEXES = [("listeners_user_process", "listeners (user_id, process_id)")]
INDEXES = [("listeners_process", "listeners (process_id)")]


class Migration(migrations.Migration):
    dependencies = [("pintuan", "0014_personal")]

    initial = False

    operations = [
        ops.CreateModel(
            name='Listener',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('user_id', fields.UUIDField()),
                ('process_id', fields.UUIDField()),
            ],
            options={'table': 'listeners', 'app': 'pintuan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ListeningProcess',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'listening_processes', 'app': 'pintuan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.RunSQL([f"CREATE UNIQUE INDEX {name} ON {what}" for name, what in UNIQUE_INDEXES], [f"DROP INDEX {name}" for name, _ in UNIQUE_INDEXES]),
        ops.RunSQL([f"CREATE INDEX {name} ON {what}" for name, what in INDEXES], [f"DROP INDEX {name}" for name, _ in INDEXES]),
    ]
