"""What must not be in orders, their parcels and what was earned with them."""

from app.core.audit import Check

CHECKS = [
    Check(
        "an order on its way without a parcel, or a parcel of an order that never left",
        """SELECT o.id AS subject FROM orders o LEFT JOIN shipments s ON s.order_id = o.id
           WHERE (o.status IN ('SHIPPED', 'RECEIVED', 'SETTLED') AND s.id IS NULL)
              OR (o.status IN ('UNPAID', 'CLOSED', 'PAID_FORMING', 'TO_SHIP') AND s.id IS NOT NULL)""",
    ),
    Check(
        "an order whose wait has no end",
        """SELECT id AS subject FROM orders
           WHERE (status = 'SHIPPED' AND receive_by IS NULL)
              OR (status IN ('RECEIVED', 'SETTLED') AND after_sale_until IS NULL)""",
    ),
    Check(
        "a parcel that WeChat will never hear of",
        """SELECT order_id AS subject FROM shipments WHERE upload = 'WAITING' AND next_upload_at IS NULL""",
    ),
    Check(
        "a parcel that WeChat refused and that lies on no desk",
        """SELECT s.order_id AS subject FROM shipments s
           WHERE s.upload = 'REFUSED' AND NOT EXISTS
                 (SELECT 1 FROM desk_items d WHERE d.matter = 'SHIPPING_REFUSED'
                   AND d.subject = CAST(s.order_id AS TEXT) AND d.resolved_at IS NULL)""",
    ),
    Check(
        "a settled order whose books say otherwise",
        """SELECT o.id AS subject FROM orders o
           LEFT JOIN payments p ON p.order_id = o.id AND p.status = 'PAID'
           LEFT JOIN postings b ON b.reason = 'SETTLEMENT' AND b.reference = CAST(o.id AS TEXT)
           WHERE o.status = 'SETTLED' AND COALESCE(p.amount_fen - p.refunded_fen, 0) <> COALESCE(b.amount_fen, 0)""",
    ),
    Check(
        "money called earned of an order that is not settled",
        """SELECT b.reference AS subject FROM postings b
           WHERE b.reason = 'SETTLEMENT' AND NOT EXISTS
                 (SELECT 1 FROM orders o WHERE CAST(o.id AS TEXT) = b.reference AND o.status = 'SETTLED')""",
    ),
    Check(
        "an order whose history and status differ",
        """SELECT o.id AS subject FROM orders o
           WHERE NOT EXISTS (SELECT 1 FROM order_events e WHERE e.order_id = o.id AND e.status = o.status)""",
    ),
]
