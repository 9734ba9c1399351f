"""Links, with what only WeChat can tell or make: in which chat group one was opened, and a URL link of it."""

import asyncio
from dataclasses import dataclass, field
from uuid import UUID

from app.accounts import flows as accounts
from app.core import clock
from app.core.ids import UserId
from app.core.log import logger
from app.wechat import current
from app.wechat.errors import WeChatBusy, WeChatRefused, WeChatSlowDown
from share import links, rules, targets, touches
from share.queries import Link
from share.touches import Opened

log = logger("share")

_LONGEST_CHAT_GROUP = 64
#: Shorter than a turn, so that nobody else asks meanwhile.
_ANSWERED_WITHIN_S = 10.0


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


async def make_url_link(link: Link) -> str | None:
    """Have WeChat make a share link's URL link, and keep it; its address, or None where there is no new one now.

    WeChat is asked at most once while what it gave lives, and once a minute or, where it said no, an hour while it
    gives nothing: whoever calls, however often, in however many processes.
    """
    thing = await targets.read(link.target)
    if thing is None or not await links.take_turn_at_url_link(link.id):
        return None
    page, _, query = rules.path_of(thing.path, link.code).partition("?")
    expires_at = await clock.now() + rules.URL_LINK_LIVES
    try:
        async with asyncio.timeout(_ANSWERED_WITHIN_S):
            address = await current.mini_program().url_link(page.lstrip("/"), query, expires_at=expires_at)
    except (WeChatRefused, WeChatSlowDown) as error:
        # Such as a page that the released mini-program lacks, or a day whose number is used up.
        log.warning("url_link.refused", why=str(error), page=page)
        await links.pause_url_link(link.id)
        return None
    except (WeChatBusy, TimeoutError) as error:
        log.info("url_link.not_made", why=str(error))
        return None
    await links.keep_url_link(link.id, address=address, expires_at=expires_at)
    return address
