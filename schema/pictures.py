"""Addresses of pictures."""

from typing import Any

from app.core.settings import settings
from schema.scalars import Image


def media_url(path: str | None) -> str | None:
    """The address of a picture below the media folder; None for none."""
    return f"{settings().public_origin.rstrip('/')}/media/{path}" if path else None


def image(picture: dict[str, Any]) -> Image:
    """A picture as products keep it."""
    return Image(url=media_url(picture["path"]) or "", width=picture["width"], height=picture["height"])
