"""What must not be in attributions and rewards."""

from app.core.audit import Check

CHECKS = [
    Check(
        "a reward that its order's attribution does not bear out",
        """SELECT r.id AS subject FROM rewards r JOIN attributions a ON a.order_id = r.order_id
           WHERE a.inviter_id IS NULL OR a.inviter_id <> r.user_id OR a.completed_at IS NULL
              OR (r.status = 'AVAILABLE' AND a.settled_at IS NULL)
              OR (r.status = 'FROZEN' AND a.settled_at IS NOT NULL)
              OR (r.status = 'REVERSED') <> (r.reversed_points = r.points)""",
    ),
    Check(
        "an order that somebody brought into a complete group, without a reward",
        """SELECT a.order_id AS subject FROM attributions a
           WHERE a.inviter_id IS NOT NULL AND a.completed_at IS NOT NULL AND a.paid_fen > 0
             AND NOT EXISTS (SELECT 1 FROM rewards r WHERE r.order_id = a.order_id)""",
    ),
    Check(
        "an attribution that rests on no touch, or on several",
        """SELECT a.order_id AS subject FROM attributions a
           WHERE (SELECT COUNT(*) FROM competing_touches c JOIN touches t ON t.id = c.touch_id
                    JOIN share_links l ON l.id = t.link_id
                   WHERE c.order_id = a.order_id AND c.verdict IN ('NAMED', 'LAST') AND l.inviter_id = a.inviter_id)
              <> CASE WHEN a.inviter_id IS NULL THEN 0 ELSE 1 END""",
    ),
    Check(
        "two people who brought each other",
        """SELECT a.order_id AS subject FROM attributions a
           JOIN attributions b ON b.buyer_id = a.inviter_id AND b.inviter_id = a.buyer_id""",
    ),
    Check(
        "a reward of other points than its owner was given",
        """SELECT r.id AS subject FROM rewards r
           WHERE CASE WHEN r.status = 'AVAILABLE' THEN r.points - r.reversed_points ELSE 0 END <>
                 (SELECT COALESCE(SUM(CASE WHEN e.change = 'EARNED' THEN e.points ELSE -e.points END), 0)
                    FROM points_entries e
                   WHERE e.user_id = r.user_id AND e.reason = 'REFERRAL'
                     AND (e.reference = CAST(r.id AS TEXT) OR e.origin = CAST(r.id AS TEXT)))""",
    ),
    Check(
        "a reward whose history does not tell what was taken back",
        """SELECT r.id AS subject FROM rewards r
           WHERE r.reversed_points <> (SELECT COALESCE(SUM(e.points), 0) FROM reward_events e
                                        WHERE e.reward_id = r.id AND e.change IN ('PART_REVERSED', 'REVERSED'))""",
    ),
]
