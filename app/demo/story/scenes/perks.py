"""A marketer schedules a perk: prices change at that moment, and go back with the roll-back."""

import asyncio
import time
from datetime import datetime, timedelta
from typing import Any, Final

from app.demo.story.errands import enter, now, sign_in
from app.demo.story.phone import Phone
from app.demo.story.scenes.stage import IVY, MARKETER, Stage
from app.demo.story.shop import NotAsTold
from app.demo.story.shopping import Goods, buy_alone, find_goods, quote, reasons

#: How far ahead the perk is scheduled.
_AHEAD: Final = timedelta(seconds=5)
_LOOKED_EVERY_S: Final = 0.1
_PATIENCE_S: Final = 20
_FIRST_VERSION: Final = 1


async def prices_change_at_the_moment(stage: Stage) -> None:
    """Draft, schedule, watch it begin, buy, roll back."""
    stage.screen.scene(
        "A perk that begins at its moment",
        "The marketer gives everybody 10% off what is bought alone, from a moment some seconds ahead. Ivy looks at "
        "her price all the while. ✓ was applied, ✗ was not, and why.",
        [MARKETER, IVY],
    )
    marketer, ivy = stage.phone_of(MARKETER), stage.phone_of(IVY)
    await enter(marketer)
    await sign_in(ivy)
    goods = await find_goods(ivy)
    before = await quote(ivy, goods)
    await ivy.beat(f"looks at {goods.title}: {before['amount']['display']}; {reasons(before)}")
    in_force = await _version_in_force(marketer)
    plan = await _draft(marketer)
    at = now() + _AHEAD
    scheduled = await marketer.do("ActivatePerkPlan", "PerkPlan", planId=plan["id"], at=at.isoformat())
    await marketer.beat(f"schedules version {plan['version']} for {at:%H:%M:%S}.{at:%f} UTC: {scheduled['status']}")
    try:
        await _see_it_begin(ivy, goods, before["amount"]["fen"], at)
        cheaper = await quote(ivy, goods)
        ivy.say(f"now it is {cheaper['amount']['display']}; {reasons(cheaper)}")
        await buy_alone(ivy, goods, fen=cheaper["amount"]["fen"])
    finally:
        # Whatever became of it: the next run begins with the prices that this one found.
        rolled = await marketer.do("RollBackPerkPlan", "PerkPlan", toVersion=in_force, reason="the demo is over")
    await marketer.beat(f"rolls back to version {in_force}, as version {rolled['version']}: {rolled['status']}")
    after = await quote(ivy, goods)
    if after != before:
        raise NotAsTold(f"After the roll-back it costs {after['amount']['display']}")
    await ivy.beat(f"looks again: {after['amount']['display']}, as before. Her order keeps its price")


async def _version_in_force(marketer: Phone) -> int:
    plans = (await marketer.ask("PerkPlans"))["staff"]["perkPlans"]["edges"]
    active = [each["node"]["version"] for each in plans if each["node"]["status"] == "ACTIVE"]
    return int(active[0]) if active else _FIRST_VERSION


async def _draft(marketer: Phone) -> dict[str, Any]:
    """Today's tiers, and nine tenths of the price for the lowest as for all others."""
    tiers = (await marketer.ask("Tiers"))["membershipTiers"]
    given = [
        {"name": each["name"], "growthNeeded": each["growthNeeded"], "perks": [{"kind": "DISCOUNT", "value": "90"}]}
        for each in tiers
    ]
    plan = await marketer.do(
        "DraftPerkPlan",
        "PerkPlan",
        input={"tiers": given, "clientId": marketer.new_key(), "note": "make demo"},
    )
    await marketer.beat(f"drafts version {plan['version']}: 10% off for every tier. {plan['status']}")
    return plan


async def _see_it_begin(ivy: Phone, goods: Goods, before_fen: int, at: datetime) -> None:
    looks, patience = 0, time.monotonic() + _PATIENCE_S
    while True:
        asked = now()
        fen = (await quote(ivy, goods))["amount"]["fen"]
        answered = now()
        # What was asked and answered on one side of the moment has one answer only.
        if fen != before_fen and answered < at:
            raise NotAsTold(f"The price changed {(at - answered).total_seconds():.2f} s before its moment")
        if fen == before_fen and asked >= at:
            raise NotAsTold(f"The price was the old one {(asked - at).total_seconds():.2f} s after its moment")
        looks += 1
        if fen != before_fen:
            break
        if time.monotonic() > patience:
            raise NotAsTold("The perk did not begin")
        await asyncio.sleep(_LOOKED_EVERY_S)
    ivy.say(f"looked {looks} times: the old price until {at:%H:%M:%S}, the new one from then on, and never otherwise")
