"""Communities: their tables as `make migration` wrote them, and their guards."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from app.community.states import CommunityKind, PostStatus, Reaction
from app.core.ids import new_id
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

CHECKS = [
    ("Community", "member_count >= 0", "communities_count_their_members"),
    ("Post", "comment_count >= 0", "posts_count_their_comments"),
    ("Post", "status <> 'PUBLISHED' OR published_at IS NOT NULL", "posts_know_when_they_were_published"),
    ("ReactionCount", "total >= 0", "reaction_counts_are_not_negative"),
    ("Follow", "follower_id <> followed_id", "follows_lead_to_others"),
]
UNIQUE_INDEXES = [
    ("community_members_community_user", "community_members (community_id, user_id)"),
    ("posts_author_client", "posts (author_id, client_id)"),
    ("post_comments_author_client", "post_comments (author_id, client_id)"),
    ("reactions_target_user", "reactions (target_kind, target_id, user_id)"),
    ("reaction_counts_target", "reaction_counts (target_id, target_kind)"),
    ("follows_follower_followed", "follows (follower_id, followed_id)"),
]
INDEXES = [
    ("communities_by_age", "communities (created_at, id)"),
    ("community_members_user", "community_members (user_id)"),
    ("posts_of_community", "posts (community_id, published_at, id) WHERE status = 'PUBLISHED'"),
    ("posts_by_time", "posts (published_at, id) WHERE status = 'PUBLISHED'"),
    ("post_comments_of_post", "post_comments (post_id, created_at, id)"),
    ("reactions_user", "reactions (user_id)"),
    ("follows_followed", "follows (followed_id, follower_id)"),
]


class Migration(migrations.Migration):
    dependencies = [("pintuan", "0021_campaigns")]

    initial = False

    operations = [
        ops.CreateModel(
            name='Community',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('name', fields.CharField(max_length=40)),
                ('kind', fields.CharEnumField(description='', enum_type=CommunityKind, max_length=8)),
                ('about', fields.CharField(max_length=500)),
                ('cover_path', fields.CharField(null=True, max_length=200)),
                ('member_count', fields.IntField(default=0)),
                ('version', fields.IntField(default=1)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'communities', 'app': 'pintuan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Follow',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('follower_id', fields.UUIDField()),
                ('followed_id', fields.UUIDField()),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'follows', 'app': 'pintuan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='GivenReaction',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('target_kind', fields.CharField(max_length=32)),
                ('target_id', fields.UUIDField()),
                ('user_id', fields.UUIDField()),
                ('reaction', fields.CharEnumField(description='', enum_type=Reaction, max_length=8)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'reactions', 'app': 'pintuan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Member',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('community_id', fields.UUIDField()),
                ('user_id', fields.UUIDField()),
                ('joined_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'community_members', 'app': 'pintuan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Post',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('community', fields.ForeignKeyField('pintuan.Community', source_field='community_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('author_id', fields.UUIDField()),
                ('client_id', fields.CharField(max_length=100)),
                ('text', fields.TextField(unique=False)),
                ('topics', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('attached_kind', fields.CharField(null=True, max_length=32)),
                ('attached_id', fields.UUIDField(null=True)),
                ('status', fields.CharEnumField(default=PostStatus.IN_REVIEW, description='', enum_type=PostStatus, max_length=12)),
                ('text_passed', fields.BooleanField()),
                ('comment_count', fields.IntField(default=0)),
                ('published_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'posts', 'app': 'pintuan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Comment',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('post', fields.ForeignKeyField('pintuan.Post', source_field='post_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('author_id', fields.UUIDField()),
                ('client_id', fields.CharField(max_length=100)),
                ('text', fields.TextField(unique=False)),
                ('status', fields.CharEnumField(description='', enum_type=PostStatus, max_length=12)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'post_comments', 'app': 'pintuan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ReactionCount',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('target_kind', fields.CharField(max_length=32)),
                ('target_id', fields.UUIDField()),
                ('total', fields.IntField()),
            ],
            options={'table': 'reaction_counts', 'app': 'pintuan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        *[ops.AddConstraint(model, CheckConstraint(check, name)) for model, check, name in CHECKS],
        *[ops.RunSQL(f"CREATE UNIQUE INDEX {name} ON {what}", f"DROP INDEX {name}") for name, what in UNIQUE_INDEXES],
        *[ops.RunSQL(f"CREATE INDEX {name} ON {what}", f"DROP INDEX {name}") for name, what in INDEXES],
    ]
