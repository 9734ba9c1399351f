"""What must not be in groups, seats and their orders."""

from app.core.audit import Check

_GROUPS = [
    Check(
        "a group whose counters and seats differ",
        """SELECT g.code AS subject FROM groups g
           WHERE g.held <> (SELECT COUNT(*) FROM seats s WHERE s.group_id = g.id AND s.status IN ('HELD', 'RELEASING'))
              OR g.taken <> (SELECT COUNT(*) FROM seats s WHERE s.group_id = g.id AND s.taken_at IS NOT NULL
                               AND (s.status IN ('TAKEN', 'SETTLED') OR s."end" IN ('GROUP_FAILED', 'RETURNED')))""",
    ),
    Check(
        "more seats than the group has",
        "SELECT code AS subject FROM groups WHERE taken + held > size",
    ),
    Check(
        "a group that waits for a leader who holds no seat",
        """SELECT g.code AS subject FROM groups g
           WHERE g.status = 'PENDING' AND NOT EXISTS
                 (SELECT 1 FROM seats s WHERE s.group_id = g.id AND s.user_id = g.leader_id
                   AND s.status IN ('HELD', 'RELEASING'))""",
    ),
    Check(
        "a group that forms without a deadline, or under a leader who has not paid",
        """SELECT g.code AS subject FROM groups g
           WHERE g.status = 'FORMING' AND (g.expires_at IS NULL OR g.closes_at IS NULL OR NOT EXISTS
                 (SELECT 1 FROM seats s WHERE s.group_id = g.id AND s.user_id = g.leader_id AND s.status = 'TAKEN'))""",
    ),
    Check(
        "a person who opened and leads two groups of one deal that form",
        """SELECT g.code AS subject FROM groups g
           WHERE g.status IN ('PENDING', 'FORMING') AND g.leader_id = g.opener_id AND EXISTS
                 (SELECT 1 FROM groups o WHERE o.deal_id = g.deal_id AND o.id <> g.id
                   AND o.status IN ('PENDING', 'FORMING') AND o.leader_id = g.leader_id
                   AND o.opener_id = g.leader_id)""",
    ),
    Check(
        "a group that has ended with a seat held",
        "SELECT code AS subject FROM groups WHERE status IN ('COMPLETED', 'FAILED', 'CANCELLED') AND held > 0",
    ),
    Check(
        "a completed group that is not full",
        "SELECT code AS subject FROM groups WHERE status = 'COMPLETED' AND taken <> size",
    ),
    Check(
        "a failed group whose refunds are miscounted",
        """SELECT g.code AS subject FROM groups g
           WHERE g.status IN ('FAILING', 'FAILED') AND (
                 g.refunds_total <> (SELECT COUNT(*) FROM seats s WHERE s.group_id = g.id
                                       AND s.taken_at IS NOT NULL AND s."end" = 'GROUP_FAILED')
              OR g.refunds_done <> (SELECT COUNT(*) FROM seats s WHERE s.group_id = g.id
                                      AND s.status = 'REFUNDED' AND s."end" = 'GROUP_FAILED'))""",
    ),
]

