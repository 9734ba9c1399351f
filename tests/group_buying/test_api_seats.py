"""What everybody may read of a group, and what is one's own: complete and masked."""

from typing import Any

import pytest

from app.accounts.models import User
from app.core.ids import new_id
from app.group_buying.models import Group
from schema.scalars import public_id
from tests.conftest import Api, WeChat
from tests.factories.accounts import a_session
from tests.factories.group_buying import (
    Buyer,
    MadeDeal,
    a_buyer,
    a_deal,
    a_group,
    group_of,
    joins,
    lapses,
    money_arrives,
    opens,
)

NODES = """
  query($id: ID!) { node(id: $id) { __typename id
    ... on Order { status } ... on Sku { price { fen } } ... on Product { title } } }
"""


async def _token(buyer: Buyer) -> str:
    return (await a_session(buyer.id)).access_token


async def _data(api: Api, document: str, variables: dict[str, Any], **who: str) -> dict[str, Any]:
    answer = await api(document, variables, **who)
    assert "errors" not in answer, answer
    return dict(answer["data"])


async def _deal_page(api: Api, deal: MadeDeal, groups: int = 10) -> dict[str, Any]:
    return dict((await _data(api, "DealPage", {"id": public_id("deal", deal.id), "groups": groups}))["deal"])


async def _group_page(api: Api, code: str) -> dict[str, Any]:
    return dict((await _data(api, "GroupPage", {"code": code}))["group"])


async def test_a_groups_page_tells_who_is_in_it_the_leader_first_and_masked(api: Api, wechat: WeChat) -> None:
    group = await a_group(size=4, taken=3)
    await User.filter(id=group.members[1].id).update(nickname="欧阳娜娜", avatar_path="a/b.png")
    await joins(await a_buyer("holds"), await group.now())
    await Group.filter(id=group.id).update(leader_id=group.members[2].id)
    page = await _group_page(api, group.code)
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
    page = await _group_page(api, group.code)
    assert [(each["id"], each["price"]["fen"], each["soldCount"]) for each in page["deal"]["recommended"]] == [
        (public_id("product", other.product), 1000, 0)
    ]


async def test_a_group_that_is_pending_has_a_page_that_says_so(api: Api, wechat: WeChat) -> None:
    group = await group_of(await opens(await a_buyer(), await a_deal()))
    page = await _group_page(api, group.code)
    assert (page["status"], page["expiresAt"], page["seats"]) == ("PENDING", None, [])
    assert (page["seatsTaken"], page["seatsHeld"], page["seatsLeft"]) == (0, 1, 2)


@pytest.mark.parametrize("code", ["G2222222222", "", "拼团", "S23456789AB", "x" * 5000])
async def test_a_code_that_is_none_names_no_group(api: Api, wechat: WeChat, code: str) -> None:
    token = await _token(await a_buyer())
    assert (await _data(api, "GroupPage", {"code": code}))["group"] is None
    mine = (await _data(api, "MySeat", {"code": code}, token=token))["viewer"]
    assert mine == {"seat": None, "eligibility": None}


async def test_my_seat_is_mine_and_counts_down_only_while_it_is_held(api: Api, wechat: WeChat) -> None:
    group, ben = await a_group(size=3), await a_buyer("ben")
    held = await joins(ben, await group.now())
    token = await _token(ben)
    mine = (await _data(api, "MySeat", {"code": group.code}, token=token))["viewer"]["seat"]
    assert (mine["status"], mine["isLeader"], mine["order"]["status"]) == ("HELD", False, "UNPAID")
    assert mine["heldUntil"] == mine["order"]["payBy"]
    await money_arrives(held.order)
    mine = (await _data(api, "MySeat", {"code": group.code}, token=token))["viewer"]["seat"]
    assert (mine["status"], mine["heldUntil"], mine["order"]["payBy"]) == ("TAKEN", None, None)
    leader = (await _data(api, "MySeat", {"code": group.code}, token=await _token(group.members[0])))["viewer"]["seat"]
    assert (leader["status"], leader["isLeader"]) == ("TAKEN", True)
    stranger = await _data(api, "MySeat", {"code": group.code}, token=await _token(await a_buyer("eve")))
    assert stranger["viewer"] == {"seat": None, "eligibility": {"canJoin": True, "refusal": None}}
    assert (await _data(api, "MySeat", {"code": group.code}))["viewer"] is None


async def test_my_seat_is_the_newest_of_those_i_had(api: Api, wechat: WeChat) -> None:
    group, ben = await a_group(size=3), await a_buyer("ben")
    await lapses(wechat, await joins(ben, await group.now()))
    token = await _token(ben)
    asked = {"code": group.code}
    assert (await _data(api, "MySeat", asked, token=token))["viewer"]["seat"]["status"] == "RELEASED"
    await joins(ben, await group.now())
    assert (await _data(api, "MySeat", asked, token=token))["viewer"]["seat"]["status"] == "HELD"


async def test_eligibility_says_what_joining_would_be_answered(api: Api, wechat: WeChat) -> None:
    group = await a_group(size=2)
    member, stranger = await _token(group.members[0]), await _token(await a_buyer("eve"))
    asked = {"code": group.code}
    refused = (await _data(api, "MySeat", asked, token=member))["viewer"]["eligibility"]
    assert (refused["canJoin"], refused["refusal"]["code"]) == (False, "ALREADY_IN_GROUP")
    await joins(await a_buyer("ben"), await group.now())
    refused = (await _data(api, "MySeat", asked, token=stranger, locale="en"))["viewer"]["eligibility"]
    assert refused == {
        "canJoin": False,
        "refusal": {"code": "GROUP_FULL", "message": "All seats of this group are taken."},
    }


async def test_every_id_that_is_given_can_be_opened_by_whoever_may_see_it(api: Api, wechat: WeChat) -> None:
    group = await a_group()
    ann, eve = await _token(group.members[0]), await _token(await a_buyer("eve"))
    page = await _group_page(api, group.code)
    sku = (await _deal_page(api, group.deal))["skus"][0]["id"]
    public = {page["id"]: "Group", page["deal"]["id"]: "Deal", page["deal"]["product"]["id"]: "Product", sku: "Sku"}
    for each, typename in public.items():
        node = (await _data(api, NODES, {"id": each}))["node"]
        assert (node["__typename"], node["id"]) == (typename, each)
    node = (await _data(api, "NodeById", {"id": page["id"]}))["node"]
    assert node == {"__typename": "Group", "id": page["id"], "code": group.code}
    order = public_id("order", group.orders[0])
    assert (await _data(api, NODES, {"id": order}, token=ann))["node"]["status"] == "PAID_FORMING"
    assert (await _data(api, NODES, {"id": order}, token=eve))["node"] is None
    assert (await _data(api, NODES, {"id": order}))["node"] is None


@pytest.mark.parametrize("kind", ["group", "deal", "product", "offer", "order", "nonsense"])
async def test_an_id_of_nothing_is_null(api: Api, wechat: WeChat, kind: str) -> None:
    token = await _token(await a_buyer())
    for text in (public_id(kind, new_id()), "nonsense", "", "拼团", f"{kind}_", "x" * 5000):
        assert (await _data(api, "NodeById", {"id": text}, token=token))["node"] is None
