"""WeChat takes requests and never answers them: what is ours to say is said in time."""

import time

from app.core import db
from tests.journeys.installation import Installation
from tests.journeys.people import a_phone
from tests.journeys.story import offer_deal

#: What a phone waits for at most, and more than the shop asks WeChat for.
LONGEST_S = 30


async def test_a_group_is_opened_and_its_seat_held_while_wechat_hangs(shop: Installation) -> None:
    deal = await offer_deal()
    ann = await a_phone(shop, "ann")
    await shop.wechat.weather(slow_s=LONGEST_S)
    began = time.monotonic()
    opened = await ann.open_group(deal)
    assert time.monotonic() - began < LONGEST_S
    assert opened["__typename"] == "CheckoutStarted", opened
    assert (opened["payment"], opened["order"]["status"]) == (None, "UNPAID")
    assert opened["retryAfterMs"] > 0
    assert await db.value(str, _SEAT, opened["group"]["code"]) == "HELD"

    await shop.wechat.weather()
    ready = await ann.do("PayOrder", orderId=opened["order"]["id"], idempotencyKey="again")
    assert (ready["order"]["id"], ready["retryAfterMs"]) == (opened["order"]["id"], None)
    assert await ann.pay(ready)


_SEAT = "SELECT s.status FROM groups g JOIN seats s ON s.group_id = g.id WHERE g.code = $1"
