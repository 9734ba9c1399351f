"""A marketer changes a perk: everybody's prices change at the scheduled moment and no sooner, and back by one step."""

import asyncio
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from app.accounts.models import Role
from app.core import clock
from app.core.targets import Target
from tests.factories.checkout import a_product
from tests.journeys.installation import Installation
from tests.journeys.people import Phone, a_clerk, a_phone, new_key
from tests.journeys.running import Server
from tests.journeys.story import paid

FULL, REDUCED = 10_000, 8_000
#: The shop's own plan, which was in force before.
HOUSE_PLAN = 1
#: From how long before the moment on prices are looked at, in seconds.
_AHEAD_S = 2

_TIERS: list[dict[str, Any]] = [
    {"name": "普通", "growthNeeded": 0, "perks": [{"kind": "DISCOUNT", "value": "80"}]},
    {"name": "银卡", "growthNeeded": 500, "perks": [{"kind": "DISCOUNT", "value": "80"}]},
]


class _Seen(NamedTuple):
    """A price, and between which moments it was asked."""

    fen: int
    asked: datetime
    answered: datetime


async def _quote(phone: Phone, sku: str) -> dict[str, Any]:
    found = await phone.ask("Quote", skuId=sku, quantity=1)
    return dict(found["viewer"]["quote"])


async def _price(phone: Phone, sku: str) -> int:
    return int((await _quote(phone, sku))["amount"]["fen"])


async def _price_everywhere(shop: Installation, phone: Phone, sku: str) -> set[int]:
    """What it costs now, at every server."""
    return {await _price(Phone(phone.name, server, phone.wechat, phone.token), sku) for server in shop.servers}


async def _seen_around(moment: datetime, phone: Phone, sku: str, server: Server) -> list[_Seen]:
    """Prices asked for at this server one after another, the last one after the moment."""
    there = Phone(phone.name, server, phone.wechat, phone.token)
    seen: list[_Seen] = []
    while not seen or seen[-1].asked < moment:
        asked = await clock.now()
        seen.append(_Seen(await _price(there, sku), asked, await clock.now()))
    return seen


async def test_prices_change_at_the_moment_on_every_server_and_back_after_the_roll_back(shop: Installation) -> None:
    may = await a_clerk(shop, Role.MARKETER)
    ann = await a_phone(shop, "ann")
    made = await a_product(prices=(FULL,))
    product, sku = Target("product", made.id).public_id, Target("sku", made.skus[0]).public_id

    draft = await may.do("DraftPerkPlan", input={"tiers": _TIERS, "clientId": new_key(), "note": "春茶节"})
    assert (draft["__typename"], draft["status"]) == ("PerkPlan", "DRAFT"), draft
    refused = await ann.post("ActivatePerkPlan", planId=draft["id"])
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    moment = await clock.now() + timedelta(minutes=5)
    planned = await may.do("ActivatePerkPlan", planId=draft["id"], at=moment.isoformat())
    assert (planned["__typename"], planned["status"]) == ("PerkPlan", "SCHEDULED"), planned
    assert await _price(ann, sku) == FULL
    early = await ann.buy(product, expectedAmountFen=FULL)
    assert early["order"]["amount"]["fen"] == FULL, early

    await shop.move_clock((moment - await clock.now()).total_seconds() - _AHEAD_S)
    for seen in await asyncio.gather(*[_seen_around(moment, ann, sku, server) for server in shop.servers]):
        # What was asked and answered on one side of the moment has one answer only, at this server as at the other.
        before = [each.fen for each in seen if each.answered < moment]
        after = [each.fen for each in seen if each.asked >= moment]
        assert before == [FULL] * len(before) != []
        assert after == [REDUCED] * len(after) != []
        # The one question that may have met the moment has one of both answers, and then the price stays.
        assert [each.fen for each in seen] == sorted((each.fen for each in seen), reverse=True)

    trace = (await _quote(ann, sku))["trace"]
    assert [(each["outcome"], each["amount"]["fen"]) for each in trace if each["outcome"] == "APPLIED"] == [
        ("APPLIED", FULL - REDUCED)
    ]
    bought = await ann.buy(product, expectedAmountFen=REDUCED)
    assert bought["order"]["amount"]["fen"] == REDUCED, bought
    await paid(ann, bought)
    # What was ordered before costs what it said then.
    await paid(ann, early)
    assert (await ann.order(early["order"]["id"]))["amount"]["fen"] == FULL

    assert await _price_everywhere(shop, ann, sku) == {REDUCED}
    back = await may.do("RollBackPerkPlan", toVersion=HOUSE_PLAN, reason="太贵了")
    assert (back["__typename"], back["status"]) == ("PerkPlan", "ACTIVE"), back
    assert back["version"] > draft["version"]
    assert await _price_everywhere(shop, ann, sku) == {FULL}
    stale = await ann.buy(product, expectedAmountFen=REDUCED)
    assert (stale["__typename"], stale["code"]) == ("AmountChanged", "AMOUNT_CHANGED"), stale
    assert (await ann.buy(product, expectedAmountFen=FULL))["order"]["amount"]["fen"] == FULL
    assert (await ann.order(bought["order"]["id"]))["amount"]["fen"] == REDUCED
