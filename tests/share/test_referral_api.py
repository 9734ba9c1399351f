"""What came of sharing, at the API: the contract's documents with real data, and the marketers' funnel."""

import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from graphql import get_named_type

from app.accounts.models import Role
from app.audit_log.models import AuditEntry
from app.core import audit, clock
from app.core.errors import DomainError
from app.core.ids import UserId, to_public
from app.group_buying.models import Group, Seat
from app.group_buying.states import GroupStatus
from app.notifications.models import Notification, NotificationKind
from app.orders.models import Order
from app.wiring import CHECKS
from schema.root import SCHEMA
from share.models import Reward, ShareLink, Touch, Visitor
from share.touches import join_visitor, open_link
from tests.conftest import Api, WeChat
from tests.factories.accounts import a_token, staff
from tests.factories.checkout import a_product, buys
from tests.factories.group_buying import Buyer, a_buyer, a_deal, money_arrives, opens
from tests.factories.orders import Bought, receives, settles, ships
from tests.factories.referral import buys_in_group, comes_by
from tests.factories.rows import everything
from tests.factories.share import a_link, a_touch

Work = Callable[[], Awaitable[None]]

_FUNNEL = """query($from: DateTime!, $to: DateTime!, $campaign: String, $inviter: ID) {
    staff { referralFunnel(from: $from, to: $to, campaign: $campaign, inviterId: $inviter) {
        links opened joined paid completed
    } }
}"""


async def _mine(api: Api, document: str, user: UserId, *, locale: str = "zh-CN", **variables: Any) -> Any:
    return await api.outcome(document, variables, token=await a_token(user), locale=locale)


async def _settled(bought: Bought, do_all_work: Work) -> None:
    await ships(bought)
    await receives(bought)
    await settles(bought)
    await do_all_work()


async def test_an_inviter_sees_totals_and_who_joined_but_not_what_they_bought(api: Api, do_all_work: Work) -> None:
    ann, ben, eve = [await a_buyer(name) for name in ("ann", "ben", "eve")]
    link = await comes_by(ben, ann)
    await clock.move(61)
    await a_touch(link, user=ben.id)
    await comes_by(eve, ann)
    await a_touch(link)
    bought = await buys_in_group(ben)
    await do_all_work()
    mine = (await _mine(api, "MyReferrals", ann.id, first=1))["referrals"]
    friends = mine.pop("invitees")
    assert mine == {
        "linksCreated": 2,
        "opened": 3,
        "joined": 2,
        "completed": 1,
        "rewards": {"pending": {"fen": 0}, "available": {"fen": 0}, "paidOut": {"fen": 0}},
        "points": {"pending": 200, "available": 0, "reversed": 0},
    }
    (edge,) = friends["edges"]
    assert edge["node"]["nickname"] == "小*明"
    assert friends["pageInfo"]["hasNextPage"] is True
    rest = (await _mine(api, "MyReferrals", ann.id, first=5, after=edge["cursor"]))["referrals"]["invitees"]
    assert len(rest["edges"]) == 1
    assert rest["edges"][0]["node"]["joinedAt"] < edge["node"]["joinedAt"]
    assert rest["pageInfo"]["hasNextPage"] is False
    await _settled(bought, do_all_work)
    assert (await _mine(api, "MyReferrals", ann.id, first=1))["referrals"]["points"] == {
        "pending": 0,
        "available": 200,
        "reversed": 0,
    }


def _reachable(name: str, found: set[str]) -> set[str]:
    """Every type that a query can come to from this one."""
    kind = SCHEMA._schema.get_type(name)
    if name in found or kind is None:
        return found
    found.add(name)
    onwards = [get_named_type(field.type).name for field in getattr(kind, "fields", {}).values()]
    for each in [*onwards, *[member.name for member in getattr(kind, "types", ())]]:
        _reachable(each, found)
    return found


@pytest.mark.parametrize("mine", ["Referrals", "Reward", "ReferralFunnel"])
def test_from_what_came_of_sharing_nothing_leads_to_what_a_friend_bought(mine: str) -> None:
    reached = _reachable(mine, set())
    assert reached & {"Order", "OrderLine", "Payment", "Product", "Sku", "Deal", "Group", "User"} == set()
    assert {"Order", "Product"} <= _reachable("Viewer", set())


