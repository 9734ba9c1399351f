"""Many at once: whoever comes first, no piece is sold twice."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Iterable
from typing import Any

import pytest

from app.checkout import errors, flows, jobs
from app.checkout.models import SoloPurchase
from app.core import audit
from app.core.errors import DomainError
from app.orders.models import Order
from app.orders.states import OrderStatus
from app.wiring import CHECKS
from tests.conftest import WeChat
from tests.factories.checkout import a_product, buys, hold_runs_out, order_now
from tests.factories.group_buying import a_buyer, buyers, money_arrives

pytestmark = pytest.mark.usefixtures("wechat")


async def _at_once(attempts: Iterable[Awaitable[Any]]) -> list[Any]:
    """All of them at once: what each gave, or the refusal that it got. Anything else is a failure."""
    answers = await asyncio.gather(*attempts, return_exceptions=True)
    unexpected = [each for each in answers if isinstance(each, BaseException) and not isinstance(each, DomainError)]
    assert unexpected == []
    return answers


async def test_the_last_piece_goes_to_one_of_two_buyers() -> None:
    for number in range(5):
        product = await a_product(stock=1)
        rivals = [await a_buyer(f"r{number}{name}") for name in "ab"]
        answers = await _at_once(buys(rival, product) for rival in rivals)
        assert Counter(isinstance(each, errors.SoldOut) for each in answers) == {True: 1, False: 1}
        assert await product.stock() == 0


async def test_thirty_buyers_get_seven_pieces_though_each_asks_twice_and_pays_twice() -> None:
    product = await a_product(stock=7)
    everybody = await buyers(30)
    answers = await _at_once(buys(buyer, product, key="k") for buyer in everybody for _ in range(2))
    orders = {each for each in answers if not isinstance(each, errors.SoldOut)}
    assert len(orders) == 7
    await _at_once(money_arrives(order) for order in orders for _ in range(2))
    assert (await product.stock(), await product.sold()) == (0, 7)
    assert await Order.filter(status=OrderStatus.TO_SHIP).count() == 7
    assert await audit.run(CHECKS) == []


async def test_money_and_the_end_of_the_hold_at_once_leave_pieces_paid_or_money_on_its_way_back(
    wechat: WeChat,
) -> None:
    product = await a_product(stock=4)
    held = [await buys(buyer, product) for buyer in await buyers(4)]
    await hold_runs_out(wechat, held[-1])
    await _at_once([*[money_arrives(order) for order in held], *[jobs.release_holds() for _ in range(3)]])
    ends = Counter([(await order_now(order)).status for order in held])
    assert set(ends) <= {OrderStatus.TO_SHIP, OrderStatus.REFUNDING}
    assert await product.stock() == 4 - ends[OrderStatus.TO_SHIP]
    assert await audit.run(CHECKS) == []


async def test_cancelling_and_paying_at_once_end_in_one_of_both() -> None:
    product = await a_product(stock=4)
    people = await buyers(4)
    held = [await buys(buyer, product) for buyer in people]
    await _at_once(
        [
            *[flows.cancel_order(buyer=who.id, order=order, key="c") for who, order in zip(people, held, strict=True)],
            *[money_arrives(order) for order in held],
        ]
    )
    for order in held:
        assert (await order_now(order)).status in {OrderStatus.TO_SHIP, OrderStatus.REFUNDING}
    assert await SoloPurchase.filter(status__in=["HELD", "RELEASING"]).count() == 0
    assert await audit.run(CHECKS) == []
