"""What must not be in stories."""

from app.core.audit import Check

CHECKS = [
    Check(
        "a story that is out, or will be, without consent to its very text and pictures",
        """SELECT s.id AS subject FROM stories s
           WHERE s.status IN ('SCHEDULED', 'PUBLISHED')
             AND NOT EXISTS (SELECT 1 FROM story_consents c WHERE c.story_id = s.id
                               AND c.seq = (SELECT MAX(seq) FROM story_consents WHERE story_id = s.id)
                               AND c.status = 'GIVEN' AND c.digest = s.digest)""",
    ),
    Check(
        "a story that nobody but its author has reviewed",
        """SELECT id AS subject FROM stories
           WHERE status IN ('SCHEDULED', 'PUBLISHED') AND (reviewed_by IS NULL OR reviewed_by = author_id)""",
    ),
    Check(
        "a story that waits for an answer to nothing",
        """SELECT s.id AS subject FROM stories s
           WHERE s.status = 'AWAITING_CONSENT'
             AND NOT EXISTS (SELECT 1 FROM story_consents c WHERE c.story_id = s.id
                               AND c.seq = (SELECT MAX(seq) FROM story_consents WHERE story_id = s.id)
                               AND c.status = 'ASKED' AND c.digest = s.digest)""",
    ),
    Check(
        "a story whose customer took her consent back, and that is not gone",
        """SELECT s.id AS subject FROM stories s
           WHERE s.status <> 'WITHDRAWN' AND EXISTS (SELECT 1 FROM story_consents c WHERE c.story_id = s.id
                               AND c.seq = (SELECT MAX(seq) FROM story_consents WHERE story_id = s.id)
                               AND c.status = 'WITHDRAWN')""",
    ),
    Check(
        "a withdrawn story whose pictures can still be seen",
        """SELECT s.id AS subject FROM stories s
           WHERE s.status = 'WITHDRAWN' AND EXISTS
                 (SELECT 1 FROM uploads u
                   WHERE u.target_kind = 'story' AND u.target_id = s.id AND u.status = 'ATTACHED')""",
    ),
]
