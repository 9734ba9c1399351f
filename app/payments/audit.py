"""What must not be in payments and the books."""

from app.core.audit import Check

CHECKS = [
    Check(
        "a payment that was paid and is not in the books, or with another amount",
        """SELECT p.id AS subject FROM payments p
           LEFT JOIN postings b ON b.reason = 'PAYMENT' AND b.reference = p.transaction_id
           WHERE p.status = 'PAID' AND (b.id IS NULL OR b.amount_fen <> p.amount_fen)""",
    ),
    Check(
        "a payment in the books that belongs to no payment",
        """SELECT b.reference AS subject FROM postings b
           LEFT JOIN payments p ON p.transaction_id = b.reference
           WHERE b.reason = 'PAYMENT' AND p.id IS NULL""",
    ),
    Check(
        "a payment whose refunds do not add up to what was promised",
        """SELECT p.id AS subject FROM payments p
           WHERE p.refunded_fen <> (SELECT COALESCE(SUM(r.amount_fen), 0) FROM refunds r WHERE r.payment_id = p.id)""",
    ),
    Check(
        "a refund that is not promised in the books",
        """SELECT r.id AS subject FROM refunds r
           LEFT JOIN postings b ON b.reason = 'REFUND_PROMISED' AND b.reference = CAST(r.id AS TEXT)
           WHERE b.id IS NULL OR b.amount_fen <> r.amount_fen""",
    ),
    Check(
        "a refund whose arrival and the books differ",
        """SELECT r.id AS subject FROM refunds r
           LEFT JOIN postings b ON b.reason = 'REFUND_SENT' AND b.reference = CAST(r.id AS TEXT)
           WHERE (r.status = 'SUCCEEDED') <> (b.id IS NOT NULL) OR b.amount_fen <> r.amount_fen""",
    ),
    Check(
        "a refund in the books that belongs to no refund",
        """SELECT b.reference AS subject FROM postings b
           WHERE b.reason IN ('REFUND_PROMISED', 'REFUND_SENT') AND NOT EXISTS
                 (SELECT 1 FROM refunds r WHERE CAST(r.id AS TEXT) = b.reference)""",
    ),
    Check(
        "a failed refund that lies on no desk",
        """SELECT r.id AS subject FROM refunds r
           WHERE r.status = 'FAILED' AND NOT EXISTS
                 (SELECT 1 FROM desk_items d WHERE d.matter = 'REFUND_FAILED' AND d.subject = CAST(r.id AS TEXT)
                   AND d.resolved_at IS NULL)""",
    ),
    Check(
        "a refund that nobody will try or ask about again",
        """SELECT id AS subject FROM refunds
           WHERE status <> 'SUCCEEDED' AND next_attempt_at IS NULL""",
    ),
    Check(
        "money that is in the books twice",
        """SELECT b.reference AS subject FROM postings b JOIN postings c ON c.reference = b.reference
           WHERE b.reason = 'PAYMENT' AND c.reason = 'UNKNOWN_PAYMENT'""",
    ),
    Check(
        "a posting between accounts that its reason does not name",
        """SELECT b.id AS subject FROM postings b
           WHERE NOT ((b.reason = 'PAYMENT' AND b.source = 'BUYERS' AND b.target = 'WECHAT')
             OR (b.reason = 'REFUND_PROMISED' AND b.source = 'REFUNDS' AND b.target = 'BUYERS')
             OR (b.reason = 'REFUND_SENT' AND b.source = 'WECHAT' AND b.target = 'REFUNDS')
             OR (b.reason = 'UNKNOWN_PAYMENT' AND b.source = 'SUSPENSE' AND b.target = 'WECHAT')
             OR (b.reason = 'SETTLEMENT' AND b.source = 'SALES' AND b.target = 'BUYERS'))""",
    ),
    Check(
        "money in suspense that lies on no desk",
        """SELECT b.reference AS subject FROM postings b
           WHERE b.reason = 'UNKNOWN_PAYMENT' AND NOT EXISTS
                 (SELECT 1 FROM desk_items d WHERE d.subject = b.reference)""",
    ),
]