async def test_whoever_shared_nothing_has_empty_figures(api: Api) -> None:
    ann = await a_buyer("ann")
    mine = (await _mine(api, "MyReferrals", ann.id, first=10))["referrals"]
    assert (mine["linksCreated"], mine["opened"], mine["points"]["pending"]) == (0, 0, 0)
    assert mine["invitees"]["edges"] == []
    assert (await _mine(api, "MyRewards", ann.id, first=10))["rewards"]["edges"] == []


async def test_a_reward_says_why_it_is_hers(api: Api, do_all_work: Work) -> None:
    ann, eve, ben = [await a_buyer(name) for name in ("ann", "eve", "ben")]
    await comes_by(ben, eve)
    await clock.move(60)
    await comes_by(ben, ann)
    bought = await buys_in_group(ben)
    await do_all_work()
    await _settled(bought, do_all_work)
    (edge,) = (await _mine(api, "MyRewards", ann.id, first=10))["rewards"]["edges"]
    assert edge["node"]["status"] == "AVAILABLE"
    assert edge["node"]["value"] == {"__typename": "PointsAmount", "points": 200}
    why = (await _mine(api, "WhyThisReward", ann.id, id=edge["node"]["id"]))["reward"]
    assert why["explanation"]["window"] == 30 * 86_400
    assert [each["what"] for each in why["explanation"]["changes"]] == [
        "好友拼团成功，获得 200 积分",
        "等待售后期结束",
        "200 积分已到账",
    ]
    assert [(each["chosen"], each["reason"]) for each in why["explanation"]["touches"]] == [
        (False, "另一条分享优先"),
        (True, "好友下单前最后打开的分享"),
    ]
    english = (await _mine(api, "WhyThisReward", ann.id, locale="en", id=edge["node"]["id"]))["reward"]
    assert english["explanation"]["changes"][2]["what"] == "200 points are yours"
    assert english["explanation"]["rule"].startswith("200 points for a friend's order")


async def test_a_reward_is_open_to_its_owner_alone(api: Api, do_all_work: Work) -> None:
    ann, ben = await a_buyer("ann"), await a_buyer("ben")
    await comes_by(ben, ann)
    await buys_in_group(ben)
    await do_all_work()
    (edge,) = (await _mine(api, "MyRewards", ann.id, first=10))["rewards"]["edges"]
    reward = edge["node"]["id"]
    document = "query($id: ID!) { node(id: $id) { id __typename } }"
    opened = await api(document, {"id": reward}, token=await a_token(ann.id))
    assert opened["data"]["node"] == {"id": reward, "__typename": "Reward"}
    assert (await api(document, {"id": reward}, token=await a_token(ben.id)))["data"]["node"] is None
    assert (await api(document, {"id": reward}))["data"]["node"] is None
    assert (await _mine(api, "WhyThisReward", ben.id, id=reward))["reward"] is None


async def test_whoever_has_a_reward_is_told_once(api: Api, do_all_work: Work) -> None:
    ann, ben = await a_buyer("ann"), await a_buyer("ben")
    await comes_by(ben, ann)
    bought = await buys_in_group(ben)
    await do_all_work()
    await _settled(bought, do_all_work)
    assert await Notification.filter(user_id=ann.id, kind=NotificationKind.REWARD_AVAILABLE).count() == 1
    document = "{ viewer { notifications(first: 1) { edges { node { title body target { __typename } } } } } }"
    answer = await api(document, token=await a_token(ann.id))
    told = answer["data"]["viewer"]["notifications"]["edges"][0]["node"]
    assert told["title"] == "邀请奖励已到账"
    assert told["body"] == "邀请好友获得的 200 积分已到账，可以使用了。"
    assert told["target"]["__typename"] == "Reward"


async def _a_marketer() -> str:
    return await a_token(await staff(Role.MARKETER, username="marketer"))


async def _funnel(api: Api, token: str, since: datetime, until: datetime, **only: str) -> dict[str, int]:
    given = {"from": since.isoformat(), "to": until.isoformat(), **only}
    return dict((await api.outcome(_FUNNEL, given, token=token))["referralFunnel"])


