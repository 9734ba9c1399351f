"""What stands in a feed, and why."""

from enum import StrEnum


class ItemKind(StrEnum):
    """What may stand in a feed."""

    POST = "POST"
    STORY = "STORY"
    GROUP = "GROUP"
    LIVE_ROOM = "LIVE_ROOM"


class Why(StrEnum):
    """Why something stands where it does."""

    LIVE_NOW = "LIVE_NOW"
    KNOWN = "KNOWN"
    FOLLOWED = "FOLLOWED"
    POPULAR = "POPULAR"
    NEW = "NEW"
    STORY = "STORY"
    OPEN_GROUP = "OPEN_GROUP"
    #: From a community that she does not belong to.
    ELSEWHERE = "ELSEWHERE"
    #: She does not want a feed that is chosen for her: the newest comes first.
    NEWEST = "NEWEST"
