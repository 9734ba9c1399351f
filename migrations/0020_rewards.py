"""Who brought an order, and what she gets for it."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from app.core.ids import new_id
from share.states import RewardChange, RewardStatus, TouchVerdict
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

CHECKS = [
    ("Attribution", "inviter_id IS NULL OR inviter_id <> buyer_id", "attributions_nobody_brings_herself"),
    ("Attribution", "(inviter_id IS NULL) = (touched_at IS NULL)", "attributions_whoever_brings_is_touched_through"),
    ("Reward", "points > 0 AND reversed_points BETWEEN 0 AND points", "rewards_reverse_what_they_gave"),
]

UNIQUE_INDEXES = [
    ("competing_touches_order_touch", "competing_touches (order_id, touch_id)"),
]

INDEXES = [
    ("attributions_inviter", "attributions (inviter_id, touched_at) WHERE inviter_id IS NOT NULL"),
    ("attributions_touched", "attributions (touched_at) WHERE inviter_id IS NOT NULL"),
    ("attributions_buyer", "attributions (buyer_id, inviter_id)"),
    ("competing_touches_touch", "competing_touches (touch_id)"),
    ("rewards_of_user", "rewards (user_id, created_at, id)"),
    ("reward_events_reward", "reward_events (reward_id, at)"),
    ("touches_of_visitor", "touches (visitor_id, at)"),
    ("touches_at", "touches (at)"),
    ("share_links_of_inviter", "share_links (inviter_id, created_at)"),
    ("share_links_made", "share_links (created_at)"),
    ("share_links_campaign", "share_links (campaign, created_at) WHERE campaign IS NOT NULL"),
]

_ONE_LIVE = "share_links_one_live_per_target_and_form"


class Migration(migrations.Migration):
    dependencies = [("pintuan", "0019_stories")]
    operations = [
        ops.CreateModel(
            name='Attribution',
            fields=[
                ('order_id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('buyer_id', fields.UUIDField()),
                ('inviter_id', fields.UUIDField(null=True)),
                ('touched_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('programme_version', fields.IntField()),
                ('ordered_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('paid_fen', fields.BigIntField()),
                ('refunded_fen', fields.BigIntField(default=0)),
                ('completed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('settled_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'attributions', 'app': 'pintuan', 'pk_attr': 'order_id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='CompetingTouch',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('order', fields.ForeignKeyField('pintuan.Attribution', source_field='order_id', db_constraint=True, to_field='order_id', on_delete=OnDelete.RESTRICT)),
                ('touch', fields.ForeignKeyField('pintuan.Touch', source_field='touch_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('verdict', fields.CharEnumField(description='', enum_type=TouchVerdict, max_length=12)),
            ],
            options={'table': 'competing_touches', 'app': 'pintuan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Reward',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('user_id', fields.UUIDField()),
                ('order', fields.OneToOneField('pintuan.Attribution', source_field='order_id', db_constraint=True, to_field='order_id', on_delete=OnDelete.RESTRICT)),
                ('status', fields.CharEnumField(description='', enum_type=RewardStatus, max_length=12)),
                ('points', fields.IntField()),
                ('reversed_points', fields.IntField(default=0)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'rewards', 'app': 'pintuan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='RewardEvent',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('reward', fields.ForeignKeyField('pintuan.Reward', source_field='reward_id', db_constraint=True, to_field='id', on_delete=OnDelete.RESTRICT)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('change', fields.CharEnumField(description='', enum_type=RewardChange, max_length=16)),
                ('points', fields.IntField()),
            ],
            options={'table': 'reward_events', 'app': 'pintuan', 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Visitor',
            name='joined_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        *[ops.AddConstraint(model, CheckConstraint(check, name)) for model, check, name in CHECKS],
        *[ops.RunSQL(f"CREATE UNIQUE INDEX {name} ON {what}", f"DROP INDEX {name}") for name, what in UNIQUE_INDEXES],
        *[ops.RunSQL(f"CREATE INDEX {name} ON {what}", f"DROP INDEX {name}") for name, what in INDEXES],
        # Who was known before is known since she came.
        ops.RunSQL("UPDATE visitors SET joined_at = created_at WHERE user_id IS NOT NULL", "SELECT 1"),
        # A campaign's link stands beside one's own.
        ops.RunSQL(f"DROP INDEX {_ONE_LIVE}", "SELECT 1"),
        ops.RunSQL(
            f"CREATE UNIQUE INDEX {_ONE_LIVE} "
            "ON share_links (inviter_id, target_kind, target_id, form, COALESCE(campaign, '')) WHERE revoked_at IS NULL",
            f"DROP INDEX {_ONE_LIVE}",
        ),
    ]
