"""A friend of a friend buys: her order rewards the one who brought her, and a refund takes it back."""

from typing import Any

from app.after_sale import actions as after_sale
from app.after_sale.queries import after_sale as request_now
from app.after_sale.states import AfterSaleReason
from app.core import audit
from app.core.ids import OrderId, UserId, from_public
from app.wiring import CHECKS
from tests.factories.accounts import staff
from tests.journeys.installation import Installation
from tests.journeys.people import Phone, a_phone, new_key
from tests.journeys.processes import until
from tests.journeys.story import offer_deal, paid


async def _shares(phone: Phone, target: str) -> str:
    return str((await phone.do("CreateShareLink", targetId=target, form="CARD"))["code"])


async def _comes_by(shop: Installation, code: str, name: str) -> Phone:
    """Somebody opens a link before anybody knows her, and signs in."""
    stranger = Phone(name, shop.servers[0], shop.wechat)
    opened = await stranger.do("OpenShareLink", code=code)
    return await a_phone(shop, name, visitor=opened["visitorId"])


async def _rewards(phone: Phone) -> list[dict[str, Any]]:
    edges = (await phone.ask("MyRewards", first=10))["viewer"]["rewards"]["edges"]
    return [edge["node"] for edge in edges]


async def _refunded(phone: Phone, order: str) -> None:
    """She asks for all of her money, and gets it."""
    request = await after_sale.request(
        buyer=UserId(from_public(phone.user)[1]),
        order=OrderId(from_public(order)[1]),
        pieces=None,
        reason=AfterSaleReason.DAMAGED,
        note="碎了",
        key=new_key(),
    )
    seen = await request_now(request)
    support = await staff(username=f"support-{new_key()}")
    await after_sale.approve(by=support, request=request, expected_version=seen.version)


async def test_a_friend_of_a_friend_rewards_one_inviter_and_a_refund_takes_it_back(shop: Installation) -> None:
    deal = await offer_deal(size=2)
    ann = await a_phone(shop, "ann")
    ben = await _comes_by(shop, await _shares(ann, deal), "ben")
    cat = await _comes_by(shop, await _shares(ben, deal), "cat")
    opened = await ann.open_group(deal)
    await paid(ann, opened)
    joined = await cat.join(opened["group"]["code"])
    await paid(cat, joined)

    async def has_reward() -> bool:
        return bool(await _rewards(ben))

    await until(has_reward, "Ben has a reward")
    (reward,) = await _rewards(ben)
    assert (reward["status"], reward["value"]) == ("FROZEN", {"__typename": "PointsAmount", "points": 200})
    # One level: Ann brought Ben, and nothing comes to her of whom he brought.
    assert await _rewards(ann) == []
    mine = (await ben.ask("MyReferrals", first=10))["viewer"]["referrals"]
    assert (mine["opened"], mine["joined"], mine["completed"]) == (1, 1, 1)
    assert len(mine["invitees"]["edges"]) == 1

    await _refunded(cat, joined["order"]["id"])

    async def is_taken_back() -> bool:
        return bool((await _rewards(ben))[0]["status"] == "REVERSED")

    await until(is_taken_back, "the reward is taken back")
    mine = (await ben.ask("MyReferrals", first=10))["viewer"]["referrals"]
    assert mine["points"] == {"pending": 0, "available": 0, "reversed": 200}
    why = (await ben.ask("WhyThisReward", id=reward["id"]))["viewer"]["reward"]["explanation"]
    assert why["changes"][-1]["what"] == "订单已退款，扣回 200 积分"
    assert [each["chosen"] for each in why["touches"]] == [True]
    assert await audit.run(CHECKS) == []
