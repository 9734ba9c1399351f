"""The groups of people one knows, before all others: for her alone, and no more of them than everybody may see."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from app.accounts import actions as accounts
from app.community.actions import feeling
from app.core.ids import UserId, to_public
from app.group_buying.models import Group
from share import links
from share.models import ShareForm
from share.queries import brought_or_brought_by
from tests.conftest import Api, WeChat
from tests.factories.accounts import a_token, staff
from tests.factories.group_buying import Buyer, MadeDeal, a_buyer, a_deal, group_of, joins, money_arrives, opens
from tests.factories.referral import comes_by
from tests.factories.share import a_link, a_thing, a_touch

Work = Callable[[], Awaitable[None]]

pytestmark = pytest.mark.usefixtures("database")

_PAGE = """query($deal: ID!, $first: Int! = 10) {
  viewer { groupsOfAcquaintances(dealId: $deal, first: $first) { code leader { nickname } } }
  deal(id: $deal) { groups(first: 10) { edges { node { code leader { nickname } } } } } }"""


async def _page(api: Api, deal: MadeDeal, who: UserId | None, **given: Any) -> dict[str, Any]:
    token = await a_token(who) if who else None
    return await api.data(_PAGE, {"deal": to_public("deal", deal.id)} | given, token=token)


async def _known_to(api: Api, deal: MadeDeal, who: UserId, **given: Any) -> list[str]:
    """The codes of the groups in which she knows somebody."""
    return [each["code"] for each in (await _page(api, deal, who, **given))["viewer"]["groupsOfAcquaintances"]]


async def _follow_each_other(one: UserId, other: UserId) -> None:
    for follower, followed in ((one, other), (other, one)):
        await feeling.follow(follower=follower, profile=await accounts.profile_of(followed), wanted=True)


async def _leads(buyer: Buyer, deal: MadeDeal) -> Group:
    held = await opens(buyer, deal)
    await money_arrives(held.order)
    return await group_of(held)


async def _joins_and_pays(buyer: Buyer, group: Group) -> None:
    await money_arrives((await joins(buyer, group)).order)


async def test_groups_with_a_mutual_follower_come_first_the_fewest_seats_left_at_the_top(api: Api) -> None:
    deal = await a_deal(size=4)
    ann, bob, cai, dan = [await a_buyer(name) for name in ("ann", "bob", "cai", "dan")]
    for friend in (bob, cai):
        await _follow_each_other(ann.id, friend.id)
    await feeling.follow(follower=ann.id, profile=await accounts.profile_of(dan.id), wanted=True)
    three_left = await _leads(bob, deal)
    two_left = await _leads(dan, deal)
    strangers = await _leads(await a_buyer("eve"), deal)
    await _joins_and_pays(cai, two_left)
    assert await _known_to(api, deal, ann.id) == [two_left.code, three_left.code]
    assert await _known_to(api, deal, ann.id, first=1) == [two_left.code]
    # Whom she only follows, and who only holds a seat, she does not know.
    await joins(bob, strangers)
    assert strangers.code not in await _known_to(api, deal, ann.id)


async def test_who_completed_a_group_together_finds_the_others_next_one(api: Api) -> None:
    done, deal = await a_deal(size=2), await a_deal(size=3)
    ann, bob = await a_buyer("ann"), await a_buyer("bob")
    await _joins_and_pays(bob, await _leads(ann, done))
    open_one = await _leads(bob, deal)
    assert await _known_to(api, deal, ann.id) == [open_one.code]
    assert await _known_to(api, done, ann.id) == []


async def test_an_accepted_invitation_makes_both_acquaintances(api: Api, do_all_work: Work) -> None:
    deal = await a_deal(size=3)
    ann, bob = await a_buyer("ann"), await a_buyer("bob")
    await comes_by(bob, ann)
    await _leads(bob, await a_deal(size=3))
    await do_all_work()
    hers, his = await _leads(ann, deal), await _leads(bob, deal)
    assert await _known_to(api, deal, ann.id) == [his.code]
    assert await _known_to(api, deal, bob.id) == [hers.code]


async def test_naming_a_code_that_she_did_not_come_by_makes_nobody_an_acquaintance(api: Api, do_all_work: Work) -> None:
    deal = await a_deal(size=3)
    ann, eve = await a_buyer("ann"), await a_buyer("eve")
    code = (await a_link(ann.id)).code
    await money_arrives((await opens(eve, await a_deal(size=3), share_code=code)).order)
    await do_all_work()
    await _leads(ann, deal)
    await _leads(eve, deal)
    assert (await _known_to(api, deal, ann.id), await _known_to(api, deal, eve.id)) == ([], [])


async def test_who_came_by_a_campaign_knows_nobody_for_it(api: Api, do_all_work: Work) -> None:
    deal = await a_deal(size=3)
    marketer, ann = await staff(), await a_buyer("ann")
    link = await links.create_for_campaign(by=marketer, campaign="春茶", target=a_thing(), form=ShareForm.POSTER)
    await a_touch(link, user=ann.id)
    await _leads(ann, deal)
    await do_all_work()
    assert (await brought_or_brought_by(ann.id, limit=9), await brought_or_brought_by(marketer, limit=9)) == ([], [])


async def test_full_and_closing_groups_of_acquaintances_are_hidden_too(api: Api, wechat: WeChat) -> None:
    full, closing = await a_deal(size=2), await a_deal(size=3, window_seconds=3600)
    ann, bob = await a_buyer("ann"), await a_buyer("bob")
    await _follow_each_other(ann.id, bob.id)
    full_one, closing_one = await _leads(bob, full), await _leads(bob, closing)
    assert (await _known_to(api, full, ann.id), await _known_to(api, closing, ann.id)) == (
        [full_one.code],
        [closing_one.code],
    )
    await joins(await a_buyer("cai"), full_one)
    await wechat.move_clock(3600 - 60)
    assert (await _known_to(api, full, ann.id), await _known_to(api, closing, ann.id)) == ([], [])


async def test_what_she_sees_first_is_hers_alone_masked_and_the_public_list_is_the_same_for_everybody(api: Api) -> None:
    deal = await a_deal(size=3)
    ann, bob, eve = [await a_buyer(name) for name in ("ann", "bob", "eve")]
    await _follow_each_other(ann.id, bob.id)
    group = await _leads(bob, deal)
    pages = [await _page(api, deal, who) for who in (ann.id, eve.id, None)]
    assert pages[0]["viewer"]["groupsOfAcquaintances"] == [{"code": group.code, "leader": {"nickname": "小*明"}}]
    assert pages[1]["viewer"]["groupsOfAcquaintances"] == []
    assert pages[2]["viewer"] is None
    assert pages[0]["deal"] == pages[1]["deal"] == pages[2]["deal"]
    (edge,) = pages[0]["deal"]["groups"]["edges"]
    assert edge["node"] == {"code": group.code, "leader": {"nickname": "小*明"}}


async def test_of_what_is_no_deal_there_are_no_groups(api: Api) -> None:
    deal = await a_deal()
    ann, bob = await a_buyer("ann"), await a_buyer("bob")
    await _follow_each_other(ann.id, bob.id)
    await _leads(bob, deal)
    variables = {"deal": to_public("product", deal.product)}
    answer = await api(_PAGE, variables, token=await a_token(ann.id))
    assert answer["data"]["viewer"] == {"groupsOfAcquaintances": []}
