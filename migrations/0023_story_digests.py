"""What consent is given to stands beside the text: the audit compares them."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

#: What was handed in already is as its customer last saw it; a draft may not be, and is asked about again.
FILL = """
UPDATE stories SET digest = COALESCE(
    (SELECT c.digest FROM story_consents c WHERE c.story_id = stories.id ORDER BY c.seq DESC LIMIT 1), '')
 WHERE status <> 'DRAFT'
"""


class Migration(migrations.Migration):
    dependencies = [("pintuan", "0022_community")]

    operations = [
        ops.AddField(model_name="Story", name="digest", field=fields.CharField(max_length=64, default="")),
        ops.RunSQL(FILL, "SELECT 1"),
    ]
