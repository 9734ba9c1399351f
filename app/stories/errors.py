"""What stories say no to. Who wrote a story does not review it: `moderation.errors.SecondPersonNeeded`."""

from app.core.errors import DomainError


class ConsentMissing(DomainError):
    """This text has not been agreed to under the wording in force."""


class NotScheduled(DomainError):
    """This story does not wait for its moment: it is out already, or was never scheduled."""


class NotInReview(DomainError):
    """This story does not wait for a review."""
