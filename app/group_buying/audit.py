"""What must not be in groups, seats and their orders."""

from app.core.audit import Check

CHECKS = [
    Check(
        "a group whose counters and seats differ",
        """SELECT g.code AS subject FROM groups g
           WHERE g.held <> (SELECT COUNT(*) FROM seats s WHERE s.group_id = g.id AND s.status IN ('HELD', 'RELEASING'))
              OR g.taken <> (SELECT COUNT(*) FROM seats s WHERE s.group_id = g.id AND s.taken_at IS NOT NULL
                               AND (s.status IN ('TAKEN', 'SETTLED') OR s."end" = 'GROUP_FAILED'))""",
    ),
    Check(
        "more seats than the group has",
        "SELECT code AS subject FROM groups WHERE taken + held > size",
    ),
    Check(
        "an offer whose pieces and seats differ",
        """SELECT o.id AS subject FROM offers o
           WHERE o.quota - o.quota_left <>
                 (SELECT COALESCE(SUM(s.quantity), 0) FROM seats s
                   WHERE s.offer_id = o.id AND s.status IN ('HELD', 'RELEASING', 'TAKEN', 'SETTLED'))""",
    ),
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
        "a completed group with an order that may not ship",
        """SELECT o.id AS subject FROM groups g JOIN seats s ON s.group_id = g.id JOIN orders o ON o.id = s.order_id
           WHERE g.status = 'COMPLETED' AND s.status = 'TAKEN' AND o.status = 'PAID_FORMING'""",
    ),
]
