"""Editions of feeds: their table as `make migration` wrote it, and its indexes."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from app.core.ids import new_id
from orjson import loads
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields

INDEXES = [
    ("feed_editions_of_community", "feed_editions (community_id, made_at) WHERE user_id IS NULL"),
    ("feed_editions_of_person", "feed_editions (user_id, made_at)"),
    ("feed_editions_by_age", "feed_editions (made_at)"),
    ("orders_by_share_code", "orders (share_code) WHERE share_code IS NOT NULL"),
]


class Migration(migrations.Migration):
    dependencies = [("pintuan", "0023_story_digests")]

    initial = False

    operations = [
        ops.CreateModel(
            name='FeedEdition',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('user_id', fields.UUIDField(null=True)),
                ('community_id', fields.UUIDField(null=True)),
                ('ranking_version', fields.IntField()),
                ('entries', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('community_ids', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('rest_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('rest_id', fields.UUIDField(null=True)),
                ('made_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'feed_editions', 'app': 'pintuan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        *[ops.RunSQL(f"CREATE INDEX {name} ON {what}", f"DROP INDEX {name}") for name, what in INDEXES],
    ]
