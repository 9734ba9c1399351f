"""The audit log: its table, which takes rows and never lets go of one."""

from typing import Any

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.data import JSON_DUMPS
from tortoise.migrations import operations as ops

from app.core.ids import new_id

INDEXES = [
    ("audit_log_newest", "audit_log (noted_at, id)"),
    ("audit_log_by", "audit_log (by_id, noted_at)"),
    ("audit_log_target", "audit_log (target_id, noted_at)"),
]


async def make_audit_log_append_only(_: Any, editor: Any) -> None:
    if editor.client.capabilities.dialect == "postgres":
        await editor.client.execute_query(
            "CREATE FUNCTION refuse_to_change_audit_log() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'integrity_constraint_violation'; "
            "END $$"
        )
        await editor.client.execute_query(
            "CREATE TRIGGER audit_log_is_append_only BEFORE UPDATE OR DELETE ON audit_log "
            "FOR EACH ROW EXECUTE FUNCTION refuse_to_change_audit_log()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        await editor.client.execute_query(
            f"CREATE TRIGGER audit_log_refuse_{verb.lower()} BEFORE {verb} ON audit_log "
            "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
        )


class Migration(migrations.Migration):
    dependencies = [("pintuan", "0002_guards")]

    operations = [
        ops.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("by_id", fields.UUIDField(null=True)),
                ("verb", fields.CharField(max_length=64)),
                ("target_kind", fields.CharField(null=True, max_length=32)),
                ("target_id", fields.UUIDField(null=True)),
                ("detail", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("reason", fields.CharField(null=True, max_length=500)),
                ("noted_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "audit_log", "app": "pintuan", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.RunSQL([f"CREATE INDEX {name} ON {what}" for name, what in INDEXES], [f"DROP INDEX {name}" for name, _ in INDEXES]),
        ops.RunPython(make_audit_log_append_only, ops.RunPython.noop),
    ]
