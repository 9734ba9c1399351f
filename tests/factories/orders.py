"""Orders on their way, made by the real actions: paid in a group, shipped, received."""

from dataclasses import dataclass
from typing import Any

from app.accounts.models import Role
from app.core import clock
from app.core.ids import OrderId, UserId
from app.orders import actions, jobs, queries, rules
from app.orders.actions import Parcel
from app.orders.models import Order
from app.orders.states import OrderStatus
from tests.conftest import WeChat
from tests.factories.accounts import staff
from tests.factories.group_buying import Buyer, Opened, a_buyer, a_deal, group_of, joins, money_arrives, opens, pays

PARCEL = Parcel("SF", "SF1234567890")


@dataclass(frozen=True, slots=True)
class Bought:
    """An order of a completed group, and who bought it."""

    id: OrderId
    buyer: Buyer
    group: Opened

    async def now(self) -> Order:
        return await queries.order_by_id(self.id)


async def a_bought(
    *, quantity: int = 1, price: int = 1990, wechat: WeChat | None = None, prefix: str = "member", **changes: Any
) -> Bought:
    """An order that waits to be shipped: its buyer led a group of two, which is complete."""
    deal = await a_deal(size=2, prices=(price,), **changes)
    ann, ben = await a_buyer(f"{prefix}0"), await a_buyer(f"{prefix}1")
    held = await opens(ann, deal, quantity=quantity)
    if price:
        await (pays(wechat, ann, held.order) if wechat else money_arrives(held.order))
    other = await joins(ben, await group_of(held))
    if price:
        await (pays(wechat, ben, other.order) if wechat else money_arrives(other.order))
    group = await group_of(held)
    return Bought(held.order, ann, Opened(group.id, group.code, deal, [ann, ben], [held.order, other.order]))


async def a_merchant(username: str = "merchant") -> UserId:
    return await staff(Role.MERCHANT, username=username)


async def ships(bought: Bought, by: UserId | None = None, parcel: Parcel = PARCEL) -> None:
    """Staff ship it."""
    seen = await bought.now()
    await actions.ship(
        by=by or await a_merchant(f"m-{bought.id}"), order=bought.id, parcel=parcel, expected_version=seen.version
    )


async def receives(bought: Bought) -> None:
    """The buyer has it."""
    await actions.confirm_receipt(buyer=bought.buyer.id, order=bought.id)


async def settles(bought: Bought) -> None:
    """The after-sale window ends."""
    await clock.move(rules.AFTER_SALE_WINDOW.total_seconds() + 1)
    await jobs.settle_orders()
    assert (await bought.now()).status is OrderStatus.SETTLED
