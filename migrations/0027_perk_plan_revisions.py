"""A perk plan knows how often it was changed, so that nobody puts in force what she has not seen."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("pintuan", "0026_url_links")]

    operations = [
        ops.AddField(model_name="PerkPlan", name="revision", field=fields.IntField(default=1)),
    ]
