"""What moderation says no to."""

from dataclasses import dataclass
from datetime import datetime

from app.core.errors import DomainError


class TextRejected(DomainError):
    """This text cannot be published; please change it."""


class TextTooLong(DomainError):
    """This text is too long."""


@dataclass(eq=False)
class Muted(DomainError):
    """You cannot write here at the moment."""

    #: None for good.
    until: datetime | None


class SecondPersonNeeded(DomainError):
    """Somebody else must decide this."""


class WordExists(DomainError):
    """The filter knows this word already."""
