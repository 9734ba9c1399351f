"""The states of a story. Pure: rules decide over them."""

from enum import StrEnum


class StoryStatus(StrEnum):
    """How far a story has come. A SCHEDULED one is PUBLISHED for every reader from its moment on."""

    #: Being written; also where a reviewer, or the customer by declining, sends it back to.
    DRAFT = "DRAFT"
    #: A reviewer refused it, or a moderator took it down.
    REJECTED = "REJECTED"
    AWAITING_CONSENT = "AWAITING_CONSENT"
    IN_REVIEW = "IN_REVIEW"
    SCHEDULED = "SCHEDULED"
    PUBLISHED = "PUBLISHED"
    #: The customer took her consent back. Final.
    WITHDRAWN = "WITHDRAWN"


class ConsentStatus(StrEnum):
    """What the customer last said. NOT_ASKED is never kept: it is the want of a row."""

    NOT_ASKED = "NOT_ASKED"
    ASKED = "ASKED"
    GIVEN = "GIVEN"
    DECLINED = "DECLINED"
    WITHDRAWN = "WITHDRAWN"


class ReviewDecision(StrEnum):
    """What a reviewer decides."""

    APPROVE = "APPROVE"
    REJECT = "REJECT"
    REQUEST_CHANGES = "REQUEST_CHANGES"
