"""What the database itself refuses, and what it finds quickly.

Written by hand: on a new table Tortoise leaves checks out, and has no portable word for a partial unique index.
On SQLite a check makes its table anew and drops its indexes, so the checks come first, and uniqueness over several
columns stands here and not in the models.
"""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

CHECKS = [
    ("Group", "taken >= 0 AND held >= 0 AND taken + held <= size", "groups_seats_within_size"),
    ("Group", "size BETWEEN 2 AND 100", "groups_size_is_2_to_100"),
    ("Offer", "quota_left BETWEEN 0 AND quota", "offers_quota_is_not_oversold"),
    ("Payment", "amount_fen > 0", "payments_amount_is_positive"),
    ("Payment", "refunded_fen BETWEEN 0 AND amount_fen", "payments_refunds_within_amount"),
    ("Refund", "amount_fen > 0", "refunds_amount_is_positive"),
    ("Posting", "amount_fen > 0 AND source <> target", "postings_move_something"),
    ("Sku", "stock >= 0 AND price_fen >= 0", "skus_stock_is_not_oversold"),
    ("Order", "amount_fen >= 0", "orders_amount_is_not_negative"),
    ("OrderLine", "quantity > 0 AND unit_price_fen >= 0", "order_lines_sell_something"),
    ("MessageConsent", "remaining >= 0", "message_consents_are_not_overdrawn"),
]

# name, what follows ON
UNIQUE_INDEXES = [
    ("consent_reports_user_client", "consent_reports (user_id, client_id)"),
    ("deliveries_fact_reaction", "deliveries (fact_id, reaction)"),
    ("group_prices_group_offer", "group_prices (group_id, offer_id)"),
    ("idempotency_keys_user_mutation_key", "idempotency_keys (user_id, mutation, key)"),
    ("message_consents_user_purpose", "message_consents (user_id, purpose)"),
    ("notifications_user_seq", "notifications (user_id, seq)"),
    ("offers_deal_sku", "offers (deal_id, sku_id)"),
    ("postings_reason_reference", "postings (reason, reference)"),
    ("user_roles_user_role", "user_roles (user_id, role)"),
    ("seats_one_live_per_user_and_group",
     "seats (group_id, user_id) WHERE status IN ('HELD', 'RELEASING', 'TAKEN', 'SETTLED')"),
    ("desk_items_one_open_per_subject", "desk_items (matter, subject) WHERE resolved_at IS NULL"),
    ("share_links_one_live_per_target_and_form",
     "share_links (inviter_id, target_kind, target_id, form) WHERE revoked_at IS NULL"),
]  # fmt: skip
INDEXES = [
    ("deliveries_due", "deliveries (available_at) WHERE dead_at IS NULL"),
    ("idempotency_keys_age", "idempotency_keys (created_at)"),
    ("identities_user", "identities (user_id)"),
    ("identities_unionid", "identities (unionid)"),
    ("users_phone", "users (phone)"),
    ("sessions_user", "sessions (user_id) WHERE ended_at IS NULL"),
    ("credentials_user", "credentials (user_id)"),
    ("addresses_user", "addresses (user_id) WHERE deleted_at IS NULL"),
    ("skus_product", "skus (product_id)"),
    ("deals_by_end", "deals (ends_at, id)"),
    ("deals_product", "deals (product_id)"),
    ("groups_joinable", "groups (deal_id, closes_at) WHERE status = 'FORMING'"),
    ("groups_due", "groups (expires_at) WHERE status = 'FORMING'"),
    ("groups_failing", "groups (id) WHERE status = 'FAILING'"),
    ("groups_led", "groups (leader_id, deal_id) WHERE status IN ('PENDING', 'FORMING')"),
    ("group_prices_offer", "group_prices (offer_id)"),
    ("seats_group", "seats (group_id)"),
    ("seats_of_user", "seats (user_id, created_at)"),
    ("seats_to_release", "seats (release_due_at) WHERE release_due_at IS NOT NULL"),
    ("seats_offer", "seats (offer_id)"),
    ("orders_of_user", "orders (user_id, created_at, id)"),
    ("order_lines_order", "order_lines (order_id)"),
    ("order_events_order", "order_events (order_id)"),
    ("payments_order", "payments (order_id)"),
    ("payments_to_poll", "payments (next_poll_at) WHERE next_poll_at IS NOT NULL"),
    ("refunds_payment", "refunds (payment_id)"),
    ("refunds_order", "refunds (order_id)"),
    ("refunds_due", "refunds (next_attempt_at) WHERE next_attempt_at IS NOT NULL"),
    ("refunds_failed", "refunds (id) WHERE status = 'FAILED'"),
    ("notifications_unread", "notifications (user_id) WHERE read_at IS NULL"),
    ("messages_waiting", "messages (created_at) WHERE status = 'WAITING'"),
    ("messages_notification", "messages (notification_id)"),
    ("touches_link", "touches (link_id)"),
    ("touches_visitor", "touches (visitor_id)"),
    ("visitors_user", "visitors (user_id)"),
]


async def make_postings_append_only(_: Any, editor: Any) -> None:
    if editor.client.capabilities.dialect == "postgres":
        await editor.client.execute_query(
            "CREATE FUNCTION refuse_to_change_postings() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'postings are append-only' USING ERRCODE = 'integrity_constraint_violation'; "
            "END $$"
        )
        await editor.client.execute_query(
            "CREATE TRIGGER postings_are_append_only BEFORE UPDATE OR DELETE ON postings "
            "FOR EACH ROW EXECUTE FUNCTION refuse_to_change_postings()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        await editor.client.execute_query(
            f"CREATE TRIGGER postings_refuse_{verb.lower()} BEFORE {verb} ON postings "
            "BEGIN SELECT RAISE(ABORT, 'postings are append-only'); END"
        )


class Migration(migrations.Migration):
    dependencies = [("pintuan", "0001_initial")]

    operations = [
        *[ops.AddConstraint(model, CheckConstraint(check, name)) for model, check, name in CHECKS],
        ops.RunSQL([f"CREATE UNIQUE INDEX {name} ON {what}" for name, what in UNIQUE_INDEXES], [f"DROP INDEX {name}" for name, _ in UNIQUE_INDEXES]),
        ops.RunSQL([f"CREATE INDEX {name} ON {what}" for name, what in INDEXES], [f"DROP INDEX {name}" for name, _ in INDEXES]),
        ops.RunPython(make_postings_append_only, ops.RunPython.noop),
        ops.RunSQL("INSERT INTO clock_offset (id, offset_ms) VALUES (1, 0)", "DELETE FROM clock_offset"),
    ]
