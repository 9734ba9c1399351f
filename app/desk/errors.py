"""What the desk says no to."""

from app.core.errors import DomainError


class DeskItemNotFound(DomainError):
    """There is nothing like this on the desk."""


class NothingToRetry(DomainError):
    """No refund waits here to be sent again."""


class EndsByItself(DomainError):
    """This leaves the desk by itself, once what it waits for is done."""