async def _recount(since: datetime, until: datetime, inviter: UserId | None) -> dict[str, int]:
    """The funnel counted by hand over raw rows: nothing of attribution, only the rule as it is written."""
    links = {each.id: each for each in await ShareLink.all()}
    visitors = {each.id: each for each in await Visitor.all()}
    touches = [
        each
        for each in await Touch.all().order_by("at", "id")
        if visitors[each.visitor_id].user_id != links[each.link_id].inviter_id
    ]
    complete = {each.id for each in await Group.filter(status=GroupStatus.COMPLETED)}
    completed = {each.order_id for each in await Seat.all() if each.group_id in complete}
    inside = [
        each for each in touches if since <= each.at < until and inviter in {None, links[each.link_id].inviter_id}
    ]
    paid, done = set(), set()
    for order in await Order.filter(paid_at__isnull=False):
        before = [
            each
            for each in touches
            if visitors[each.visitor_id].user_id == order.user_id
            and order.created_at - timedelta(days=30) <= each.at <= order.created_at
        ]
        named = [each for each in before if links[each.link_id].code == order.share_code]
        chosen = (named or before)[-1:]
        if chosen and chosen[0] in inside:
            paid.add(order.user_id)
            done |= {order.user_id} if order.id in completed else set()
    people = [visitors[each.visitor_id] for each in inside]
    return {
        "links": sum(
            since <= each.created_at < until and inviter in {None, each.inviter_id} for each in links.values()
        ),
        "opened": len({each.user_id or each.id for each in people}),
        "joined": len({each.user_id for each in people if each.user_id}),
        "paid": len(paid),
        "completed": len(done),
    }


async def _lives(chance: random.Random, inviters: list[Buyer], friends: list[Buyer]) -> None:
    """Somebody does something: opens as a stranger, who may sign in later, or signed in; buys in a group or alone.

    Then time passes.
    """
    inviter, friend = chance.choice(inviters), chance.choice(friends)
    match chance.randrange(6):
        case 0:
            stranger = await a_touch(await a_link(inviter.id))
            if chance.random() < 0.5:
                await join_visitor(visitor=stranger, user=friend.id)
        case 1 | 2:
            await comes_by(friend, inviter)
        case 3:
            named = (await comes_by(friend, inviter)).code if chance.random() < 0.5 else None
            await buys_in_group(friend, share_code=named)
        case 4:
            deal = await a_deal(size=2, window_seconds=365 * 86_400)
            # She may have held too much already.
            with suppress(DomainError):
                held = await opens(friend, deal)
                if chance.random() < 0.7:
                    await money_arrives(held.order)
        case _:
            product = await a_product()
            with suppress(DomainError):
                order = await buys(friend, product)
                if chance.random() < 0.7:
                    await money_arrives(order)
    await clock.move(chance.choice([1, 61, 3_600, 10 * 86_400]))


