"""The desk keeps what a person did."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [("pintuan", "0017_live_sessions")]


    operations = [
        ops.AddField(
            model_name="DeskItem",
            name="resolution",
            field=fields.CharField(null=True, max_length=500),
        ),
        ops.AddField(
            model_name="DeskItem",
            name="version",
            field=fields.IntField(default=1),
        ),
    ]
