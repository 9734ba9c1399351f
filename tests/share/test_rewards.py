"""Rewards: frozen when the group completes, hers when nothing goes back any more, taken back with the money."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable

import pytest

from app.core import audit, db
from app.core.ids import UserId
from app.core.models import FactRow
from app.group_buying.states import GroupStatus
from app.membership import queries as membership
from app.membership.actions import points
from app.membership.models import PointsEntry
from app.membership.states import PointsReason
from app.wiring import CHECKS
from share import rewards, rules
from share.attribution import attribute
from share.models import Attribution, Reward, RewardEvent, ShareForm, Touch
from share.states import RewardChange, RewardStatus
from tests.after_sale.test_refunds import asks, grants
from tests.conftest import ON_POSTGRES, WeChat
from tests.factories.group_buying import a_buyer, a_deal, group_of, money_arrives, opens, pays
from tests.factories.orders import Bought, receives, settles, ships
from tests.factories.referral import brought, buys_in_group, comes_by
from tests.factories.share import a_link
from tests.journeys.processes import until

Work = Callable[[], Awaitable[None]]

POINTS = rules.PROGRAMMES[0].points


async def _balance(user: UserId) -> int:
    """Her points of referrals, whatever she was given for her own purchases."""
    entries = await PointsEntry.filter(user_id=user, reason=PointsReason.REFERRAL)
    return sum(each.points if each.change == "EARNED" else -each.points for each in entries)


async def _reward(bought: Bought) -> Reward:
    reward = (await brought(bought.id)).reward
    assert reward is not None
    return reward


async def _history(reward: Reward) -> list[tuple[RewardChange, int]]:
    return [(each.change, each.points) for each in await RewardEvent.filter(reward_id=reward.id).order_by("at", "id")]


async def _a_friends_order(wechat: WeChat, *, quantity: int = 1) -> tuple[Bought, UserId]:
    """An order in a complete group, and who brought it."""
    ann, ben = await a_buyer("ann"), await a_buyer("ben")
    await comes_by(ben, ann)
    return await buys_in_group(ben, wechat=wechat, quantity=quantity), ann.id


async def test_a_reward_is_frozen_until_the_after_sale_window_ends(wechat: WeChat, do_all_work: Work) -> None:
    bought, ann = await _a_friends_order(wechat)
    await do_all_work()
    reward = await _reward(bought)
    assert (reward.user_id, reward.status, reward.points) == (ann, RewardStatus.FROZEN, POINTS)
    assert await _balance(ann) == 0
    await ships(bought)
    await receives(bought)
    await do_all_work()
    assert await _balance(ann) == 0
    await settles(bought)
    await do_all_work()
    reward = await _reward(bought)
    assert reward.status is RewardStatus.AVAILABLE
    assert await _balance(ann) == POINTS == (await membership.points(ann)).balance
    assert await _history(reward) == [
        (RewardChange.ACCRUED, POINTS),
        (RewardChange.FROZEN, POINTS),
        (RewardChange.AVAILABLE, POINTS),
    ]
    assert await FactRow.filter(name="RewardAvailable").count() == 1
    assert await audit.run(CHECKS) == []


async def test_sharing_and_being_opened_and_joined_earn_nothing(wechat: WeChat, do_all_work: Work) -> None:
    ann = await a_buyer("ann")
    for form in ShareForm:
        await a_link(ann.id, form=form)
    for number in range(3):
        await comes_by(await a_buyer(f"friend{number}"), ann)
    await do_all_work()
    assert await Touch.all().count() == 3
    assert await Reward.all().count() == 0
    assert await PointsEntry.all().count() == 0


async def test_a_group_that_is_not_complete_earns_nothing(wechat: WeChat, do_all_work: Work) -> None:
    ann, ben = await a_buyer("ann"), await a_buyer("ben")
    await comes_by(ben, ann)
    held = await opens(ben, await a_deal(size=2))
    await money_arrives(held.order)
    await do_all_work()
    assert (await brought(held.order)).attribution.inviter_id == ann.id
    assert await Reward.all().count() == 0


async def test_a_failed_group_creates_no_reward(wechat: WeChat, do_all_work: Work) -> None:
    ann, ben = await a_buyer("ann"), await a_buyer("ben")
    await comes_by(ben, ann)
    held = await opens(ben, await a_deal(size=2))
    await pays(wechat, ben, held.order)
    for seconds in (86_401, 60):
        await wechat.move_clock(seconds)
        await do_all_work()
    assert (await group_of(held)).status is GroupStatus.FAILED
    assert (await brought(held.order)).attribution.inviter_id == ann.id
    assert await Reward.all().count() == 0
    assert await audit.run(CHECKS) == []


async def test_a_refund_before_the_reward_is_hers_takes_it_back(wechat: WeChat, do_all_work: Work) -> None:
    bought, ann = await _a_friends_order(wechat)
    await do_all_work()
    await grants(await asks(bought))
    await do_all_work()
    reward = await _reward(bought)
    assert (reward.status, reward.kept) == (RewardStatus.REVERSED, 0)
    assert await PointsEntry.filter(user_id=ann).count() == 0
    assert await audit.run(CHECKS) == []


async def test_a_refund_of_a_part_takes_the_same_part_back(wechat: WeChat, do_all_work: Work) -> None:
    bought, ann = await _a_friends_order(wechat, quantity=4)
    await do_all_work()
    await ships(bought)
    await receives(bought)
    await grants(await asks(bought, 1))
    await do_all_work()
    reward = await _reward(bought)
    assert (reward.status, reward.kept) == (RewardStatus.FROZEN, POINTS * 3 // 4)
    await settles(bought)
    await do_all_work()
    assert (await _reward(bought)).status is RewardStatus.AVAILABLE
    assert await _balance(ann) == POINTS * 3 // 4
    assert await audit.run(CHECKS) == []


@db.retried
async def _hears(bought: Bought, *what: str) -> None:
    """Sharing hears of an order what has happened to it."""
    for each in what:
        async with db.transaction():
            match each:
                case "completed":
                    await rewards.note_completed([bought.id])
                case "settled":
                    await rewards.note_settled(bought.id)
                case "part":
                    await rewards.note_refunded(bought.id, refunded_fen=1990)
                case "attributed":
                    await attribute([bought.id])


async def _a_friends_unheard_order() -> tuple[Bought, UserId]:
    ann, ben = await a_buyer("ann"), await a_buyer("ben")
    await comes_by(ben, ann)
    return await buys_in_group(ben, quantity=2), ann.id


async def test_points_that_she_has_spent_are_taken_back_as_a_debt(wechat: WeChat) -> None:
    bought, ann = await _a_friends_unheard_order()
    await _hears(bought, "completed", "settled")
    async with db.transaction():
        await points.spend_points(ann, POINTS, PointsReason.ORDER, "her own order")
    await _hears(bought, "part")
    assert (await membership.points(ann)).balance == -POINTS // 2
    assert (await _reward(bought)).status is RewardStatus.AVAILABLE
    await _hears(bought, "part")
    assert (await membership.points(ann)).balance == -POINTS
    reward = await _reward(bought)
    assert reward.status is RewardStatus.REVERSED
    assert (await _history(reward))[-2:] == [
        (RewardChange.PART_REVERSED, POINTS // 2),
        (RewardChange.REVERSED, POINTS // 2),
    ]
    assert await audit.run(CHECKS) == []


@pytest.mark.parametrize("heard", list(itertools.permutations(["completed", "settled", "part"])))
async def test_in_whatever_order_it_is_heard_the_reward_ends_the_same(wechat: WeChat, heard: tuple[str, ...]) -> None:
    bought, ann = await _a_friends_unheard_order()
    await _hears(bought, *heard)
    reward = await _reward(bought)
    assert (reward.status, reward.kept) == (RewardStatus.AVAILABLE, POINTS // 2)
    assert await _balance(ann) == POINTS // 2
    assert await audit.run(CHECKS) == []


async def test_completion_and_settlement_that_are_heard_twice_reward_once(wechat: WeChat) -> None:
    bought, ann = await _a_friends_unheard_order()
    await _hears(bought, "completed", "completed", "settled", "settled")
    assert await Reward.all().count() == 1
    assert await _balance(ann) == POINTS


@pytest.mark.skipif(not ON_POSTGRES, reason="SQLite has one writer at a time")
async def test_what_is_heard_at_once_rewards_once(wechat: WeChat) -> None:
    for number in range(4):
        ann, ben = await a_buyer(f"ann{number}"), await a_buyer(f"ben{number}")
        await comes_by(ben, ann)
        bought = await buys_in_group(ben, quantity=2)
        await asyncio.gather(*[_hears(bought, each) for each in ("attributed", "completed", "settled", "part")])
        assert await Attribution.filter(order_id=bought.id).count() == 1
        assert await _balance(ann.id) == POINTS // 2
    assert await audit.run(CHECKS) == []


@pytest.mark.skipif(not ON_POSTGRES, reason="SQLite has one writer at a time")
async def test_what_is_heard_while_another_finds_the_order_decided_is_not_forgotten(wechat: WeChat) -> None:
    bought, ann = await _a_friends_unheard_order()
    last = max(ann, bought.buyer.id)
    decided, held, settled = [asyncio.Event() for _ in range(3)]
    commit, let_go, commit_settled = [asyncio.Event() for _ in range(3)]

    async def decides() -> None:
        async with db.transaction():
            await attribute([bought.id])
            decided.set()
            await commit.wait()

    async def holds_the_last_of_the_people() -> None:
        async with db.transaction():
            await db.rows(UserId, "SELECT id FROM users WHERE id = $1 FOR NO KEY UPDATE", last)
            held.set()
            await let_go.wait()

    async def settles_it() -> None:
        async with db.transaction():
            await rewards.note_settled(bought.id)
            settled.set()
            await commit_settled.wait()

    async def completes_it() -> None:
        await _hears(bought, "completed")

    async def wait_for_a_lock(so_many: int) -> bool:
        return await db.value(int, _WAITING) == so_many

    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        tasks.create_task(decides())
        await decided.wait()
        # It has found the order undecided, and waits for the first of the two people.
        completing = tasks.create_task(completes_it())
        await until(lambda: wait_for_a_lock(1), "completion waits for whoever decides")
        tasks.create_task(holds_the_last_of_the_people())
        await until(lambda: wait_for_a_lock(2), "somebody waits for the last of the people")
        commit.set()
        await held.wait()
        tasks.create_task(settles_it())
        await settled.wait()
        let_go.set()

        async def has_read_or_waits() -> bool:
            return completing.done() or await wait_for_a_lock(1)

        await until(has_read_or_waits, "completion goes on")
        commit_settled.set()
    assert (await _reward(bought)).status is RewardStatus.AVAILABLE
    assert await _balance(ann) == POINTS
    assert await audit.run(CHECKS) == []


_WAITING = """
SELECT COUNT(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""
