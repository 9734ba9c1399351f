"""The audit finds what must not be in attributions and rewards: each fault planted once, in rows that were sound."""

from collections.abc import Awaitable, Callable

import pytest

from app.core import audit, db
from app.core.ids import new_id
from app.wiring import CHECKS
from share.models import Attribution, Reward
from tests.conftest import WeChat
from tests.factories.group_buying import a_buyer
from tests.factories.orders import receives, settles, ships
from tests.factories.referral import buys_in_group, comes_by

Work = Callable[[], Awaitable[None]]


async def _rewards_somebody_else() -> None:
    await Reward.all().update(user_id=new_id())


async def _rewards_before_the_order_is_settled() -> None:
    await Attribution.filter(inviter_id__isnull=False).update(settled_at=None)


async def _loses_the_reward() -> None:
    await db.execute("DELETE FROM reward_events")
    await db.execute("DELETE FROM rewards")


async def _loses_the_touch() -> None:
    await db.execute("UPDATE competing_touches SET verdict = 'PASSED_OVER'")


async def _brings_each_other() -> None:
    brought = await Attribution.get(inviter_id__isnull=False)
    await Attribution.create(
        order_id=new_id(),
        buyer_id=brought.inviter_id,
        inviter_id=brought.buyer_id,
        touched_at=brought.touched_at,
        programme_version=brought.programme_version,
        ordered_at=brought.ordered_at,
        paid_fen=brought.paid_fen,
    )


async def _gives_a_point_too_many() -> None:
    await db.execute("UPDATE rewards SET points = points + 1")


async def _takes_back_without_a_word() -> None:
    await db.execute("UPDATE rewards SET reversed_points = 1")


@pytest.mark.parametrize(
    ("happens", "named"),
    [
        (_rewards_somebody_else, "a reward that its order's attribution does not bear out"),
        (_rewards_before_the_order_is_settled, "a reward that its order's attribution does not bear out"),
        (_loses_the_reward, "an order that somebody brought into a complete group, without a reward"),
        (_loses_the_touch, "an attribution that rests on no touch, or on several"),
        (_brings_each_other, "two people who brought each other"),
        (_gives_a_point_too_many, "a reward of other points than its owner was given"),
        (_takes_back_without_a_word, "a reward whose history does not tell what was taken back"),
    ],
)
async def test_a_planted_fault_is_named(
    wechat: WeChat, do_all_work: Work, happens: Callable[[], Awaitable[None]], named: str
) -> None:
    ann, ben = await a_buyer("ann"), await a_buyer("ben")
    await comes_by(ben, ann)
    bought = await buys_in_group(ben, wechat=wechat)
    for becomes in (ships, receives, settles):
        await becomes(bought)
        await do_all_work()
    assert await audit.run(CHECKS) == []
    await happens()
    assert named in {finding.check for finding in await audit.run(CHECKS)}
