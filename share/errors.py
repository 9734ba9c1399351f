"""What sharing says no to."""

from app.core.errors import DomainError


class ShareLinkNotFound(DomainError):
    """There is no such link."""


class ShareLinkExpired(DomainError):
    """This link has expired."""


class ShareLinkRevoked(DomainError):
    """Whoever shared this link has taken it back."""


class TargetNotShareable(DomainError):
    """This cannot be shared."""
