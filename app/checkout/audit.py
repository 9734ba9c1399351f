"""What must not be in stock and in purchases alone."""

from app.core.audit import Check

CHECKS = [
    Check(
        "a SKU whose pieces and purchases differ",
        """SELECT k.id AS subject FROM skus k
           WHERE k.stock < 0 OR k.claimed <>
                 (SELECT COALESCE(SUM(p.quantity), 0) FROM solo_purchases p
                   WHERE p.sku_id = k.id AND (p.status IN ('HELD', 'RELEASING', 'BOUGHT')
                      OR (p.status = 'RETURNED' AND EXISTS
                          (SELECT 1 FROM shipments s WHERE s.order_id = p.order_id))))""",
    ),
    Check(
        "a purchase whose pieces nobody will give back",
        """SELECT order_id AS subject FROM solo_purchases
           WHERE status IN ('HELD', 'RELEASING') AND release_due_at IS NULL""",
    ),
    Check(
        "a purchase whose status and its order's do not go together",
        """SELECT p.order_id AS subject FROM solo_purchases p LEFT JOIN orders o ON o.id = p.order_id
           WHERE o.id IS NULL OR NOT (
             (p.status IN ('HELD', 'RELEASING') AND o.status = 'UNPAID')
             OR (p.status = 'RELEASED' AND o.status IN ('CLOSED', 'REFUNDING', 'REFUNDED'))
             OR (p.status = 'BOUGHT' AND o.status IN ('TO_SHIP', 'SHIPPED', 'RECEIVED', 'SETTLED'))
             OR (p.status = 'RETURNED' AND o.status IN ('REFUNDING', 'REFUNDED')))""",
    ),
    Check(
        "pieces that nobody paid for, or money that bought none",
        """SELECT p.order_id AS subject FROM solo_purchases p JOIN orders o ON o.id = p.order_id
           LEFT JOIN payments m ON m.order_id = p.order_id AND m.status = 'PAID'
           WHERE (p.status = 'BOUGHT' AND o.amount_fen > 0 AND m.id IS NULL)
              OR (m.id IS NOT NULL AND m.refunded_fen = 0 AND p.status <> 'BOUGHT')""",
    ),
    Check(
        "an order for goods alone without a purchase",
        """SELECT o.id AS subject FROM orders o
           WHERE o.purpose = 'SOLO' AND NOT EXISTS (SELECT 1 FROM solo_purchases p WHERE p.order_id = o.id)""",
    ),
]
