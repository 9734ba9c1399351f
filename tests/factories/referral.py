"""Friends who come by links and buy in groups, made by the real actions; what facts cause is done by `do_all_work`."""

from dataclasses import dataclass
from typing import Any

from app.core.ids import OrderId
from share.models import Attribution, Reward
from share.queries import Link
from tests.conftest import WeChat
from tests.factories.group_buying import Buyer, Opened, a_buyer, a_deal, group_of, joins, money_arrives, opens, pays
from tests.factories.orders import Bought
from tests.factories.share import a_link, a_touch


async def comes_by(friend: Buyer, inviter: Buyer) -> Link:
    """The friend, who is signed in, opens a link of the inviter's."""
    link = await a_link(inviter.id)
    await a_touch(link, user=friend.id)
    return link


async def buys_in_group(
    friend: Buyer, *, wechat: WeChat | None = None, price: int = 1990, quantity: int = 1, **changes: Any
) -> Bought:
    """The friend leads a group of two, which is complete."""
    deal = await a_deal(size=2, prices=(price,))
    other = await a_buyer(f"filler-{friend.name}-{deal.id.hex[-6:]}")
    held = await opens(friend, deal, quantity=quantity, **changes)
    await (pays(wechat, friend, held.order) if wechat else money_arrives(held.order))
    second = await joins(other, await group_of(held))
    await (pays(wechat, other, second.order) if wechat else money_arrives(second.order))
    group = await group_of(held)
    return Bought(held.order, friend, Opened(group.id, group.code, deal, [friend, other], [held.order, second.order]))


@dataclass(frozen=True, slots=True)
class Brought:
    """Who brought an order, and what she gets."""

    attribution: Attribution
    reward: Reward | None


async def brought(order: OrderId) -> Brought:
    return Brought(await Attribution.get(order_id=order), await Reward.get_or_none(order_id=order))
