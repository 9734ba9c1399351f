"""Opening a link, with what only WeChat's cipher tells: in which chat group that happened."""

from dataclasses import dataclass, field
from uuid import UUID

from app.accounts import flows as accounts
from app.core.ids import UserId
from share import touches
from share.touches import Opened

_LONGEST_CHAT_GROUP = 64


@dataclass(frozen=True, slots=True)
class GroupInfo:
    """What `wx.getGroupEnterInfo` gave."""

    encrypted_data: str = field(repr=False)
    iv: str


async def open_link(
    *,
    code: str,
    visitor: UUID | None = None,
    user: UserId | None = None,
    entry_scene: int | None = None,
    group_info: GroupInfo | None = None,
) -> Opened:
    """As `touches.open_link`, with the chat group in which she opened it, where that can be read."""
    chat_group = await _chat_group(user, group_info) if user and group_info else None
    return await touches.open_link(
        code=code, visitor=visitor, user=user, entry_scene=entry_scene, chat_group=chat_group
    )


async def _chat_group(user: UserId, given: GroupInfo) -> str | None:
    # It is a hint for later; that it cannot be read is no reason to keep her from the page.
    data = await accounts.read_encrypted(user=user, encrypted_data=given.encrypted_data, iv=given.iv)
    # The two calls that give it spell it differently.
    chat_group = (data or {}).get("opengid") or (data or {}).get("openGId")
    return chat_group if isinstance(chat_group, str) and len(chat_group) <= _LONGEST_CHAT_GROUP else None
