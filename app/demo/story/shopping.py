"""Buying alone: what it would cost and why, the order, and WeChat's sheet."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.demo.story.errands import pay_in_wechat
from app.demo.story.phone import Phone
from app.demo.story.shop import NotAsTold

#: Pieces that a run may buy of one SKU, with room for somebody else's run beside it.
_PIECES: Final = 6

_MARKS: Final[Mapping[str, str]] = {"APPLIED": "✓", "REJECTED": "✗", "SUPERSEDED": "○"}


@dataclass(frozen=True, slots=True)
class Goods:
    """A product and the SKU of it that is bought."""

    product: str
    title: str
    sku: str
    choice: str
    price: str
    shipping: str


async def find_goods(phone: Phone, search: str | None = None) -> Goods:
    """Something on sale that has pieces left; NotAsTold without one."""
    for edge in (await phone.ask("Products", search=search))["products"]["edges"]:
        product = edge["node"]
        for sku in product["skus"]:
            if sku["available"] >= _PIECES:
                return Goods(
                    product=product["id"],
                    title=product["title"],
                    sku=sku["id"],
                    choice=" ".join(sku["optionValues"]),
                    price=sku["price"]["display"],
                    shipping=product["shipping"]["display"],
                )
    raise NotAsTold("Nothing on sale has pieces left. Begin anew with an empty data folder (PINTUAN_DATA_DIR).")


async def quote(phone: Phone, goods: Goods, quantity: int = 1, *, points: int | None = None) -> dict[str, Any]:
    """What it would cost her now, and why. `points` that she would like to use."""
    given = {"skuId": goods.sku, "quantity": quantity, "groupCode": None, "couponIds": None, "usePoints": points}
    found = (await phone.ask("Quote", **given))["viewer"]["quote"]
    if found is None:
        raise NotAsTold(f"{goods.title} cannot be bought now")
    return dict(found)


def reasons(quoted: Mapping[str, Any]) -> str:
    """Why it costs that, in a line."""
    steps = [f"{_MARKS[each['outcome']]} {each['reason']}{_off(each)}" for each in quoted["trace"]]
    return "; ".join(steps) or "no promotion is to be had"


def _off(step: Mapping[str, Any]) -> str:
    return f" (−¥{step['amount']['fen'] / 100:.2f})" if step["amount"] else ""


async def buy_alone(
    phone: Phone, goods: Goods, quantity: int = 1, *, fen: int | None = None, link: str | None = None
) -> dict[str, Any]:
    """Buy alone and pay; gives the order. `fen` is what the page showed her."""
    given = {
        "productId": goods.product,
        "skuId": goods.sku,
        "quantity": quantity,
        "addressId": phone.address,
        "shareCode": link,
        "expectedAmountFen": fen,
        "idempotencyKey": phone.new_key(),
    }
    checkout = await phone.do("BuyNow", "CheckoutStarted", input=given)
    if not checkout["payment"]:
        raise NotAsTold("WeChat would not begin a payment: is its weather fair?")
    await phone.beat(f"buys {quantity} alone and pays {checkout['order']['amount']['display']} in WeChat")
    await pay_in_wechat(phone, checkout["payment"])
    order = await phone.do("ConfirmPayment", "Order", orderId=checkout["order"]["id"])
    if order["status"] != "TO_SHIP":
        raise NotAsTold(f"{phone.person.name} has paid, and the order is {order['status']}")
    return order
