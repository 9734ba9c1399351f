"""Stories and consents, and what the database itself refuses of them."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from app.core.ids import new_id
from app.stories.states import ConsentStatus, StoryStatus
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

CHECKS = [
    ("Story", "status NOT IN ('SCHEDULED', 'PUBLISHED') OR publish_at IS NOT NULL", "stories_come_out_at_a_moment"),
    ("StoryConsent", "status <> 'NOT_ASKED'", "story_consents_say_something"),
]
UNIQUE_INDEXES = [("story_consents_story_seq", "story_consents (story_id, seq)")]
INDEXES = [
    ("stories_out", "stories (publish_at, id) WHERE status IN ('SCHEDULED', 'PUBLISHED')"),
    ("stories_by_status", "stories (status, created_at, id)"),
    ("stories_of_customer", "stories (customer_id, created_at)"),
]

class Migration(migrations.Migration):
    dependencies = [("pintuan", "0018_desk_by_hand")]

    operations = [
        ops.CreateModel(
            name='Story',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('customer_id', fields.UUIDField()),
                ('author_id', fields.UUIDField()),
                ('title', fields.CharField(max_length=60)),
                ('body', fields.TextField(unique=False)),
                ('product_ids', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('order_id', fields.UUIDField(null=True)),
                ('status', fields.CharEnumField(description='', enum_type=StoryStatus, max_length=16)),
                ('doubts', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('reviewed_by', fields.UUIDField(null=True)),
                ('review_note', fields.CharField(null=True, max_length=500)),
                ('publish_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('version', fields.IntField(default=1)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'stories', 'app': 'pintuan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='StoryConsent',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('story', fields.ForeignKeyField('pintuan.Story', source_field='story_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('seq', fields.IntField()),
                ('status', fields.CharEnumField(description='', enum_type=ConsentStatus, max_length=16)),
                ('digest', fields.CharField(max_length=64)),
                ('wording_version', fields.IntField()),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'story_consents', 'app': 'pintuan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        *[ops.AddConstraint(model, CheckConstraint(check, name)) for model, check, name in CHECKS],
        *[ops.RunSQL(f"CREATE UNIQUE INDEX {name} ON {what}", f"DROP INDEX {name}") for name, what in UNIQUE_INDEXES],
        *[ops.RunSQL(f"CREATE INDEX {name} ON {what}", f"DROP INDEX {name}") for name, what in INDEXES],
    ]
