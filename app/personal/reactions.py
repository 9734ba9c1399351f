"""What personal does on hearing of pictures, and what it answers to moderation."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from app.accounts import actions as accounts
from app.accounts import queries as people
from app.core.ids import UserId
from app.media import queries as media
from app.media.facts import PictureChecked
from app.moderation.ports import ShownThing
from app.moderation.states import Decision
from app.personal import actions


async def show_avatar(fact: PictureChecked) -> None:
    """An avatar was passed, and others see it; or it was not, and nobody does."""
    if fact.target.kind != actions.USER:
        return
    upload = await media.upload(fact.upload)
    if upload is not None and upload.path is not None:
        user = UserId(fact.target.id)
        await actions.settle_avatar(user=user, upload=fact.upload, path=upload.path, passed=fact.passed)


class Nickname:
    """What is answered to moderation for the names of people."""

    async def shown(self, thing: UUID, /) -> ShownThing | None:
        """The name that waits, else the one that stands."""
        found = await people.users([UserId(thing)])
        if not found or found[0].deleted_at is not None:
            return None
        return ShownThing(author=UserId(thing), text=found[0].next_nickname or found[0].nickname)

    async def may_be_reported(self, thing: UUID, /) -> bool:
        """The public sees no one's id, so it has nothing to report her by."""
        del thing
        return False

    async def decided(self, thing: UUID, decision: Decision, reason: str, /) -> None:
        """Show the name, or not."""
        del reason
        if await self.shown(thing) is not None:
            await accounts.settle_nickname(user=UserId(thing), approved=decision is not Decision.REMOVE)


REACTIONS: Mapping[type[Any], Sequence[Callable[[Any], Any]]] = {PictureChecked: [show_avatar]}
