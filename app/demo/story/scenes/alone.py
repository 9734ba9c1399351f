"""Bought alone, shipped, received; then one of two pieces goes back."""

import secrets
from typing import Any

from app.demo.story.errands import enter, sign_in
from app.demo.story.phone import Phone
from app.demo.story.scenes.stage import JIM, MERCHANT, SUPPORT, Stage
from app.demo.story.shop import NotAsTold
from app.demo.story.shopping import buy_alone, find_goods, quote, reasons


async def one_piece_goes_back(stage: Stage) -> None:
    """A quote with its reasons, an order, a parcel, a request that support grants, and the money."""
    stage.screen.scene(
        "Bought alone, and one piece goes back",
        "Jim buys two without a group. The merchant ships, Jim has them in his hands, and one is broken.",
        [JIM, MERCHANT, SUPPORT],
    )
    jim, merchant, support = (stage.phone_of(each) for each in (JIM, MERCHANT, SUPPORT))
    await sign_in(jim)
    goods = await find_goods(jim)
    quoted = await quote(jim, goods, 2, points=100)
    await jim.beat(
        f"asks what two of {goods.title} cost with 100 points: {quoted['amount']['display']}; {reasons(quoted)}"
    )
    order = (await buy_alone(jim, goods, 2, fen=quoted["amount"]["fen"]))["id"]
    await enter(merchant)
    await ship(merchant, order)
    received = await jim.do("ConfirmReceipt", "Order", orderId=order)
    await jim.beat(f"has the parcel: {received['status']}; can ask money back until {received['afterSaleUntil'][:10]}")
    await _give_one_back(jim, support, order)


async def ship(merchant: Phone, order: str) -> None:
    """The merchant hands the parcel to the first carrier."""
    seen = (await merchant.ask("StaffOrder", id=order))["staff"]
    carrier = seen["carriers"][0]
    number = f"DEMO{secrets.randbelow(10**8):08d}"
    given = {
        "orderId": order,
        "carrier": carrier["code"],
        "trackingNumber": number,
        "expectedVersion": seen["order"]["version"],
    }
    shipped = await merchant.do("ShipOrder", "StaffOrder", input=given)
    await merchant.beat(f"ships it: {carrier['name']} {number}, {shipped['order']['status']}")


async def _give_one_back(jim: Phone, support: Phone, order: str) -> None:
    lines = (await jim.ask("OrderPieces", id=order))["viewer"]["order"]["items"]
    asked = await jim.do(
        "RequestRefund",
        "AfterSale",
        input={
            "orderId": order,
            "reason": "DAMAGED",
            "note": "一件在路上摔坏了",
            "lines": [{"lineId": lines[0]["id"], "quantity": 1}],
            "idempotencyKey": jim.new_key(),
        },
    )
    await jim.beat(f"asks {asked['amount']['display']} back for the broken one: {asked['status']}")
    await enter(support)
    found = await request_of(support, asked["id"])
    await support.beat(f"reads: {found['afterSale']['reason']}, “{found['afterSale']['note']}”, and grants it")
    given = {"afterSaleId": asked["id"], "expectedVersion": found["version"]}
    await support.do("ApproveRefund", "StaffAfterSale", input=given)
    await until_paid_back(jim, order, asked["amount"]["fen"])


async def request_of(support: Phone, asked: str) -> dict[str, Any]:
    """The request with this id, as support sees it."""
    for each in (await support.ask("AfterSales"))["staff"]["afterSales"]["edges"]:
        if each["node"]["afterSale"]["id"] == asked:
            return dict(each["node"])
    raise NotAsTold("Support does not see the request")


async def until_paid_back(phone: Phone, order: str, fen: int) -> None:
    """Wait for WeChat to have paid so much back."""
    done: list[int] = []
    async for _ in phone.moments():
        found = (await phone.ask("MyOrder", id=order))["viewer"]["order"]
        done = [each["amount"]["fen"] for each in found["refunds"] if each["status"] == "SUCCEEDED"]
        if done == [fen]:
            phone.refunds += 1
            phone.screen.see(phone.person, f"‹ ¥{fen / 100:.2f} is back; the order is {found['status']}", pushed=True)
            return
    raise NotAsTold(f"Paid back were {done} fen, not {fen}")
