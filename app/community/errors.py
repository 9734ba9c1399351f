"""What communities refuse."""

from app.core.errors import DomainError


class NotAMember(DomainError):
    """Join this community first."""
