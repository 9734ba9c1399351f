"""Members for tests: what they bought long ago, and plans that marketers made."""

from datetime import timedelta

from app.core import clock, db
from app.core.ids import OrderId, UserId, new_id
from app.membership.actions.counting import count_purchase
from app.membership.models import CountedPurchase
from app.membership.rules.perks import Perk
from app.membership.rules.plans import Tier
from app.membership.states import PerkKind
from app.orders.models import Order, OrderLine
from app.orders.states import OrderStatus
from app.payments.models import Purpose


async def settled(user: UserId, yuan: int, *, ago: timedelta = timedelta()) -> OrderId:
    """This person kept a purchase of so many yuan, settled so long ago."""
    order = OrderId(new_id())
    async with db.transaction():
        await count_purchase(order=order, buyer=user, amount_fen=yuan * 100)
    if ago:
        await CountedPurchase.filter(order_id=order).update(settled_at=await clock.now() - ago)
    return order


def tiers_with(percent: str) -> list[Tier]:
    """Two tiers; everybody pays so many per cent."""
    perks = (Perk(PerkKind.DISCOUNT, percent),)
    return [Tier("普通", 0, 0, perks), Tier("银卡", 1, 500, perks)]


async def bought(user: UserId, fen: int, *, purpose: Purpose = Purpose.SOLO, ago: timedelta = timedelta()) -> OrderId:
    """This person paid so much for one piece, so long ago, and it is still to be shipped."""
    at = await clock.now() - ago
    order = await Order.create(
        user_id=user, status=OrderStatus.TO_SHIP, purpose=purpose, amount_fen=fen, created_at=at, paid_at=at
    )
    await OrderLine.create(
        order_id=order.id, product_id=new_id(), sku_id=new_id(), title="茶", quantity=1, unit_price_fen=fen
    )
    return order.id
