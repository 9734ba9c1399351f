"""What purchases bring: growth and points once they are settled, less what goes back."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from app.after_sale import actions as after_sale
from app.after_sale import queries as requests
from app.after_sale.states import AfterSaleReason
from app.core import audit, clock, db
from app.core.ids import OrderId, UserId, new_id
from app.membership import queries
from app.membership.actions.counting import count_purchase, take_back
from app.membership.models import Membership
from app.orders import queries as orders
from app.wiring import CHECKS
from tests.conftest import WeChat
from tests.factories.accounts import staff
from tests.factories.membership import settled
from tests.factories.notifications import a_user_id
from tests.factories.orders import a_bought, receives, settles, ships

pytestmark = pytest.mark.usefixtures("database")

Work = Callable[[], Awaitable[None]]


async def test_a_settled_purchase_brings_growth_and_points_once() -> None:
    ann = a_user_id()
    order = OrderId(new_id())
    for _ in range(2):
        await _counts(ann, order, 60_050)
    assert (await queries.standing(ann)).growth == 600
    assert (await queries.standing(ann)).name == "银卡"
    assert (await queries.points(ann)).balance == 600


async def test_an_order_counts_once_it_is_settled_and_only_what_was_kept_of_it(
    wechat: WeChat, do_all_work: Work
) -> None:
    bought = await a_bought(wechat=wechat, quantity=2)
    await ships(bought)
    await receives(bought)
    (line,) = (await orders.lines_of([bought.id]))[bought.id]
    request = await after_sale.request(
        buyer=bought.buyer.id, order=bought.id, pieces={line.id: 1}, reason=AfterSaleReason.DAMAGED, note="", key="r"
    )
    seen = await requests.after_sale(request)
    await after_sale.approve(by=await staff(), request=request, expected_version=seen.version)
    await do_all_work()
    assert (await queries.standing(bought.buyer.id)).growth == 0
    await settles(bought)
    await do_all_work()
    assert (await queries.standing(bought.buyer.id)).growth == 19
    assert (await queries.points(bought.buyer.id)).balance == 19
    assert await audit.run(CHECKS) == []


async def test_points_are_multiplied_by_the_tier_before_the_purchase() -> None:
    ann = a_user_id()
    await settled(ann, 2000)
    await settled(ann, 100)
    assert (await queries.points(ann)).balance == 2000 + 150


async def test_a_refund_takes_growth_and_points_back_in_proportion() -> None:
    ann = a_user_id()
    order = await settled(ann, 600)
    await _refunds(ann, order, 20_000, paid=60_000)
    assert (await queries.standing(ann)).growth == 400
    assert (await queries.points(ann)).balance == 400
    await _refunds(ann, order, 40_000, paid=60_000)
    assert (await queries.standing(ann)).growth == 0
    assert (await queries.points(ann)).balance == 0


async def test_a_tier_that_a_returned_purchase_had_brought_has_no_grace() -> None:
    ann = a_user_id()
    order = await settled(ann, 10_000)
    assert (await queries.standing(ann)).name == "黑金"
    await _refunds(ann, order, 1_000_000, paid=1_000_000)
    assert (await queries.standing(ann)).name == "普通"


@pytest.mark.parametrize("refund_is_heard_first", [True, False])
async def test_a_refund_before_the_settlement_counts_once_whichever_is_heard_first(
    *, refund_is_heard_first: bool
) -> None:
    ann = a_user_id()
    order = OrderId(new_id())
    if refund_is_heard_first:
        await _refunds(ann, order, 20_000, paid=60_000)
    await _counts(ann, order, 40_000)
    if not refund_is_heard_first:
        await _refunds(ann, order, 20_000, paid=60_000)
    assert (await queries.standing(ann)).growth == 400
    assert (await queries.points(ann)).balance == 400


async def test_the_window_rolls_by_itself_and_the_grace_ends_to_the_second() -> None:
    ann = a_user_id()
    await settled(ann, 600, ago=timedelta(days=365 + 30) - timedelta(seconds=2))
    assert (await queries.standing(ann)).name == "银卡"
    now = await clock.now()
    assert (await queries.standing(ann, now + timedelta(seconds=1))).name == "银卡"
    assert (await queries.standing(ann, now + timedelta(seconds=3))).name == "普通"


async def test_when_to_look_at_a_member_again_is_when_her_grace_ends() -> None:
    ann = a_user_id()
    await settled(ann, 600)
    member = await Membership.get(user_id=ann)
    assert member.rank == 1
    assert member.look_again_at is not None
    assert abs(member.look_again_at - await clock.now() - timedelta(days=395)) < timedelta(minutes=1)


async def _counts(user: UserId, order: OrderId, fen: int) -> None:
    async with db.transaction():
        await count_purchase(order=order, buyer=user, amount_fen=fen)


async def _refunds(user: UserId, order: OrderId, fen: int, *, paid: int) -> None:
    async with db.transaction():
        await take_back(order=order, buyer=user, refunded_fen=fen, paid_fen=paid)
