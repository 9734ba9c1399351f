"""A friend brings a friend: the one who brought her is rewarded, nobody above, and a refund takes it back."""

from collections.abc import Set as AbstractSet
from typing import Any, Final

from app.demo.story.errands import (
    Bargain,
    enter,
    find_bargain,
    join_group,
    open_group,
    open_link,
    pay,
    share,
    share_thing,
    sign_in,
)
from app.demo.story.phone import Phone
from app.demo.story.scenes.alone import request_of, until_paid_back
from app.demo.story.scenes.groups import until_status
from app.demo.story.scenes.stage import KIM, LEO, MIA, SUPPORT, Stage
from app.demo.story.shop import NotAsTold

#: Not to be used yet: the order may still go back.
_WAITING: Final = frozenset({"ACCRUED", "FROZEN"})


async def one_level_and_back(stage: Stage) -> None:
    """Kim brings Leo, Leo brings Mia: each has a reward for one order; Mia's refund takes Leo's back."""
    stage.screen.scene(
        "Who brought whom",
        "Kim shares a deal with Leo, Leo his group with Mia. Whoever brought a buyer has points to come, which are "
        "hers when the time for asking money back is over. Nobody has any for a friend's friend.",
        [KIM, LEO, MIA, SUPPORT],
    )
    kim, leo, mia = (stage.phone_of(each) for each in (KIM, LEO, MIA))
    await enter(kim)
    bargain = await find_bargain(kim, size=2)
    link = await share_thing(kim, bargain.deal)
    touch = await leo.do(
        "OpenShareLink", "ShareTouch", code=link["code"], visitorId=None, entryScene=None, groupInfo=None
    )
    await leo.beat(f"taps the card from {touch['link']['inviter']['nickname']}")
    await sign_in(leo, touch["visitorId"])
    await pay(leo, await open_group(leo, bargain))
    link = await share(leo, leo.group["code"])
    await sign_in(mia, await open_link(mia, link["code"]))
    await mia.follow(leo.group["code"])
    checkout = await join_group(mia, bargain, leo.group["code"], link=link["code"])
    await pay(mia, checkout)
    for phone in (leo, mia):
        await until_status(phone, "COMPLETED")
    await _is_promised(stage, leo)
    await _has_one(kim, "for Leo's order; Mia is Leo's friend, not hers")
    await _goes_back(stage, checkout["order"]["id"], bargain)
    await _has_one(kim, "still: Leo keeps what he bought")


async def _is_promised(stage: Stage, leo: Phone) -> None:
    reward = await _reward_when(leo, _WAITING)
    why = (await leo.ask("WhyThisReward", id=reward["id"]))["viewer"]["reward"]["explanation"]
    await leo.beat(f"has {reward['value']['points']} points to come: {reward['status']}")
    stage.screen.tell(f"Why: {why['rule']}.", below="; ".join(each["what"] for each in why["changes"]))


async def _reward_when(phone: Phone, statuses: AbstractSet[str]) -> dict[str, Any]:
    rewards: list[dict[str, Any]] = []
    async for _ in phone.moments():
        edges = (await phone.ask("MyRewards", first=5, after=None))["viewer"]["rewards"]["edges"]
        rewards = [each["node"] for each in edges]
        if rewards and rewards[0]["status"] in statuses:
            return rewards[0]
    raise NotAsTold(f"{phone.person.name} was to have a reward that is {' or '.join(sorted(statuses))}, not {rewards}")


async def _has_one(kim: Phone, why: str) -> None:
    await _reward_when(kim, _WAITING)
    mine = (await kim.ask("MyReferrals", first=5, after=None))["viewer"]["referrals"]
    rewards = (await kim.ask("MyRewards", first=5, after=None))["viewer"]["rewards"]["edges"]
    if len(rewards) != 1:
        raise NotAsTold(f"Kim has {len(rewards)} rewards, and brought one")
    await kim.beat(f"has {mine['points']['pending']} points to come, {why}")


async def _goes_back(stage: Stage, order: str, bargain: Bargain) -> None:
    leo, mia, support = (stage.phone_of(each) for each in (LEO, MIA, SUPPORT))
    asked = await mia.do(
        "RequestRefund",
        "AfterSale",
        input={"orderId": order, "reason": "CHANGED_MIND", "idempotencyKey": mia.new_key()},
    )
    await mia.beat(f"has changed her mind about {bargain.title}, and asks for {asked['amount']['display']}")
    if support.token is None:
        await enter(support)
    found = await request_of(support, asked["id"])
    await support.do(
        "ApproveRefund", "StaffAfterSale", input={"afterSaleId": asked["id"], "expectedVersion": found["version"]}
    )
    await support.beat("grants it")
    await until_paid_back(mia, order, asked["amount"]["fen"])
    reward = await _reward_when(leo, {"REVERSED"})
    await leo.beat(f"his reward is {reward['status']}: nothing of that order was kept")
