"""The states of communities and what is written there."""

from enum import StrEnum


class CommunityKind(StrEnum):
    """What a community is around."""

    BRAND = "BRAND"
    HOST = "HOST"
    THEME = "THEME"


class PostStatus(StrEnum):
    """IN_REVIEW: text or pictures are being checked, and only the author reads it. WITHDRAWN: by her, for good."""

    IN_REVIEW = "IN_REVIEW"
    PUBLISHED = "PUBLISHED"
    REJECTED = "REJECTED"
    REMOVED = "REMOVED"
    WITHDRAWN = "WITHDRAWN"


class Reaction(StrEnum):
    """What somebody feels about a thing."""

    LIKE = "LIKE"
    LOVE = "LOVE"
    WANT = "WANT"
