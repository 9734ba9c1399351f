"""What happened to stories."""

from dataclasses import dataclass

from app.core.ids import StoryId, UserId
from app.core.outbox import Fact


@dataclass(frozen=True, slots=True)
class StoryConsentAsked(Fact):
    """A customer is asked whether a story may be told."""

    story: StoryId
    customer: UserId
    title: str


@dataclass(frozen=True, slots=True)
class StoryPublished(Fact):
    """A story is out."""

    story: StoryId
    customer: UserId
    title: str


@dataclass(frozen=True, slots=True)
class StoryWithdrawn(Fact):
    """A story is gone: its customer took her consent back, or a moderator took it down."""

    story: StoryId
