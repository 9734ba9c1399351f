"""What the desk says no to."""

from app.core.errors import DomainError


class DeskItemNotFound(DomainError):
    """There is nothing like this on the desk."""


class NothingToRetry(DomainError):
    """No refund waits here to be sent again."""


class EndsByItself(DomainError):
    """This leaves the desk when the money has arrived."""
