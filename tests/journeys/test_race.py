"""Two hundred buyers for nine seats, everything sent twice, through two servers."""

import asyncio
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from app.core import db
from tests.journeys.installation import Installation
from tests.journeys.people import Phone, a_phone, new_key
from tests.journeys.processes import until
from tests.journeys.story import offer_deal, opened_group

BUYERS = 200
SEATS = 9


@dataclass(frozen=True, slots=True)
class _Bought:
    """How one order of the deal ended up."""

    order_status: str
    seat_status: str
    payment_status: str


async def test_nine_seats_go_to_nine_of_two_hundred_buyers(shop: Installation) -> None:
    group = await opened_group(shop, await offer_deal(size=SEATS + 1, quota=BUYERS))
    await shop.wechat.weather(duplicate_notifications=1)
    crowd = await _crowd(shop)
    answers = await asyncio.gather(*[_joins_twice(phone, group.code, shop) for phone in crowd])
    for first, second in answers:
        assert first["__typename"] == second["__typename"] in {"CheckoutStarted", "GroupFull"}, (first, second)
        assert _order_in(first) == _order_in(second)
    holders = [(phone, first) for phone, (first, _) in zip(crowd, answers, strict=True) if _order_in(first)]
    assert len(holders) == SEATS
    assert len({_order_in(checkout) for _, checkout in holders}) == SEATS

    transactions = await asyncio.gather(*[_pays_twice(phone, checkout, shop) for phone, checkout in holders])
    code = group.code
    await until(
        lambda: db.value(str, "SELECT id FROM groups WHERE code = $1 AND status = 'COMPLETED'", code), "complete"
    )
    assert await _bought(code) == [_Bought("TO_SHIP", "TAKEN", "PAID")] * (SEATS + 1)
    users = await db.rows(UUID, _USERS_WITH_ORDERS, code)
    assert len(users) == SEATS + 1
    # Each was charged once, and nobody who has no seat.
    sent = await shop.wechat.sent()
    numbers = set(await db.rows(str, _NUMBERS, code))
    charged = [each["transaction_id"] for each in sent["orders"] if each["out_trade_no"] in numbers]
    assert len(charged) == len(set(charged)) == SEATS + 1
    assert set(transactions) < set(charged)
    await shop.all_is_done()
    posted = await db.rows(int, _POSTED, code)
    assert len(posted) == SEATS + 1
    assert set(posted) == {1}
    told = await asyncio.gather(*[phone.told("GROUP_COMPLETED") for phone, _ in holders])
    assert told == [1] * SEATS


async def _crowd(shop: Installation) -> list[Phone]:
    """Buyers who have signed in and said where goods go; a few at a time, as there is no hurry yet."""
    turns = asyncio.Semaphore(8)

    async def comes(number: int) -> Phone:
        async with turns:
            return await a_phone(shop, f"buyer{number}", shop.servers[number % 2])

    return await asyncio.gather(*[comes(number) for number in range(BUYERS)])


async def _joins_twice(phone: Phone, code: str, shop: Installation) -> list[dict[str, Any]]:
    """She taps once, and her phone sends it twice, to either server."""
    key = new_key()
    return await asyncio.gather(*[replace(phone, server=server).join(code, key=key) for server in shop.servers])


async def _pays_twice(phone: Phone, checkout: dict[str, Any], shop: Installation) -> str:
    """Her phone asks for the parameters twice, and tells twice that she has paid, while WeChat says so twice too."""
    order, key = _order_in(checkout), new_key()
    phones = [replace(phone, server=server) for server in shop.servers]
    ready = await asyncio.gather(*[each.do("PayOrder", orderId=order, idempotencyKey=key) for each in phones])
    assert {_order_in(each) for each in ready} == {order}, ready
    transaction = await phone.pay(ready[0])
    confirmed = await asyncio.gather(*[each.do("ConfirmPayment", orderId=order) for each in phones])
    assert [(each["__typename"], each["id"]) for each in confirmed] == [("Order", order)] * 2, confirmed
    assert {each["status"] for each in confirmed} <= {"PAID_FORMING", "TO_SHIP"}
    return transaction


def _order_in(answer: dict[str, Any]) -> str | None:
    order = answer.get("order")
    return str(order["id"]) if order else None


async def _bought(code: str) -> list[_Bought]:
    return await db.rows(_Bought, _BOUGHT, code)


#: Every order that was placed for a seat of the group, whatever became of it.
_BOUGHT = """
SELECT o.status AS order_status, s.status AS seat_status, p.status AS payment_status
  FROM groups g JOIN seats s ON s.group_id = g.id JOIN orders o ON o.id = s.order_id
  JOIN payments p ON p.order_id = o.id
 WHERE g.code = $1
"""

_USERS_WITH_ORDERS = "SELECT DISTINCT s.user_id FROM groups g JOIN seats s ON s.group_id = g.id WHERE g.code = $1"

_NUMBERS = """
SELECT p.out_trade_no FROM groups g JOIN seats s ON s.group_id = g.id JOIN payments p ON p.order_id = s.order_id
 WHERE g.code = $1
"""

#: How often the books have each payment of the group.
_POSTED = """
SELECT COUNT(l.id) AS n
  FROM groups g JOIN seats s ON s.group_id = g.id JOIN payments p ON p.order_id = s.order_id
  LEFT JOIN postings l ON l.reason = 'PAYMENT' AND l.reference = p.transaction_id
 WHERE g.code = $1 GROUP BY p.id
"""