_SEATS = [
    Check(
        "an offer whose pieces and seats differ",
        """SELECT o.id AS subject FROM offers o
           WHERE o.quota - o.quota_left <>
                 (SELECT COALESCE(SUM(s.quantity), 0) FROM seats s
                   WHERE s.offer_id = o.id AND (s.status IN ('HELD', 'RELEASING', 'TAKEN', 'SETTLED')
                      OR (s."end" = 'RETURNED' AND EXISTS
                          (SELECT 1 FROM shipments h WHERE h.order_id = s.order_id))))""",
    ),
    Check(
        "a held seat that nobody will give back",
        "SELECT id AS subject FROM seats WHERE status IN ('HELD', 'RELEASING') AND release_due_at IS NULL",
    ),
    Check(
        "a member of a failed group whom nobody will refund",
        """SELECT s.id AS subject FROM seats s JOIN groups g ON g.id = s.group_id
           WHERE s.status = 'TAKEN' AND (g.status IN ('FAILED', 'CANCELLED')
              OR (g.status = 'FAILING' AND (s."end" IS NULL OR s."end" <> 'GROUP_FAILED')))""",
    ),
    Check(
        "a taken seat that nobody paid for",
        """SELECT s.id AS subject FROM seats s JOIN orders o ON o.id = s.order_id
           LEFT JOIN payments p ON p.order_id = s.order_id AND p.status = 'PAID'
           WHERE s.status IN ('TAKEN', 'SETTLED') AND o.amount_fen > 0 AND p.id IS NULL""",
    ),
    Check(
        "a seat whose status and its order's do not go together",
        """SELECT s.id AS subject FROM seats s JOIN orders o ON o.id = s.order_id
           WHERE NOT (
             (s.status IN ('HELD', 'RELEASING') AND o.status = 'UNPAID')
             OR (s.status = 'RELEASED' AND o.status IN ('CLOSED', 'REFUNDING', 'REFUNDED'))
             OR (s.status = 'TAKEN' AND o.status IN ('PAID_FORMING', 'TO_SHIP', 'SHIPPED', 'RECEIVED'))
             OR (s.status = 'SETTLED' AND o.status = 'SETTLED')
             OR (s.status IN ('REFUNDING', 'REFUND_FAILED') AND o.status = 'REFUNDING')
             OR (s.status = 'REFUNDED' AND o.status = 'REFUNDED'))""",
    ),
    Check(
        "a seat without an order",
        """SELECT s.id AS subject FROM seats s LEFT JOIN orders o ON o.id = s.order_id WHERE o.id IS NULL""",
    ),
]

_ORDERS = [
    Check(
        "a paid order without a seat, a refund or a delivery",
        """SELECT p.order_id AS subject FROM payments p JOIN seats s ON s.order_id = p.order_id
           WHERE p.status = 'PAID' AND p.refunded_fen = 0 AND s.status NOT IN ('TAKEN', 'SETTLED')""",
    ),
    Check(
        "a paid order without any seat",
        """SELECT p.order_id AS subject FROM payments p LEFT JOIN seats s ON s.order_id = p.order_id
           WHERE p.status = 'PAID' AND p.purpose = 'GROUP_SEAT' AND s.id IS NULL""",
    ),
    Check(
        "an order that asks for another amount than its lines, or than its payment",
        """SELECT o.id AS subject FROM orders o
           WHERE o.amount_fen <> o.shipping_fen - o.points_used
                   + (SELECT COALESCE(SUM(l.quantity * l.unit_price_fen - l.discount_fen), 0) FROM order_lines l
                       WHERE l.order_id = o.id)
              OR o.points_used NOT BETWEEN (SELECT COALESCE(SUM(l.points), 0) FROM order_lines l
                                             WHERE l.order_id = o.id)
                   AND o.shipping_fen + (SELECT COALESCE(SUM(l.points), 0) FROM order_lines l WHERE l.order_id = o.id)
              OR EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = o.id
                            AND (l.discount_fen < 0 OR l.points < 0
                                 OR l.discount_fen + l.points > l.quantity * l.unit_price_fen))
              OR EXISTS (SELECT 1 FROM payments p WHERE p.order_id = o.id AND p.amount_fen <> o.amount_fen)""",
    ),
    Check(
        "an unpaid order that nobody asks money for",
        """SELECT o.id AS subject FROM orders o
           WHERE o.status = 'UNPAID' AND NOT EXISTS
                 (SELECT 1 FROM payments p WHERE p.order_id = o.id AND p.status IN ('OPEN', 'CLOSED'))""",
    ),
    Check(
        "an order called refunded whose money has not arrived",
        """SELECT o.id AS subject FROM orders o
           WHERE o.status = 'REFUNDED' AND o.amount_fen > 0 AND NOT EXISTS
                 (SELECT 1 FROM refunds r WHERE r.order_id = o.id AND r.status = 'SUCCEEDED')""",
    ),
    Check(
        "a completed group with an order that may not ship",
        """SELECT o.id AS subject FROM groups g JOIN seats s ON s.group_id = g.id JOIN orders o ON o.id = s.order_id
           WHERE g.status = 'COMPLETED' AND s.status = 'TAKEN' AND o.status = 'PAID_FORMING'""",
    ),
]

CHECKS = [*_GROUPS, *_SEATS, *_ORDERS]
