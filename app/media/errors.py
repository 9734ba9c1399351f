"""What media says no to."""

from app.core.errors import DomainError


class UploadInvalid(DomainError):
    """This picture cannot be used; please choose it again."""


class PictureRejected(DomainError):
    """This picture may not be shown."""
