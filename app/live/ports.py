"""Who else hears that a host has started: asked of the rooms that know who follows her."""

from typing import Protocol

from app.core.ids import UserId


class Following(Protocol):
    """Knows who follows hosts."""

    async def __call__(self, host: UserId, /, *, after: UserId | None, limit: int) -> list[UserId]:
        """Those who follow the host, by their ids, from behind this one on. Awaits nothing but statements."""


_followings: dict[str, Following] = {}


def register(name: str, following: Following) -> None:
    """Let this room's followers hear of starts too; the same name again takes the earlier one's place."""
    _followings[name] = following


async def followers(host: UserId, *, after: UserId | None, limit: int) -> list[UserId]:
    """The first of all followers behind this one, each once, in the order of their ids."""
    found = {user for each in _followings.values() for user in await each(host, after=after, limit=limit)}
    return sorted(found)[:limit]
