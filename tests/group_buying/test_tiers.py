"""Deals for members, and before the start: the tier of the moment decides."""

from datetime import timedelta

import pytest

from app.core import clock
from app.core.ids import to_public
from app.group_buying import errors
from app.group_buying.states import Audience
from tests.conftest import Api
from tests.factories.group_buying import a_buyer, a_deal, group_of, joins, money_arrives, opens
from tests.factories.membership import settled
from tests.factories.rows import everything


async def test_a_deal_for_a_tier_lets_members_of_it_in_and_nobody_below(api: Api) -> None:
    gold, silver = await a_buyer("ann"), await a_buyer("ben")
    await settled(gold.id, 2_000)
    await settled(silver.id, 500)
    deal = await a_deal(open_audience=Audience.TIER, join_audience=Audience.TIER, audience_rank=2)
    before = await everything()
    with pytest.raises(errors.NotEligible) as refused:
        await opens(silver, deal)
    assert (refused.value.code, refused.value.reason) == ("NOT_ELIGIBLE", errors.Ineligible.TIER_TOO_LOW)
    assert await everything() == before
    held = await opens(gold, deal)
    await money_arrives(held.order)
    before = await everything()
    with pytest.raises(errors.NotEligible):
        await joins(silver, await group_of(held))
    assert await everything() == before
    await settled(silver.id, 1_500)
    await joins(silver, await group_of(held))
    document = "query D($id: ID!) { deal(id: $id) { openAudience audienceTier { name rank } } }"
    shown = await api(document, {"id": to_public("deal", deal.id)})
    assert shown["data"]["deal"] == {"openAudience": "TIER", "audienceTier": {"name": "金卡", "rank": 2}}


async def test_groups_for_members_are_open_to_whoever_has_the_perk_and_to_nobody_else(database: None) -> None:
    del database
    gold, silver = await a_buyer("ann"), await a_buyer("ben")
    await settled(gold.id, 2_000)
    await settled(silver.id, 500)
    deal = await a_deal(open_audience=Audience.TIER, join_audience=Audience.TIER, audience_rank=None)
    held = await opens(gold, deal)
    await money_arrives(held.order)
    group = await group_of(held)
    before = await everything()
    for attempt in (opens(silver, deal), joins(silver, group)):
        with pytest.raises(errors.NotEligible) as refused:
            await attempt
        assert refused.value.reason is errors.Ineligible.TIER_TOO_LOW
    assert await everything() == before
    await settled(silver.id, 1_500)
    await joins(silver, group)


async def test_early_access_opens_a_group_a_day_before_the_start_and_friends_without_it_wait(database: None) -> None:
    del database
    black, ben = await a_buyer("ann"), await a_buyer("ben")
    await settled(black.id, 10_000)
    deal = await a_deal(starts_at=await clock.now() + timedelta(hours=23))
    before = await everything()
    with pytest.raises(errors.DealNotRunning):
        await opens(ben, deal)
    assert await everything() == before
    held = await opens(black, deal)
    await money_arrives(held.order)
    group = await group_of(held)
    before = await everything()
    with pytest.raises(errors.NotEligible):
        await joins(ben, group)
    assert await everything() == before
    await clock.move(23 * 3600 + 1)
    await joins(ben, group)
