"""What other rooms answer for things of theirs that a post is about, or that people react to."""

from typing import Protocol
from uuid import UUID

from app.core.targets import Target


class Looker(Protocol):
    """Knows the things of one kind."""

    async def __call__(self, thing: UUID, /) -> bool:
        """Whether everybody may see this thing now. Awaits nothing but statements."""


_lookers: dict[str, Looker] = {}


def register(kind: str, looker: Looker) -> None:
    """Say who answers for things of a kind; the kinds are those of the public ids."""
    _lookers[kind] = looker


async def is_there(target: Target) -> bool:
    """Whether everybody may see a thing now; not where nobody answers for its kind."""
    looker = _lookers.get(target.kind)
    return looker is not None and await looker(target.id)
