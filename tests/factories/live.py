"""Hosts and their rooms."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.accounts.models import Role, UserRole
from app.accounts.tokens import Grant
from app.catalog import actions as catalog
from app.catalog.actions import NewSku
from app.core import clock
from app.core.ids import LiveRoomId, ProductId, UserId, new_id
from app.core.targets import Target
from app.live.actions import running
from app.live.models import LiveRoom
from tests.factories.accounts import a_session, a_user


async def a_member_of_staff(*roles: Role, nickname: str = "店小二") -> Grant:
    """Somebody who came through WeChat, with these roles; `.user` is her id, `.access_token` what she shows."""
    user = (await a_user(nickname)).id
    for role in roles:
        await UserRole.create(user_id=user, role=role)
    return await a_session(user)


async def a_product(title: str = "龙井茶 250g", *, price_fen: int = 3980) -> ProductId:
    """Something to show."""
    product, _ = await catalog.create_product(
        title=title, description="明前龙井。", category="茶叶", pictures=[], options=[],
        skus=[NewSku((), price_fen, 100)],
    )  # fmt: skip
    return product


@dataclass(frozen=True, slots=True)
class MadeRoom:
    """A room and its host."""

    id: LiveRoomId
    host: UserId

    @property
    def public_id(self) -> str:
        return Target("live", self.id).public_id

    async def now(self) -> LiveRoom:
        return await LiveRoom.get(id=self.id)


async def a_room(
    host: UserId | None = None, *, on_air: bool = False, starts_at: datetime | None = None, **changes: Any
) -> MadeRoom:
    """A room that starts in an hour, or is on the air."""
    host = host or (await a_member_of_staff(Role.HOST, nickname="茶姐")).user
    given: dict[str, Any] = {"title": "春茶上新", "products": [], "client_id": f"room-{new_id()}"}
    room = await running.schedule(
        host=host, starts_at=starts_at or await clock.now() + timedelta(hours=1), **given | changes
    )
    if on_air:
        await running.start(room, by=host)
    return MadeRoom(room, host)
