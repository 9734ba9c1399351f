"""Who brought an order: the last touch within the window by another person, or the one that the buyer named."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.accounts import actions as accounts
from app.accounts import flows
from app.accounts.models import Identity, User
from app.core import audit, clock
from app.core.ids import OrderId, new_id
from app.wiring import CHECKS
from share import attribution, rules
from share.models import Attribution, CompetingTouch, Reward, Touch
from share.rules import Candidate
from share.states import TouchVerdict
from tests.conftest import WeChat
from tests.factories.checkout import a_product, buys
from tests.factories.group_buying import Buyer, a_buyer, a_deal, money_arrives, opens
from tests.factories.referral import brought, buys_in_group, comes_by
from tests.factories.rows import everything
from tests.factories.share import a_link, a_touch

Work = Callable[[], Awaitable[None]]

_WINDOW = timedelta(days=30)
_NOW = datetime(2026, 6, 1, tzinfo=UTC)


def _candidate(days: float, code: str = "S1", barred: TouchVerdict | None = None) -> Candidate:
    return Candidate(touch=new_id(), code=code, at=_NOW - timedelta(days=days), barred=barred)


def _judged(*candidates: Candidate, named: str | None = None) -> list[TouchVerdict]:
    verdicts = rules.judge(candidates, ordered_at=_NOW, window=_WINDOW, named=named)
    return [verdicts[each.touch] for each in candidates]


def test_the_last_touch_within_the_window_is_chosen() -> None:
    assert _judged(_candidate(1), _candidate(2), _candidate(31)) == [
        TouchVerdict.LAST,
        TouchVerdict.PASSED_OVER,
        TouchVerdict.TOO_OLD,
    ]


def test_a_touch_exactly_as_old_as_the_window_counts() -> None:
    assert _judged(_candidate(30)) == [TouchVerdict.LAST]


def test_the_touch_that_the_buyer_named_is_chosen_before_later_ones() -> None:
    assert _judged(_candidate(1), _candidate(2, "S2"), named="S2") == [TouchVerdict.PASSED_OVER, TouchVerdict.NAMED]


@pytest.mark.parametrize("named", [_candidate(31, "S2"), _candidate(2, "S2", TouchVerdict.SELF)])
def test_naming_a_touch_that_does_not_count_chooses_the_last_one(named: Candidate) -> None:
    assert _judged(_candidate(3), named, named="S2")[0] is TouchVerdict.LAST


@pytest.mark.parametrize("barred", [TouchVerdict.SELF, TouchVerdict.MUTUAL, TouchVerdict.GONE])
def test_a_barred_touch_is_passed_over_for_an_earlier_one(barred: TouchVerdict) -> None:
    assert _judged(_candidate(1, barred=barred), _candidate(2)) == [barred, TouchVerdict.LAST]


def test_a_reward_is_kept_in_proportion_and_an_order_of_nothing_earns_nothing() -> None:
    assert rules.points_kept(200, paid_fen=300, refunded_fen=0) == 200
    assert rules.points_kept(200, paid_fen=300, refunded_fen=100) == 133
    assert rules.points_kept(200, paid_fen=300, refunded_fen=300) == 0
    assert rules.points_kept(200, paid_fen=0, refunded_fen=0) == 0


async def _inviter_of(order: OrderId) -> UUID | None:
    return (await brought(order)).attribution.inviter_id


async def _verdicts(order: OrderId) -> list[TouchVerdict]:
    """What was said of each touch, the newest first."""
    found = await CompetingTouch.filter(order_id=order).order_by("-touch__at")
    return [each.verdict for each in found]


async def test_touches_before_she_signed_in_follow_her(wechat: WeChat, do_all_work: Work) -> None:
    ann, ben = await a_buyer("ann"), await a_buyer("ben")
    visitor = await a_touch(await a_link(ann.id))
    # Nothing else has been done when she buys: no worker stands between her sign-in and her order.
    assert (await flows.sign_in(code=await wechat.login_code("ben"), visitor_id=visitor)).user == ben.id
    bought = await buys_in_group(ben)
    await do_all_work()
    assert await _inviter_of(bought.id) == ann.id
    assert await audit.run(CHECKS) == []


async def test_of_two_inviters_the_last_one_brought_her_once(wechat: WeChat, do_all_work: Work) -> None:
    ann, eve, ben = [await a_buyer(name) for name in ("ann", "eve", "ben")]
    await comes_by(ben, ann)
    await clock.move(5)
    await comes_by(ben, eve)
    bought = await buys_in_group(ben)
    await do_all_work()
    assert await _inviter_of(bought.id) == eve.id
    assert await _verdicts(bought.id) == [TouchVerdict.LAST, TouchVerdict.PASSED_OVER]
    assert [each.user_id for each in await Reward.all()] == [eve.id]
    assert await audit.run(CHECKS) == []


async def test_the_code_at_checkout_says_by_which_touch_she_came(wechat: WeChat, do_all_work: Work) -> None:
    ann, eve, ben = [await a_buyer(name) for name in ("ann", "eve", "ben")]
    link = await comes_by(ben, ann)
    await clock.move(5)
    await comes_by(ben, eve)
    bought = await buys_in_group(ben, share_code=link.code)
    await do_all_work()
    assert await _inviter_of(bought.id) == ann.id
    assert await _verdicts(bought.id) == [TouchVerdict.PASSED_OVER, TouchVerdict.NAMED]


async def test_a_code_at_checkout_without_a_touch_brings_nobody(wechat: WeChat, do_all_work: Work) -> None:
    ann, ben = await a_buyer("ann"), await a_buyer("ben")
    bought = await buys_in_group(ben, share_code=(await a_link(ann.id)).code)
    await do_all_work()
    assert await _inviter_of(bought.id) is None
    assert await Touch.all().count() == 0
    assert await Reward.all().count() == 0


async def test_a_touch_after_the_order_was_placed_does_not_count(wechat: WeChat, do_all_work: Work) -> None:
    ann, ben = await a_buyer("ann"), await a_buyer("ben")
    bought = await buys_in_group(ben)
    await clock.move(1)
    await comes_by(ben, ann)
    await do_all_work()
    assert await _inviter_of(bought.id) is None


async def test_a_touch_before_the_window_is_told_and_does_not_count(wechat: WeChat, do_all_work: Work) -> None:
    ann, ben = await a_buyer("ann"), await a_buyer("ben")
    await comes_by(ben, ann)
    await clock.move(_WINDOW.total_seconds() + 60)
    bought = await buys_in_group(ben)
    await do_all_work()
    assert await _inviter_of(bought.id) is None
    assert await _verdicts(bought.id) == [TouchVerdict.TOO_OLD]


async def _shares_phone(one: Buyer, other: Buyer) -> None:
    await User.filter(id__in=[one.id, other.id]).update(phone="13800000001")


async def _shares_unionid(one: Buyer, other: Buyer) -> None:
    await Identity.filter(user_id__in=[one.id, other.id]).update(unionid="u-one")


@pytest.mark.parametrize("same", [_shares_phone, _shares_unionid])
async def test_nobody_brings_herself_by_a_second_account(
    wechat: WeChat, do_all_work: Work, same: Callable[[Buyer, Buyer], Awaitable[None]]
) -> None:
    ann, second = await a_buyer("ann"), await a_buyer("ann2")
    await same(ann, second)
    await comes_by(second, ann)
    bought = await buys_in_group(second)
    await do_all_work()
    assert await _inviter_of(bought.id) is None
    assert await _verdicts(bought.id) == [TouchVerdict.SELF]
    assert await Reward.all().count() == 0


async def test_an_opening_on_the_sharers_own_phone_is_no_touch(wechat: WeChat) -> None:
    ann, second = await a_buyer("ann"), await a_buyer("ann2")
    phone = await a_touch(await a_link(second.id), user=ann.id)
    before = await Touch.all().count()
    await a_touch(await a_link(ann.id), visitor=phone, user=second.id)
    assert await Touch.all().count() == before


async def test_two_people_do_not_bring_each_other(wechat: WeChat, do_all_work: Work) -> None:
    ann, ben = await a_buyer("ann"), await a_buyer("ben")
    await comes_by(ben, ann)
    await buys_in_group(ben)
    await do_all_work()
    await comes_by(ann, ben)
    bought = await buys_in_group(ann)
    await do_all_work()
    assert await _inviter_of(bought.id) is None
    assert await _verdicts(bought.id) == [TouchVerdict.MUTUAL]
    assert await audit.run(CHECKS) == []


async def test_of_two_who_bring_each_other_at_once_one_does(wechat: WeChat, do_all_work: Work) -> None:
    ann, ben = await a_buyer("ann"), await a_buyer("ben")
    await comes_by(ben, ann)
    await comes_by(ann, ben)
    await buys_in_group(ben)
    await buys_in_group(ann)
    await do_all_work()
    assert await Attribution.filter(inviter_id__isnull=False).count() == 1
    assert await audit.run(CHECKS) == []


@pytest.mark.parametrize("goes", [accounts.block_user, accounts.erase])
async def test_who_is_blocked_or_gone_brings_nobody_but_hides_nobody_either(
    wechat: WeChat, do_all_work: Work, goes: Callable[..., Awaitable[None]]
) -> None:
    eve, ann, ben = [await a_buyer(name) for name in ("eve", "ann", "ben")]
    await comes_by(ben, eve)
    await clock.move(5)
    await comes_by(ben, ann)
    await goes(user=ann.id)
    bought = await buys_in_group(ben)
    await do_all_work()
    assert await _verdicts(bought.id) == [TouchVerdict.GONE, TouchVerdict.LAST]
    assert await _inviter_of(bought.id) == eve.id
    assert await audit.run(CHECKS) == []


async def test_many_links_of_somebody_who_cannot_have_brought_her_hide_nobody(
    wechat: WeChat, do_all_work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attribution, "MOST_SHARERS", 2)
    eve, ann, ben = [await a_buyer(name) for name in ("eve", "ann", "ben")]
    await comes_by(ben, eve)
    await clock.move(5)
    for _ in range(3):
        await comes_by(ben, ann)
    await accounts.block_user(user=ann.id)
    bought = await buys_in_group(ben)
    await do_all_work()
    assert await _inviter_of(bought.id) == eve.id


async def test_the_moment_of_the_order_counts_however_long_it_was_held(wechat: WeChat, do_all_work: Work) -> None:
    ann, eve, ben = [await a_buyer(name) for name in ("ann", "eve", "ben")]
    await comes_by(ben, ann)
    await clock.move(_WINDOW.total_seconds() - 60)
    held = await opens(ben, await a_deal(size=2))
    await clock.move(120)
    await comes_by(ben, eve)
    await money_arrives(held.order)
    await do_all_work()
    assert await _inviter_of(held.order) == ann.id
    assert await _verdicts(held.order) == [TouchVerdict.LAST]


async def test_a_visitor_who_signs_in_on_two_accounts_was_brought_as_the_first_alone(
    wechat: WeChat, do_all_work: Work
) -> None:
    ann, ben, cal = [await a_buyer(name) for name in ("ann", "ben", "cal")]
    visitor = await a_touch(await a_link(ann.id))
    for name in ("ben", "cal"):
        await flows.sign_in(code=await wechat.login_code(name), visitor_id=visitor)
    his, hers = await buys_in_group(ben), await buys_in_group(cal)
    await do_all_work()
    assert (await _inviter_of(his.id), await _inviter_of(hers.id)) == (ann.id, None)
    assert [each.order_id for each in await Reward.all()] == [his.id]


async def test_what_was_decided_stays_whatever_is_opened_later(wechat: WeChat, do_all_work: Work) -> None:
    ann, eve, ben = [await a_buyer(name) for name in ("ann", "eve", "ben")]
    await comes_by(ben, ann)
    bought = await buys_in_group(ben)
    await do_all_work()
    decided = await everything()
    await comes_by(ben, eve)
    await do_all_work()
    after = await everything()
    for table in ("attributions", "competing_touches", "rewards"):
        assert after[table] == decided[table]
    assert await _inviter_of(bought.id) == ann.id


async def test_a_purchase_alone_is_attributed_and_earns_nothing(wechat: WeChat, do_all_work: Work) -> None:
    ann, ben = await a_buyer("ann"), await a_buyer("ben")
    await comes_by(ben, ann)
    order = await buys(ben, await a_product())
    await do_all_work()
    assert await Attribution.all().count() == 0
    await money_arrives(order)
    await do_all_work()
    assert await _inviter_of(order) == ann.id
    assert await Reward.all().count() == 0
    assert await audit.run(CHECKS) == []
