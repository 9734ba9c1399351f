"""What everybody may read of deals: complete, masked, page by page."""

from datetime import timedelta
from typing import Any

import pytest

from app.core import clock
from app.group_buying import rules
from app.group_buying.actions import dealing
from app.group_buying.models import Deal, Group
from app.group_buying.states import DealStatus, GroupStatus
from schema.scalars import public_id
from tests.conftest import Api, WeChat
from tests.factories.group_buying import (
    a_buyer,
    a_deal,
    a_group,
    joins,
    opens,
)
from tests.group_buying.asking import NODE, deal_page, deals


async def test_a_deals_page_tells_all_of_it(api: Api, wechat: WeChat) -> None:
    deal = await a_deal(prices=(1990, 2990), limit_per_order=2, limit_per_user=5, size=3, window_seconds=3600)
    page = await deal_page(api, deal)
    assert page["id"] == public_id("deal", deal.id)
    assert (page["title"], page["description"], page["status"]) == ("龙井茶 三人团", "三人成团", "RUNNING")
    assert (page["windowSeconds"], page["size"], page["ladder"]) == (3600, 3, [])
    assert (page["price"], page["soloPrice"]) == (
        {"fen": 1990, "display": "¥19.90"},
        {"fen": 3980, "display": "¥39.80"},
    )
    assert (page["limitPerOrder"], page["limitPerUser"]) == (2, 5)
    assert (page["openAudience"], page["joinAudience"], page["audienceTier"]) == ("ANYONE", "ANYONE", None)
    assert page["product"]["id"] == public_id("product", deal.product)
    assert page["product"]["options"] == [{"name": "规格", "values": ["0", "1"]}]
    assert page["product"]["coverUrl"].endswith("/media/demo/tea.png")
    assert [image["width"] for image in page["product"]["images"]] == [800]
    assert [(sku["id"], sku["optionValues"], sku["price"]["fen"], sku["available"]) for sku in page["skus"]] == [
        (public_id("offer", deal.offers[0]), ["0"], 1990, 100),
        (public_id("offer", deal.offers[1]), ["1"], 2990, 100),
    ]
    assert page["groups"] == {"edges": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"starts_at": timedelta(hours=1)}, "SCHEDULED"),
        ({"starts_at": timedelta(hours=-2), "ends_at": timedelta(hours=-1)}, "ENDED"),
        ({"status": DealStatus.PAUSED}, "PAUSED"),
        ({"status": DealStatus.TAKEN_DOWN}, "TAKEN_DOWN"),
    ],
)
async def test_a_deal_that_does_not_run_has_a_page_and_is_not_listed(
    api: Api, wechat: WeChat, changes: dict[str, Any], status: str
) -> None:
    now = await clock.now()
    terms: dict[str, Any] = {
        name: now + value if isinstance(value, timedelta) else value for name, value in changes.items()
    }
    deal = await a_deal(**terms)
    assert (await deal_page(api, deal))["status"] == status
    assert (await deals(api))["edges"] == []


async def test_a_draft_is_as_if_it_were_not_there(api: Api, wechat: WeChat) -> None:
    deal = await a_deal(status=DealStatus.DRAFT)
    deal_id, offer_id = public_id("deal", deal.id), public_id("offer", deal.offers[0])
    assert await api.outcome("DealPage", {"id": deal_id, "groups": 1}) is None
    for each in (deal_id, offer_id):
        assert await api.outcome(NODE, {"id": each}) is None
    assert (await deals(api))["edges"] == []


async def test_groups_to_join_come_with_the_fewest_seats_left_first_and_masked(api: Api, wechat: WeChat) -> None:
    deal = await a_deal(size=3)
    two_left = [await a_group(deal=deal, prefix=f"a{n}") for n in range(2)]
    one_left = await a_group(deal=deal, taken=2, prefix="b")
    held = await a_group(deal=deal, prefix="c")
    await joins(await a_buyer("d"), await held.now())
    await a_group(deal=deal, taken=3, prefix="full")
    full_by_a_hold = await a_group(deal=deal, taken=2, prefix="e")
    await joins(await a_buyer("f"), await full_by_a_hold.now())
    await opens(await a_buyer("pending"), deal)
    closing = await a_group(deal=deal, prefix="g")
    await Group.filter(id=closing.id).update(closes_at=await clock.now())
    edges = (await deal_page(api, deal))["groups"]["edges"]
    assert [edge["node"]["seatsLeft"] for edge in edges] == [1, 1, 2, 2]
    assert {edge["node"]["code"] for edge in edges} == {each.code for each in (*two_left, one_left, held)}
    assert {edge["node"]["leader"]["nickname"] for edge in edges} == {"小*明"}


async def test_pages_of_groups_stay_where_they_are_while_groups_come_and_go(api: Api, wechat: WeChat) -> None:
    deal = await a_deal(size=4)
    made = [await a_group(deal=deal, prefix=f"g{n}") for n in range(5)]
    document = """query($id: ID!, $after: String) { deal(id: $id) { groups(first: 2, after: $after) {
        edges { cursor node { code } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }"""
    codes: list[str] = []
    after, more = None, True
    while more:
        page = (await api.outcome(document, {"id": public_id("deal", deal.id), "after": after}))["groups"]
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        assert page["pageInfo"]["startCursor"] == page["edges"][0]["cursor"]
        codes += [edge["node"]["code"] for edge in page["edges"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        if len(codes) == 2:
            # One that was shown goes, and one comes that belongs before what was shown.
            await Group.filter(code=codes[0]).update(status=GroupStatus.FAILING)
            await a_group(deal=deal, taken=3, prefix="new")
    assert codes == [each.code for each in made]


async def test_deals_come_by_pages_those_that_end_first_at_the_top(api: Api, wechat: WeChat) -> None:
    now = await clock.now()
    made = [await a_deal(title=f"d{n}", ends_at=now + timedelta(days=3 - n // 2)) for n in range(5)]
    titles: list[str] = []
    after, more = None, True
    while more:
        page = await deals(api, first=2, after=after)
        titles += [edge["node"]["title"] for edge in page["edges"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        await Deal.filter(title=titles[0]).update(status=DealStatus.PAUSED)
    rows = {deal.title: deal for deal in await Deal.filter(id__in=[each.id for each in made])}
    assert titles == sorted(titles, key=lambda title: (rows[title].ends_at, rows[title].id))
    assert len(titles) == 5


async def test_taking_a_deal_down_takes_it_from_the_list_and_leaves_its_page(api: Api, wechat: WeChat) -> None:
    deal = await a_deal()
    await dealing.take_down(deal.id, reason="质量问题")
    assert (await deals(api))["edges"] == []
    assert (await deal_page(api, deal))["status"] == "TAKEN_DOWN"
    assert rules.HOLD > rules.LAST_SEAT_HOLD
