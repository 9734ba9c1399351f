"""A marketer changes a perk: what people pay changes exactly at the moment, and back after the roll-back."""

from datetime import timedelta

import pytest

from app.core import audit, clock
from app.core.ids import new_id
from app.membership.actions import planning
from app.membership.audit import CHECKS
from app.orders.models import Order
from tests.factories.checkout import a_product, buys, order_now
from tests.factories.group_buying import a_buyer
from tests.factories.membership import settled, tiers_with
from tests.factories.notifications import a_user_id


@pytest.mark.usefixtures("database")
async def test_free_shipping_of_a_tier_takes_the_fee_off_its_members_orders() -> None:
    ann, ben, product = await a_buyer("ann"), await a_buyer("ben"), await a_product(prices=(10_000,), shipping_fen=800)
    await settled(ann.id, 2_000)
    mine, his = [await order_now(await buys(each, product)) for each in (ann, ben)]
    assert (mine.shipping_fen, mine.amount_fen) == (0, 9_500)
    assert (his.shipping_fen, his.amount_fen) == (800, 10_800)


@pytest.mark.usefixtures("database")
async def test_orders_cost_what_the_plan_of_their_moment_says() -> None:
    ann, product, may = await a_buyer("ann"), await a_product(prices=(10_000,)), a_user_id()
    draft = await planning.draft_plan(by=may, plan=None, tiers=tiers_with("80"), note="", client_id=str(new_id()))
    await planning.activate_plan(by=may, plan=draft.id, at=await clock.now() + timedelta(hours=1))

    async def costs() -> int:
        return int((await Order.get(id=await buys(ann, product))).amount_fen)

    assert await costs() == 10_000
    await clock.move(3_601)
    assert await costs() == 8_000
    await planning.roll_back(by=may, to_version=1, reason="too dear")
    assert await costs() == 10_000
    await settled(ann.id, 2_000)
    assert await costs() == 9_500
    assert await audit.run(CHECKS) == []
