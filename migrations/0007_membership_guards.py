"""What the database itself refuses of plans, growth and points, and what it finds quickly."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

CHECKS = [
    ("PerkPlan", "version > 1", "perk_plans_version_is_somebodys"),
    ("CountedPurchase", "refunded_fen >= 0 AND points >= 0", "counted_purchases_are_not_negative"),
    ("PointsAccount", "debt >= 0", "points_accounts_debt_is_not_negative"),
    ("PointsLot", "unused BETWEEN 0 AND points", "points_lots_are_not_overdrawn"),
    ("PointsEntry", "points > 0", "points_entries_move_something"),
    ("PerkSimulation", "orders_done BETWEEN 0 AND orders_total", "perk_simulations_progress_is_within_total"),
]

UNIQUE_INDEXES = [
    ("perk_plans_one_begins_at_a_time", "perk_plans (active_from) WHERE active_from IS NOT NULL"),
    ("perk_plans_author_client", "perk_plans (author_id, client_id)"),
    ("points_entries_once", "points_entries (user_id, change, reason, reference)"),
]
INDEXES = [
    ("counted_purchases_of_user", "counted_purchases (user_id, settled_at)"),
    ("memberships_to_look_at", "memberships (look_again_at) WHERE look_again_at IS NOT NULL"),
    ("memberships_plan", "memberships (plan_version)"),
    ("points_lots_usable", "points_lots (user_id, expires_at) WHERE unused > 0"),
    ("points_lots_of_reference", "points_lots (user_id, reason, reference)"),
    ("perk_simulations_plan", "perk_simulations (plan_id)"),
    ("perk_simulations_unfinished", "perk_simulations (created_at) WHERE status IN ('QUEUED', 'RUNNING')"),
]


class Migration(migrations.Migration):
    dependencies = [("pintuan", "0006_membership")]

    operations = [
        *[ops.AddConstraint(model, CheckConstraint(check, name)) for model, check, name in CHECKS],
        ops.RunSQL([f"CREATE UNIQUE INDEX {name} ON {what}" for name, what in UNIQUE_INDEXES], [f"DROP INDEX {name}" for name, _ in UNIQUE_INDEXES]),
        ops.RunSQL([f"CREATE INDEX {name} ON {what}" for name, what in INDEXES], [f"DROP INDEX {name}" for name, _ in INDEXES]),
    ]
