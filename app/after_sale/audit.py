"""What must not be in requests for a refund."""

from app.core.audit import Check

CHECKS = [
    Check(
        "a request that waits while its order goes on, or an order that waits for no request",
        """SELECT o.id AS subject FROM orders o
           WHERE CASE WHEN o.disputed THEN 1 ELSE 0 END <>
                 (SELECT COUNT(*) FROM after_sales a WHERE a.order_id = o.id AND a.status = 'REQUESTED')""",
    ),
    Check(
        "more pieces given back than were bought",
        """SELECT l.id AS subject FROM order_lines l
           WHERE l.quantity < (SELECT COALESCE(SUM(p.quantity), 0) FROM after_sale_pieces p
                                 JOIN after_sales a ON a.id = p.after_sale_id
                                WHERE p.line_id = l.id AND a.status IN ('APPROVED', 'REFUNDED'))""",
    ),
    Check(
        "a granted request without its refund, or with another amount",
        """SELECT a.id AS subject FROM after_sales a LEFT JOIN refunds r ON r.id = a.refund_id
           WHERE (a.status IN ('APPROVED', 'REFUNDED') AND COALESCE(r.amount_fen, 0) <> a.amount_fen)
              OR (a.status NOT IN ('APPROVED', 'REFUNDED') AND a.refund_id IS NOT NULL)""",
    ),
    Check(
        "a request called refunded whose money has not arrived",
        """SELECT a.id AS subject FROM after_sales a JOIN refunds r ON r.id = a.refund_id
           WHERE a.status = 'REFUNDED' AND r.status <> 'SUCCEEDED'""",
    ),
    Check(
        "an after-sale refund that nobody asked for",
        """SELECT r.id AS subject FROM refunds r
           WHERE r.reason = 'AFTER_SALE' AND NOT EXISTS (SELECT 1 FROM after_sales a WHERE a.refund_id = r.id)""",
    ),
]
