"""What must not be in points and growth."""

from app.core.audit import Check

CHECKS = [
    Check(
        "points whose changes and lots differ",
        """SELECT a.user_id AS subject FROM points_accounts a
           WHERE (SELECT COALESCE(SUM(CASE WHEN e.change IN ('EARNED', 'RETURNED') THEN e.points ELSE -e.points END), 0)
                    FROM points_entries e WHERE e.user_id = a.user_id)
              <> (SELECT COALESCE(SUM(l.unused), 0) FROM points_lots l WHERE l.user_id = a.user_id) - a.debt""",
    ),
    Check(
        "a purchase that has brought other points than its buyer was given",
        """SELECT p.order_id AS subject FROM counted_purchases p
           WHERE p.points <>
                 (SELECT COALESCE(SUM(CASE WHEN e.change = 'EARNED' THEN e.points ELSE -e.points END), 0)
                    FROM points_entries e
                   WHERE e.user_id = p.user_id AND e.reason = 'PURCHASE'
                     AND (e.reference = CAST(p.order_id AS TEXT) OR e.origin = CAST(p.order_id AS TEXT)))""",
    ),
]
