"""Addresses of pictures."""

from datetime import datetime
from typing import Any

from app.core.settings import settings
from app.media import queries
from app.media.queries import Picture
from schema.scalars import Image


def media_url(path: str | None) -> str | None:
    """The address of a picture below the media folder; None for none."""
    return f"{settings().public_origin.rstrip('/')}/media/{path}" if path else None


def signed_url(path: str, now: datetime) -> str:
    """The address by which few may see a picture that is not passed yet, for ten to twenty minutes."""
    return f"{settings().public_origin.rstrip('/')}/media/{queries.signed_address(path, now)}"


def url_for_staff(path: str, now: datetime) -> str:
    """The address of a picture for who decides about it: signed where people have handed it in."""
    return signed_url(path, now) if path.startswith(queries.FOLDER) else media_url(path) or ""


def image_of(picture: Picture, now: datetime) -> Image:
    """A picture that hangs on something, for whoever may see the thing: signed while it is not passed."""
    url = media_url(picture.path) if picture.passed else signed_url(picture.path, now)
    return Image(url=url or "", width=picture.width, height=picture.height)


def image(picture: dict[str, Any]) -> Image:
    """A picture as products keep it."""
    return Image(url=media_url(picture["path"]) or "", width=picture["width"], height=picture["height"])
