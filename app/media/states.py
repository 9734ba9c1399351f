"""The states of an upload. Pure: rules decide over them."""

from enum import StrEnum


class UploadPurpose(StrEnum):
    """What a picture is for; it can be attached to nothing else."""

    AVATAR = "AVATAR"
    POST = "POST"
    STORY = "STORY"
    REVIEW = "REVIEW"
    PRODUCT = "PRODUCT"
    COVER = "COVER"


class UploadStatus(StrEnum):
    """TICKET: no picture yet. DETACHED: what it hung on is withdrawn, and nobody sees it."""

    TICKET = "TICKET"
    STORED = "STORED"
    ATTACHED = "ATTACHED"
    DETACHED = "DETACHED"


class Verdict(StrEnum):
    """What is said of a picture. REVIEW: a person must say."""

    WAITING = "WAITING"
    PASSED = "PASSED"
    REVIEW = "REVIEW"
    REJECTED = "REJECTED"
