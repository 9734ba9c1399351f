"""A story knows that it was told of, so that one that comes back from a moderator is not told of again."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

#: What a moderator took down may have been told of: rather not at all than twice.
FILL = "UPDATE stories SET announced_at = publish_at WHERE status IN ('PUBLISHED', 'REJECTED')"


class Migration(migrations.Migration):
    dependencies = [("pintuan", "0024_feed")]

    operations = [
        ops.AddField(model_name="Story", name="announced_at", field=fields.DatetimeField(null=True)),
        ops.RunSQL(FILL, "SELECT 1"),
    ]