@pytest.mark.parametrize("seed", [1, 2])
async def test_the_funnel_is_what_a_recount_over_raw_rows_says(
    api: Api, wechat: WeChat, do_all_work: Work, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - a seed gives the same story again
    begin = await clock.now()
    inviters = [await a_buyer(f"inviter{number}") for number in range(3)]
    friends = [await a_buyer(f"friend{number}") for number in range(4)]
    for _ in range(25):
        await _lives(chance, inviters, friends)
    await do_all_work()
    token, end = await _a_marketer(), await clock.now()
    middle = begin + (end - begin) / 2
    counted = await _recount(begin, end, None)
    assert min(counted.values()) > 0
    assert await _funnel(api, token, begin, end) == counted
    for since, until in ((begin, middle), (middle, end)):
        assert await _funnel(api, token, since, until) == await _recount(since, until, None)
    for inviter in inviters:
        only = await _funnel(api, token, begin, end, inviter=to_public("user", inviter.id))
        assert only == await _recount(begin, end, inviter.id)
    assert await audit.run(CHECKS) == []


async def test_a_period_that_is_too_long_or_ends_before_it_begins_is_refused(api: Api, wechat: WeChat) -> None:
    token, now = await _a_marketer(), await clock.now()
    for until in (now - timedelta(seconds=1), now + timedelta(days=367)):
        assert (
            await api.error_code(_FUNNEL, {"from": now.isoformat(), "to": until.isoformat()}, token=token)
            == "BAD_USER_INPUT"
        )


async def test_the_funnel_is_for_marketers(api: Api, wechat: WeChat) -> None:
    now = (await clock.now()).isoformat()
    token = await a_token(await staff(Role.SUPPORT, username="support"))
    assert await api.error_code(_FUNNEL, {"from": now, "to": now}, token=token) == "FORBIDDEN"


_CAMPAIGN = """mutation($target: ID!, $campaign: String!, $ends: DateTime) {
    createCampaignLink(input: {targetId: $target, form: POSTER, campaign: $campaign, expiresAt: $ends}) {
        __typename ... on ShareLink { code } ... on UserError { code }
    }
}"""


async def test_a_campaigns_link_counts_in_figures_and_rewards_nobody(
    api: Api, wechat: WeChat, do_all_work: Work
) -> None:
    token, begin = await _a_marketer(), await clock.now()
    deal = to_public("deal", (await a_deal()).id)
    made = await api(_CAMPAIGN, {"target": deal, "campaign": "双十一"}, token=token)
    assert await api(_CAMPAIGN, {"target": deal, "campaign": "双十一"}, token=token) == made
    other = await api(_CAMPAIGN, {"target": deal, "campaign": "春节"}, token=token)
    assert other["data"]["createCampaignLink"]["code"] != made["data"]["createCampaignLink"]["code"]
    assert await AuditEntry.filter(verb="campaign_link.create").count() == 2
    ben = await a_buyer("ben")
    await open_link(code=made["data"]["createCampaignLink"]["code"], user=ben.id)
    await buys_in_group(ben)
    await do_all_work()
    end = await clock.now() + timedelta(seconds=1)
    assert await Reward.all().count() == 0
    assert await _funnel(api, token, begin, end, campaign="双十一") == {
        "links": 1, "opened": 1, "joined": 1, "paid": 1, "completed": 1,
    }  # fmt: skip
    assert (await _funnel(api, token, begin, end, campaign="春节"))["opened"] == 0
    assert await audit.run(CHECKS) == []


async def test_a_campaigns_link_expires_when_the_campaign_is_over_and_lives_on_with_it(
    api: Api, wechat: WeChat
) -> None:
    token, now = await _a_marketer(), await clock.now()
    deal = to_public("deal", (await a_deal()).id)

    async def made(ends: datetime | None) -> dict[str, Any]:
        given = {"target": deal, "campaign": "双十一", "ends": ends and ends.isoformat()}
        return dict(await api.outcome(_CAMPAIGN, given, token=token))

    async def opened(code: str) -> dict[str, Any]:
        return dict(await api.outcome("OpenShareLink", {"code": code}))

    code = (await made(now + timedelta(minutes=1)))["code"]
    assert (await opened(code))["__typename"] == "ShareTouch"
    await clock.move(61)
    before = await everything()
    assert (await opened(code))["code"] == "SHARE_LINK_EXPIRED"
    assert (await made(now + timedelta(minutes=1)))["code"] == "TARGET_NOT_SHAREABLE"
    assert await everything() == before
    assert (await api("ShareLinkTarget", {"code": code}))["data"]["shareLink"]["status"] == "EXPIRED"
    assert (await made(now + timedelta(minutes=9)))["code"] == code
    assert (await opened(code))["__typename"] == "ShareTouch"
    assert (await made(None))["code"] == code
    assert (await ShareLink.get()).expires_at is None
    assert await AuditEntry.filter(verb="campaign_link.create").count() == 3


@pytest.mark.parametrize("name", ["", "长" * 65], ids=["none", "too long"])
async def test_a_campaign_has_a_name_of_1_to_64_characters(api: Api, wechat: WeChat, name: str) -> None:
    token = await _a_marketer()
    deal = to_public("deal", (await a_deal()).id)
    assert await api.error_code(_CAMPAIGN, {"target": deal, "campaign": name}, token=token) == "BAD_USER_INPUT"
    assert await ShareLink.all().count() == 0
