"""What everybody may read of a group, and what is one's own: complete and masked."""

import pytest

from app.accounts.models import User
from app.core.ids import new_id
from app.group_buying.models import Group
from schema.scalars import public_id
from tests.conftest import Api, WeChat
from tests.factories.accounts import a_token
from tests.factories.group_buying import (
    a_buyer,
    a_deal,
    a_group,
    group_of,
    joins,
    lapses,
    money_arrives,
    opens,
)
from tests.group_buying.asking import NODE, deal_page, group_page


async def test_a_groups_page_tells_who_is_in_it_the_leader_first_and_masked(api: Api, wechat: WeChat) -> None:
    group = await a_group(size=4, taken=3)
    await User.filter(id=group.members[1].id).update(nickname="欧阳娜娜", avatar_path="a/b.png")
    await joins(await a_buyer("holds"), await group.now())
    await Group.filter(id=group.id).update(leader_id=group.members[2].id)
    page = await group_page(api, group.code)
    assert page["id"] == public_id("group", group.id)
    assert (page["status"], page["reason"], page["assisted"], page["refundProgress"]) == ("FORMING", None, False, None)
    assert (page["size"], page["seatsTaken"], page["seatsHeld"], page["seatsLeft"]) == (4, 3, 1, 0)
    assert page["price"] == {"fen": 1990, "display": "¥19.90"}
    assert page["version"] == (await group.now()).version
    assert [seat["isLeader"] for seat in page["seats"]] == [True, False, False]
    shown = [seat["participant"]["nickname"] for seat in page["seats"]]
    assert shown == ["小*明", "小*明", "欧*娜"]
    assert page["seats"][2]["participant"]["avatarUrl"].endswith("/media/a/b.png")
    assert page["leader"]["nickname"] == "小*明"
    assert page["deal"]["id"] == public_id("deal", group.deal.id)
    assert page["deal"]["recommended"] == []


async def test_what_else_sells_is_recommended_with_its_price(api: Api, wechat: WeChat) -> None:
    group = await a_group()
    other = await a_deal(prices=(500,))
    page = await group_page(api, group.code)
    assert [(each["id"], each["price"]["fen"], each["soldCount"]) for each in page["deal"]["recommended"]] == [
        (public_id("product", other.product), 1000, 0)
    ]


async def test_a_group_that_is_pending_has_a_page_that_says_so(api: Api, wechat: WeChat) -> None:
    group = await group_of(await opens(await a_buyer(), await a_deal()))
    page = await group_page(api, group.code)
    assert (page["status"], page["expiresAt"], page["seats"]) == ("PENDING", None, [])
    assert (page["seatsTaken"], page["seatsHeld"], page["seatsLeft"]) == (0, 1, 2)


@pytest.mark.parametrize("code", ["G2222222222", "", "拼团", "S23456789AB", "x" * 5000])
async def test_a_code_that_is_none_names_no_group(api: Api, wechat: WeChat, code: str) -> None:
    token = await a_token((await a_buyer()).id)
    assert await api.outcome("GroupPage", {"code": code}) is None
    mine = await api.outcome("MySeat", {"code": code}, token=token)
    assert mine == {"seat": None, "eligibility": None}


async def test_my_seat_is_mine_and_counts_down_only_while_it_is_held(api: Api, wechat: WeChat) -> None:
    group, ben = await a_group(size=3), await a_buyer("ben")
    held = await joins(ben, await group.now())
    token = await a_token(ben.id)
    mine = (await api.outcome("MySeat", {"code": group.code}, token=token))["seat"]
    assert (mine["status"], mine["isLeader"], mine["order"]["status"]) == ("HELD", False, "UNPAID")
    assert mine["heldUntil"] == mine["order"]["payBy"]
    await money_arrives(held.order)
    mine = (await api.outcome("MySeat", {"code": group.code}, token=token))["seat"]
    assert (mine["status"], mine["heldUntil"], mine["order"]["payBy"]) == ("TAKEN", None, None)
    leader = (await api.outcome("MySeat", {"code": group.code}, token=await a_token(group.members[0].id)))["seat"]
    assert (leader["status"], leader["isLeader"]) == ("TAKEN", True)
    stranger = await api.data("MySeat", {"code": group.code}, token=await a_token((await a_buyer("eve")).id))
    assert stranger["viewer"] == {"seat": None, "eligibility": {"canJoin": True, "refusal": None}}
    assert await api.outcome("MySeat", {"code": group.code}) is None


async def test_my_seat_is_the_newest_of_those_i_had(api: Api, wechat: WeChat) -> None:
    group, ben = await a_group(size=3), await a_buyer("ben")
    await lapses(wechat, await joins(ben, await group.now()))
    token = await a_token(ben.id)
    asked = {"code": group.code}
    assert (await api.outcome("MySeat", asked, token=token))["seat"]["status"] == "RELEASED"
    await joins(ben, await group.now())
    assert (await api.outcome("MySeat", asked, token=token))["seat"]["status"] == "HELD"


async def test_eligibility_says_what_joining_would_be_answered(api: Api, wechat: WeChat) -> None:
    group = await a_group(size=2)
    member, stranger = await a_token(group.members[0].id), await a_token((await a_buyer("eve")).id)
    asked = {"code": group.code}
    refused = (await api.outcome("MySeat", asked, token=member))["eligibility"]
    assert (refused["canJoin"], refused["refusal"]["code"]) == (False, "ALREADY_IN_GROUP")
    await joins(await a_buyer("ben"), await group.now())
    refused = (await api.outcome("MySeat", asked, token=stranger, locale="en"))["eligibility"]
    assert refused == {
        "canJoin": False,
        "refusal": {"code": "GROUP_FULL", "message": "All seats of this group are taken."},
    }


async def test_every_id_that_is_given_can_be_opened_by_whoever_may_see_it(api: Api, wechat: WeChat) -> None:
    group = await a_group()
    ann, eve = await a_token(group.members[0].id), await a_token((await a_buyer("eve")).id)
    page = await group_page(api, group.code)
    sku = (await deal_page(api, group.deal))["skus"][0]["id"]
    public = {page["id"]: "Group", page["deal"]["id"]: "Deal", page["deal"]["product"]["id"]: "Product", sku: "Sku"}
    for each, typename in public.items():
        node = await api.outcome(NODE, {"id": each})
        assert (node["__typename"], node["id"]) == (typename, each)
    node = await api.outcome("NodeById", {"id": page["id"]})
    assert node == {"__typename": "Group", "id": page["id"], "code": group.code}
    order = public_id("order", group.orders[0])
    assert (await api.outcome(NODE, {"id": order}, token=ann))["status"] == "PAID_FORMING"
    assert await api.outcome(NODE, {"id": order}, token=eve) is None
    assert await api.outcome(NODE, {"id": order}) is None


@pytest.mark.parametrize("kind", ["group", "deal", "product", "offer", "order", "nonsense"])
async def test_an_id_of_nothing_is_null(api: Api, wechat: WeChat, kind: str) -> None:
    token = await a_token((await a_buyer()).id)
    for text in (public_id(kind, new_id()), "nonsense", "", "拼团", f"{kind}_", "x" * 5000):
        assert await api.outcome("NodeById", {"id": text}, token=token) is None
