"""What lists of products are ordered by, which a sale does not shift."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [("pintuan", "0012_after_sale")]

    initial = False

    operations = [
        ops.AddField(
            model_name='Product',
            name='popularity',
            field=fields.IntField(default=0),
        ),
        ops.RunSQL("UPDATE products SET popularity = sold_count", "SELECT 1"),
        ops.RunSQL("CREATE INDEX products_popular ON products (popularity, id)", "DROP INDEX products_popular"),
    ]
