"""Things to share, links to them, and who opens those."""

from datetime import datetime
from uuid import UUID

from app.core.ids import UserId, new_id
from app.core.targets import Target
from share import links, targets, touches
from share.models import ShareForm
from share.queries import Link
from share.targets import SharedThing

#: A kind that only tests know.
TOY = "toy"

_toys: dict[UUID, SharedThing] = {}


async def _read_toy(toy: UUID) -> SharedThing | None:
    return _toys.get(toy)


def a_thing(
    title: str = "龙井茶 250g",
    *,
    target: Target | None = None,
    expires_at: datetime | None = None,
    is_shareable: bool = True,
) -> Target:
    """Something that can be shared and belongs to no room; the same target again changes it."""
    targets.register(TOY, _read_toy)
    target = target or Target(TOY, new_id())
    _toys[target.id] = SharedThing(
        target=target,
        title=title,
        picture_path="products/tea.png",
        expires_at=expires_at,
        path=f"/pages/toy?id={target.public_id}",
        is_shareable=is_shareable,
    )
    return target


def withdraw(target: Target) -> None:
    """The thing is not there any more."""
    del _toys[target.id]


async def a_link(inviter: UserId, target: Target | None = None, *, form: ShareForm = ShareForm.CARD) -> Link:
    """A link of this person, to a toy unless told otherwise."""
    return await links.create(inviter=inviter, target=target or a_thing(), form=form)


async def a_touch(link: Link, *, visitor: UUID | None = None, user: UserId | None = None) -> UUID:
    """Somebody opens the link; who she is as a visitor."""
    return (await touches.open_link(code=link.code, visitor=visitor, user=user)).visitor
