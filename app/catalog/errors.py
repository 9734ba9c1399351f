"""What the shop says no to about products."""

from app.core.errors import DomainError


class ProductNotFound(DomainError):
    """There is no such product."""
