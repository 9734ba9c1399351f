"""WeChat's URL links of share links."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint
from uuid import uuid4


class Migration(migrations.Migration):
    dependencies = [("pintuan", "0025_story_announced")]

    initial = False

    operations = [
        ops.CreateModel(
            name='UrlLink',
            fields=[
                ('link_id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('address', fields.CharField(null=True, max_length=512)),
                ('expires_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('due_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'url_links', 'app': 'pintuan', 'pk_attr': 'link_id'},
            bases=['Model'],
        ),
        ops.AddConstraint("UrlLink", CheckConstraint("(address IS NULL) = (expires_at IS NULL)", "url_links_end")),
        ops.RunSQL("CREATE INDEX url_links_due ON url_links (due_at)", "DROP INDEX url_links_due"),
    ]
