"""Purchases alone, made by the real actions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.catalog import actions as catalog
from app.catalog.actions import NewSku
from app.catalog.models import Product, Sku
from app.checkout.actions import buying
from app.checkout.actions.buying import SoloChoice
from app.checkout.models import SoloPurchase
from app.core import clock
from app.core.ids import OrderId, ProductId, SkuId, new_id
from app.orders import queries as orders
from app.orders.models import Order
from tests.conftest import WeChat
from tests.factories.group_buying import Buyer


@dataclass(frozen=True, slots=True)
class MadeProduct:
    """A product and its SKUs."""

    id: ProductId
    skus: Sequence[SkuId]

    async def stock(self, index: int = 0) -> int:
        return (await Sku.get(id=self.skus[index])).stock

    async def sold(self) -> int:
        return (await Product.get(id=self.id)).sold_count


async def a_product(*, prices: Sequence[int] = (3980,), stock: int = 100, shipping_fen: int = 0) -> MadeProduct:
    product, skus = await catalog.create_product(
        title="龙井茶",
        description="明前龙井，清香回甘。",
        category="tea",
        pictures=[{"path": "demo/tea.png", "width": 800, "height": 800}],
        options=[{"name": "规格", "values": [str(n) for n in range(len(prices))]}] if len(prices) > 1 else [],
        skus=[NewSku((str(n),) if len(prices) > 1 else (), price, stock) for n, price in enumerate(prices)],
        shipping_fen=shipping_fen,
    )
    return MadeProduct(product, skus)


async def buys(buyer: Buyer, product: MadeProduct, *, key: str = "", **changes: Any) -> OrderId:
    choice = SoloChoice(**{"sku": None, "quantity": 1, "address": buyer.address} | changes)
    return await buying.buy_now(buyer=buyer.id, product=product.id, choice=choice, key=key or f"buy-{new_id()}")


async def order_now(order: OrderId) -> Order:
    """The order as it is now."""
    return await orders.order_by_id(order)


async def hold_runs_out(wechat: WeChat, order: OrderId) -> None:
    """The clock is past the hold's end; nothing has been done about it yet."""
    purchase = await SoloPurchase.get(order_id=order)
    await wechat.move_clock((purchase.held_until - await clock.now()).total_seconds() + 0.1)
