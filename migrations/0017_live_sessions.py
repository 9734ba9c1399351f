"""What the video vendor calls a room's present push."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [("pintuan", "0016_staff_shelves")]

    initial = False

    operations = [
        ops.AddField(
            model_name='LiveRoom',
            name='stream_session',
            field=fields.CharField(null=True, max_length=64),
        ),
    ]
