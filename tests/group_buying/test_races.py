"""Many at once: whoever comes first, nothing is sold twice, lost, or left half done."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.accounts.models import Role
from app.catalog import actions as catalog
from app.catalog.errors import SoloPriceTooLow
from app.catalog.models import Sku
from app.core import audit, clock
from app.core.errors import DomainError
from app.core.ids import GroupCode, new_id
from app.core.models import FactRow
from app.group_buying import errors, flows, jobs
from app.group_buying.actions import dealing, ending, leaving, offering, opening, refunding
from app.group_buying.actions.change import begin_release
from app.group_buying.actions.opening import HeldSeat
from app.group_buying.models import Deal, Group, Seat
from app.group_buying.states import DealMove, DealStatus, GroupStatus, SeatEnd, SeatStatus
from app.ledger.models import Posting
from app.orders.models import Order
from app.orders.states import OrderStatus
from app.payments import jobs as payment_jobs
from app.payments.models import Refund, RefundReason
from app.wiring import CHECKS
from tests.conftest import WeChat
from tests.factories.accounts import staff
from tests.factories.group_buying import (
    Buyer,
    Opened,
    a_buyer,
    a_choice,
    a_deal,
    a_group,
    buyers,
    group_of,
    joins,
    money_arrives,
    opens,
    order_of,
    pays,
    quota_left,
    seat_of,
)

Work = Callable[[], Awaitable[None]]

pytestmark = pytest.mark.usefixtures("wechat")


async def _at_once(attempts: Iterable[Awaitable[Any]]) -> list[Any]:
    """All of them at once: what each gave, or the refusal that it got. Anything else is a failure."""
    answers = await asyncio.gather(*attempts, return_exceptions=True)
    unexpected = [each for each in answers if isinstance(each, BaseException) and not isinstance(each, DomainError)]
    assert unexpected == []
    return answers


def _kinds(answers: Iterable[Any]) -> Counter[type]:
    return Counter(type(each) for each in answers)


async def _joins(buyer: Buyer, code: GroupCode, key: str = "") -> HeldSeat:
    key = key or f"join-{new_id()}"
    return await opening.hold_seat(buyer=buyer.id, group=code, choice=a_choice(buyer), key=key)


async def test_the_last_seat_goes_to_one_of_two_buyers() -> None:
    for number in range(5):
        group = await a_group(size=2, prefix=f"g{number}")
        rivals = [await a_buyer(f"r{number}{name}") for name in "ab"]
        answers = await _at_once(_joins(rival, group.code) for rival in rivals)
        assert _kinds(answers) == {HeldSeat: 1, errors.GroupFull: 1}
        assert (await group.now()).held == 1


async def test_sixty_buyers_get_nine_seats_though_each_asks_twice_and_pays_twice() -> None:
    group = await a_group(size=10, quota=60)
    everybody = await buyers(60)
    answers = await _at_once(_joins(buyer, group.code, "k") for buyer in everybody for _ in range(2))
    assert _kinds(answers) == {HeldSeat: 18, errors.GroupFull: 102}
    winners = [each for each in answers[::2] if isinstance(each, HeldSeat)]
    assert winners == [each for each in answers[1::2] if isinstance(each, HeldSeat)]
    now = await group.now()
    assert (now.taken, now.held, await quota_left(group.deal)) == (1, 9, 50)
    assert await Order.all().count() == 10
    await _at_once(money_arrives(held.order) for held in winners for _ in range(2))
    assert (await group.now()).status is GroupStatus.COMPLETED
    assert await FactRow.filter(name="GroupCompleted").count() == 1
    assert await FactRow.filter(name="SeatTaken").count() == 10
    assert await Posting.all().count() == 10
    assert await audit.run(CHECKS) == []


async def test_one_key_used_ten_times_at_once_opens_one_group() -> None:
    deal, ann = await a_deal(), await a_buyer("ann")
    answers = await _at_once(
        opening.open_group(buyer=ann.id, deal=deal.id, choice=a_choice(ann), key="k") for _ in range(10)
    )
    assert len(set(answers)) == 1
    assert (await Group.all().count(), await quota_left(deal)) == (1, 99)


async def test_one_buyer_holds_two_seats_leads_one_group_and_has_one_seat_in_it() -> None:
    ann = await a_buyer("ann")
    groups = [await a_group(prefix=f"g{number}") for number in range(5)]
    answers = await _at_once(_joins(ann, group.code) for group in groups)
    assert _kinds(answers) == {HeldSeat: 2, errors.HoldLimit: 3}
    ben, cat = await a_buyer("ben"), await a_buyer("cat")
    answers = await _at_once(_joins(ben, groups[0].code) for _ in range(4))
    assert _kinds(answers) == {HeldSeat: 1, errors.AlreadyInGroup: 3}
    deal = await a_deal()
    answers = await _at_once(opens(cat, deal) for _ in range(4))
    assert _kinds(answers) == {HeldSeat: 1, errors.AlreadyLeading: 3}


async def test_a_limit_per_user_holds_over_all_groups_of_a_deal() -> None:
    deal = await a_deal(size=5, limit_per_user=1)
    groups = [await a_group(deal=deal, prefix=f"g{number}") for number in range(4)]
    ann = await a_buyer("ann")
    answers = await _at_once(_joins(ann, group.code) for group in groups)
    assert _kinds(answers) == {HeldSeat: 1, errors.LimitReached: 3}


async def test_the_quota_is_not_oversold_by_buyers_of_different_groups() -> None:
    deal = await a_deal(size=5, quota=7)
    groups = [await a_group(deal=deal, prefix=f"g{number}") for number in range(4)]
    rivals = await buyers(8)
    answers = await _at_once(_joins(rival, groups[n % 4].code) for n, rival in enumerate(rivals))
    assert _kinds(answers) == {HeldSeat: 3, errors.SoldOut: 5}
    assert await quota_left(deal) == 0
    assert await audit.run(CHECKS) == []


async def test_pricing_a_sku_and_scheduling_its_deal_at_once_never_leaves_the_group_as_dear() -> None:
    merchant = await staff(Role.MERCHANT)
    for _ in range(6):
        deal = await a_deal(prices=(1990,), status=DealStatus.DRAFT)
        (sku,) = await Sku.filter(product_id=deal.product)
        answers = await _at_once(
            [
                catalog.price_sku(by=merchant, sku=sku.id, price_fen=1500, expected_version=1),
                offering.move_deal(by=merchant, deal=deal.id, move=DealMove.SCHEDULE),
            ]
        )
        refused = [each for each in answers if each is not None]
        assert [type(each) for each in refused] in ([SoloPriceTooLow], [errors.GroupPriceTooHigh])
        is_scheduled = (await Deal.get(id=deal.id)).status is DealStatus.SCHEDULED
        assert is_scheduled == ((await Sku.get(id=sku.id)).price_fen == 3980)


async def _closes_at_the_deadline(group: Opened) -> datetime:
    """A group that takes holds until the moment at which it expires: the race as close as it can be."""
    deadline = await clock.now() + timedelta(milliseconds=50)
    await Group.filter(id=group.id).update(expires_at=deadline, closes_at=deadline)
    return deadline


async def _until_it_expires(group: Opened) -> None:
    while (await group.now()).status is GroupStatus.FORMING and (await group.now()).held == 0:
        await ending.expire(group.id)


async def _joins_at(buyer: Buyer, group: Opened, moment: datetime) -> HeldSeat:
    while await clock.now() < moment:
        pass
    return await _joins(buyer, group.code)


async def test_at_the_deadline_either_she_has_joined_or_the_group_has_expired() -> None:
    for number in range(10):
        group = await a_group(size=3, prefix=f"g{number}")
        ben = await a_buyer(f"ben{number}")
        deadline = await _closes_at_the_deadline(group)
        moment = deadline + timedelta(milliseconds=2 * number - 18)
        joined, _ = await _at_once([_joins_at(ben, group, moment), _until_it_expires(group)])
        now = await group.now()
        if isinstance(joined, HeldSeat):
            assert (now.status, now.held) == (GroupStatus.FORMING, 1)
        else:
            assert isinstance(joined, errors.GroupClosing | errors.GroupEnded)
            assert (now.status, now.held) == (GroupStatus.FAILING, 0)
    assert await audit.run(CHECKS) == []


async def test_money_and_release_decide_a_seat_once() -> None:
    for number in range(8):
        group = await a_group(size=3, prefix=f"g{number}")
        held = await joins(await a_buyer(f"ben{number}"), await group.now())
        await begin_release(SeatEnd.LAPSED, id=held.seat)
        attempts = [money_arrives(held.order), leaving.free_seat(held.seat), money_arrives(held.order)]
        random.shuffle(attempts)
        await _at_once(attempts)
        seat, order, now = await seat_of(held), await order_of(held), await group.now()
        taken = (seat.status, order.status, now.taken) == (SeatStatus.TAKEN, OrderStatus.PAID_FORMING, 2)
        lost = (seat.status, order.status, now.taken) == (SeatStatus.RELEASED, OrderStatus.REFUNDING, 1)
        assert taken != lost
        assert now.held == 0
    assert await audit.run(CHECKS) == []


async def test_the_leader_leaves_or_the_group_completes() -> None:
    for number in range(8):
        group = await a_group(size=2, prefix=f"g{number}")
        held = await joins(await a_buyer(f"ben{number}"), await group.now())
        leader = group.members[0]
        attempts = [
            money_arrives(held.order),
            flows.leave(member=leader.id, group=group.code, key="k"),
        ]
        random.shuffle(attempts)
        answers = await _at_once(attempts)
        now = await group.now()
        if errors.GroupEnded in _kinds(answers):
            assert (now.status, (await order_of(held)).status) == (GroupStatus.COMPLETED, OrderStatus.TO_SHIP)
        else:
            assert (now.status, (await order_of(held)).status) == (GroupStatus.FAILING, OrderStatus.REFUNDING)
    assert await audit.run(CHECKS) == []


async def test_leaving_many_times_at_once_starts_one_refund() -> None:
    group = await a_group(size=4, taken=3)
    ben = group.members[1]
    same = [refunding.leave(member=ben.id, group=group.code, key="k") for _ in range(4)]
    others = [refunding.leave(member=ben.id, group=group.code, key=f"k{n}") for n in range(4)]
    await _at_once([*same, *others])
    assert await Refund.filter(order_id=group.orders[1]).count() == 1
    assert (await group.now()).taken == 2
    assert await audit.run(CHECKS) == []


async def test_two_members_who_leave_at_once_leave_a_group_that_is_led() -> None:
    for number in range(5):
        group = await a_group(size=5, taken=3, prefix=f"g{number}")
        leavers = group.members[:2]
        await _at_once(flows.leave(member=each.id, group=group.code, key="k") for each in leavers)
        now = await group.now()
        assert (now.status, now.taken, now.leader_id) == (GroupStatus.FORMING, 1, group.members[2].id)
    assert await audit.run(CHECKS) == []


@pytest.mark.parametrize("price", [1990, 0])
async def test_workers_who_meet_at_the_same_group_refund_each_member_once(
    wechat: WeChat, do_all_work: Work, price: int
) -> None:
    group = await a_group(size=9, taken=1, prices=(price,), wechat=wechat) if price else await _a_free_group()
    friends = await buyers(6)
    for friend in friends:
        held = await joins(friend, await group.now())
        if price:
            await pays(wechat, friend, held.order)
    await wechat.move_clock(86_401)
    for job in (jobs.decide_deadlines, jobs.refund_members, payment_jobs.send_refunds):
        await _at_once(job() for _ in range(4))
    await wechat.move_clock(60)
    await do_all_work()
    now = await group.now()
    assert (now.status, now.refunds_done, now.refunds_total) == (GroupStatus.FAILED, 7, 7)
    assert len((await wechat.sent())["refunds"]) == (7 if price else 0)
    assert {each.reason for each in await Refund.all()} <= {RefundReason.GROUP_FAILED}
    assert await quota_left(group.deal) == 100
    assert await FactRow.filter(name="GroupFailing").count() == 1
    assert await audit.run(CHECKS) == []


async def _a_free_group() -> Opened:
    deal = await a_deal(prices=(0,), size=9)
    ann = await a_buyer("ann")
    held = await opens(ann, deal)
    return Opened(held.group, (await group_of(held)).code, deal, [ann], [held.order])


async def _lives_there(buyer: Buyer, groups: list[Opened], dice: random.Random) -> None:
    """Somebody joins, pays, leaves and cancels, as it comes."""
    for number in range(4):
        group = dice.choice(groups)
        try:
            held = await _joins(buyer, group.code, f"join{number}")
            match dice.randrange(4):
                case 0:
                    await flows.cancel(buyer=buyer.id, order=held.order, key=f"cancel{number}")
                case 1:
                    await money_arrives(held.order)
                    await flows.leave(member=buyer.id, group=group.code, key=f"leave{number}")
                case _:
                    await asyncio.gather(money_arrives(held.order), leaving.free_seat(held.seat))
        except DomainError:
            continue


async def test_whatever_people_and_workers_do_at_once_no_deadlock_surfaces_and_the_books_add_up(
    wechat: WeChat,
) -> None:
    dice = random.Random(20261124)  # noqa: S311 - a fixed play, not a secret
    deal = await a_deal(size=6, quota=60)
    groups = [await a_group(deal=deal, prefix=f"g{number}") for number in range(3)]
    doomed = await a_group(size=8, prefix="doomed")
    people = await buyers(16)
    # Nobody paid at WeChat itself, so refunds are left to those who only promise them.
    work = [jobs.release_holds, jobs.decide_deadlines, jobs.refund_members, jobs.end_taken_down] * 4
    await _at_once(
        [
            *(_lives_there(each, [*groups, doomed], dice) for each in people),
            *(flows.leave(member=group.members[0].id, group=group.code, key="k") for group in groups[:2]),
            *(job() for job in work),
            dealing.take_down(doomed.deal.id, reason="质量问题"),
        ]
    )
    for _ in range(2):
        await wechat.move_clock(700)
        for job in work[:4]:
            await job()
    assert (await doomed.now()).status is GroupStatus.FAILING
    assert await Seat.filter(status__in=[SeatStatus.HELD, SeatStatus.RELEASING]).count() == 0
    assert await audit.run(CHECKS) == []
