"""What rules of moderation decide over."""

from enum import StrEnum


class Outcome(StrEnum):
    """What is to become of a text that nobody rejected."""

    PASS = "PASS"  # noqa: S105 - an outcome, no password
    REVIEW = "REVIEW"


class Why(StrEnum):
    """Why a thing is in the queue."""

    #: The filter knows a word in it that a person must look at.
    WORD = "WORD"
    #: WeChat suggests that a person looks at it.
    WECHAT_SUGGESTS = "WECHAT_SUGGESTS"
    #: WeChat gave no answer in time.
    WECHAT_AWAY = "WECHAT_AWAY"
    #: WeChat checks only what people write who were in the app within two hours.
    AUTHOR_NOT_SEEN = "AUTHOR_NOT_SEEN"
    #: Staff wrote it, or it is published later: a second person looks at it instead of WeChat.
    SECOND_PERSON = "SECOND_PERSON"
    #: A picture in it waits for a person.
    PICTURE = "PICTURE"
    #: Somebody objects to it.
    REPORTED = "REPORTED"


class ItemStatus(StrEnum):
    """Where an item stands."""

    OPEN = "OPEN"
    APPROVED = "APPROVED"
    REMOVED = "REMOVED"
    #: Removed, and then brought back upon the author's appeal.
    RESTORED = "RESTORED"


class Decision(StrEnum):
    """What the room that owns a thing is told."""

    #: It may be read; where it waited, it is published now.
    APPROVE = "APPROVE"
    #: Nobody may read it any more, or ever.
    REMOVE = "REMOVE"
    #: A removal was wrong: as APPROVE, after REMOVE.
    RESTORE = "RESTORE"


class AppealStatus(StrEnum):
    """Where an appeal stands."""

    OPEN = "OPEN"
    #: The removal stays.
    UPHELD = "UPHELD"
    #: The thing was brought back.
    OVERTURNED = "OVERTURNED"


class ReportReason(StrEnum):
    """What somebody objects to."""

    SPAM = "SPAM"
    FRAUD = "FRAUD"
    ABUSE = "ABUSE"
    INDECENT = "INDECENT"
    ILLEGAL = "ILLEGAL"
    OTHER = "OTHER"


class Severity(StrEnum):
    """What the filter does about a word."""

    REJECT = "REJECT"
    REVIEW = "REVIEW"
