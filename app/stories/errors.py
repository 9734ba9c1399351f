"""What stories say no to. Who wrote a story does not review it: `moderation.errors.SecondPersonNeeded`."""

from app.core.errors import DomainError


class ConsentMissing(DomainError):
    """The customer has not agreed to this text under the wording in force."""


class NotScheduled(DomainError):
    """This story does not wait for its moment: it is out already, or was never scheduled."""


class NotInReview(DomainError):
    """This story does not wait for a review."""
