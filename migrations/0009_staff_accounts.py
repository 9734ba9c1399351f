"""Staff accounts have a version and an end; passwords are counted where they are tried from."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from app.core.ids import new_id
from tortoise.fields.base import OnDelete
from tortoise import fields

UNIQUE_INDEXES = [("attempts_from_credential_address", "attempts_from (credential_id, address)")]


class Migration(migrations.Migration):
    dependencies = [("pintuan", "0008_live")]

    operations = [
        ops.CreateModel(
            name="AttemptsFrom",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("credential", fields.ForeignKeyField("pintuan.Credential", source_field="credential_id", db_constraint=True, to_field="id", on_delete=OnDelete.RESTRICT)),
                ("address", fields.CharField(max_length=64)),
                ("failures", fields.IntField(default=0)),
                ("locked_until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("trusted_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("tried_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "attempts_from", "app": "pintuan", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Credential",
            name="disabled_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Credential",
            name="version",
            field=fields.IntField(default=1),
        ),
        ops.RunSQL([f"CREATE UNIQUE INDEX {name} ON {what}" for name, what in UNIQUE_INDEXES], [f"DROP INDEX {name}" for name, _ in UNIQUE_INDEXES]),
    ]
