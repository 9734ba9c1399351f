"""An order remembers the campaign that brought it."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [("pintuan", "0020_rewards")]



    operations = [
        ops.AddField(
            model_name='Attribution',
            name='campaign',
            field=fields.CharField(null=True, max_length=64),
        ),
    ]
