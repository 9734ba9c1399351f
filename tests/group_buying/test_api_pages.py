"""What everybody may read of deals and groups, and what is one's own: complete, masked, page by page."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from tortoise.backends.base.client import BaseDBAsyncClient

from app.accounts.models import User
from app.core import clock
from app.core.db.connections import connection
from app.core.ids import new_id
from app.group_buying import rules
from app.group_buying.actions import dealing
from app.group_buying.models import Deal, Group
from app.group_buying.states import DealStatus, GroupStatus
from schema.inputs import to_cursor
from schema.scalars import public_id
from tests.conftest import Api, WeChat
from tests.factories.accounts import a_session
from tests.factories.group_buying import (
    Buyer,
    MadeDeal,
    a_buyer,
    a_deal,
    a_group,
    buyers,
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


async def test_a_deals_page_tells_all_of_it(api: Api, wechat: WeChat) -> None:
    deal = await a_deal(prices=(1990, 2990), limit_per_order=2, limit_per_user=5, size=3, window_seconds=3600)
    page = await _deal_page(api, deal)
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
    assert (await _deal_page(api, deal))["status"] == status
    assert (await _deals(api))["edges"] == []


async def test_a_draft_is_as_if_it_were_not_there(api: Api, wechat: WeChat) -> None:
    deal = await a_deal(status=DealStatus.DRAFT)
    deal_id, offer_id = public_id("deal", deal.id), public_id("offer", deal.offers[0])
    assert (await _data(api, "DealPage", {"id": deal_id, "groups": 1}))["deal"] is None
    for each in (deal_id, offer_id):
        assert (await _data(api, NODES, {"id": each}))["node"] is None
    assert (await _deals(api))["edges"] == []


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
    edges = (await _deal_page(api, deal))["groups"]["edges"]
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
        page = (await _data(api, document, {"id": public_id("deal", deal.id), "after": after}))["deal"]["groups"]
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        assert page["pageInfo"]["startCursor"] == page["edges"][0]["cursor"]
        codes += [edge["node"]["code"] for edge in page["edges"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        if len(codes) == 2:
            # One that was shown goes, and one comes that belongs before what was shown.
            await Group.filter(code=codes[0]).update(status=GroupStatus.FAILING)
            await a_group(deal=deal, taken=3, prefix="new")
    assert codes == [each.code for each in made]


async def _deals(api: Api, search: str | None = None, first: int = 10, after: str | None = None) -> dict[str, Any]:
    return dict((await _data(api, "Deals", {"first": first, "after": after, "search": search}))["deals"])


@pytest.mark.parametrize(
    ("search", "found"),
    [
        (None, {"龙井茶 三人团", "纯棉毛巾 拼团"}),
        ("", {"龙井茶 三人团", "纯棉毛巾 拼团"}),
        ("  ", {"龙井茶 三人团", "纯棉毛巾 拼团"}),
        ("龙井", {"龙井茶 三人团"}),
        ("龙井茶", {"龙井茶 三人团"}),
        ("毛巾", {"纯棉毛巾 拼团"}),
        ("纯棉 毛巾", {"纯棉毛巾 拼团"}),
        ("tea", {"龙井茶 三人团", "纯棉毛巾 拼团"}),
        ("ＴＥＡ", {"龙井茶 三人团", "纯棉毛巾 拼团"}),
        ("龙井 毛巾", set()),
        ("咖啡", set()),
        ("100%", set()),
        ("a_b", set()),
        ("' OR 1=1 --", set()),
    ],
)
async def test_deals_are_found_by_their_words_in_chinese_and_english(
    api: Api, wechat: WeChat, search: str | None, found: set[str]
) -> None:
    await a_deal()
    await a_deal(title="纯棉毛巾 拼团")
    edges = (await _deals(api, search))["edges"]
    assert {edge["node"]["title"] for edge in edges} == found


async def test_deals_come_by_pages_those_that_end_first_at_the_top(api: Api, wechat: WeChat) -> None:
    now = await clock.now()
    made = [await a_deal(title=f"d{n}", ends_at=now + timedelta(days=3 - n // 2)) for n in range(5)]
    titles: list[str] = []
    after, more = None, True
    while more:
        page = await _deals(api, first=2, after=after)
        titles += [edge["node"]["title"] for edge in page["edges"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        await Deal.filter(title=titles[0]).update(status=DealStatus.PAUSED)
    rows = {deal.title: deal for deal in await Deal.filter(id__in=[each.id for each in made])}
    assert titles == sorted(titles, key=lambda title: (rows[title].ends_at, rows[title].id))
    assert len(titles) == 5


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


FAR = to_cursor("2026-11-24T00:00:00+00:00", "x")
WRONG_CURSORS = ["nonsense", "", "拼团", to_cursor(1), to_cursor("a", "b"), to_cursor(None, None), FAR]


async def _bad_field(api: Api, document: str, variables: dict[str, Any], **who: str) -> str:
    answer = await api(document, variables, **who)
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT", error
    (wrong,) = error["extensions"]["fields"]
    assert wrong["message"]
    return ".".join(map(str, wrong["path"]))


@pytest.mark.parametrize("first", [0, -1, 101, 2**31 - 1])
async def test_a_page_has_1_to_100_entries(api: Api, wechat: WeChat, first: int) -> None:
    deal, token = public_id("deal", (await a_deal()).id), await _token(await a_buyer())
    for document, variables in (("Deals", {}), ("DealPage", {"id": deal, "groups": first}), ("MyOrders", {})):
        answer = await api(document, {"first": first, **variables}, token=token)
        assert answer["errors"][0]["extensions"]["code"] in {"BAD_USER_INPUT", "TOO_COMPLEX"}, answer
    assert await _bad_field(api, "Deals", {"first": 0}) == "first"
    assert "errors" not in await api("Deals", {"first": 100})


@pytest.mark.parametrize("cursor", WRONG_CURSORS)
async def test_a_cursor_that_was_never_given_is_refused(api: Api, wechat: WeChat, cursor: str) -> None:
    deal, token = public_id("deal", (await a_deal()).id), await _token(await a_buyer())
    groups = (
        "query($id: ID!, $after: String) { deal(id: $id) { groups(first: 1, after: $after) { edges { cursor } } } }"
    )
    assert await _bad_field(api, "Deals", {"first": 1, "after": cursor}) == "after"
    assert await _bad_field(api, "MyOrders", {"first": 1, "after": cursor}, token=token) == "after"
    assert await _bad_field(api, groups, {"id": deal, "after": cursor}) == "after"


@pytest.mark.parametrize(
    "key",
    [
        (1, "0001-01-01T00:00:00+00:00", "00000000-0000-0000-0000-000000000000"),
        (2**70, "9999-12-31T23:59:59+00:00", "ffffffff-ffff-ffff-ffff-ffffffffffff"),
        (1, "2026-11-24T00:00:00", "00000000-0000-0000-0000-000000000000"),
    ],
)
async def test_a_cursor_of_the_right_form_from_nowhere_does_no_harm(
    api: Api, wechat: WeChat, key: tuple[int, str, str]
) -> None:
    deal, token = public_id("deal", (await a_deal()).id), await _token(await a_buyer())
    groups = (
        "query($id: ID!, $after: String) { deal(id: $id) { groups(first: 1, after: $after) { edges { cursor } } } }"
    )
    for document, variables in (
        ("Deals", {"first": 1, "after": to_cursor(*key[1:])}),
        ("MyOrders", {"first": 1, "after": to_cursor(*key[1:])}),
        (groups, {"id": deal, "after": to_cursor(*key)}),
    ):
        answer = await api(document, variables, token=token)
        codes = {error["extensions"]["code"] for error in answer.get("errors", [])}
        assert codes <= {"BAD_USER_INPUT"}, answer


@pytest.mark.parametrize("text", ["nonsense", "", "deal_", "deal_拼团", "x" * 5000])
async def test_a_malformed_id_is_told_with_its_field(api: Api, wechat: WeChat, text: str) -> None:
    ann, deal = await a_buyer(), await a_deal()
    token = await _token(ann)
    right = {"dealId": public_id("deal", deal.id), "idempotencyKey": "k"}
    for name in ("dealId", "skuId", "addressId"):
        assert await _bad_field(api, "OpenGroup", {"input": right | {name: text}}, token=token) == f"input.{name}"
    for name in ("PayOrder", "CancelOrder"):
        variables = {"orderId": text, "idempotencyKey": "k"}
        assert await _bad_field(api, name, variables, token=token) == "input.orderId"
    assert await _bad_field(api, "ConfirmPayment", {"orderId": text}, token=token) == "input.orderId"
    assert await _bad_field(api, "MyOrder", {"id": text}, token=token) == "id"
    assert await _bad_field(api, "DealPage", {"id": text, "groups": 1}) == "id"


@pytest.mark.parametrize("key", ["", " ", "k" * 101, "a\x01b"])
async def test_a_key_has_1_to_100_characters(api: Api, wechat: WeChat, key: str) -> None:
    ann, deal = await a_buyer(), await a_deal()
    token = await _token(ann)
    opening = {"dealId": public_id("deal", deal.id), "idempotencyKey": key}
    assert await _bad_field(api, "OpenGroup", {"input": opening}, token=token) == "input.idempotencyKey"
    leaving = {"groupCode": "G2222222222", "idempotencyKey": key}
    assert await _bad_field(api, "LeaveGroup", leaving, token=token) == "input.idempotencyKey"


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"usePoints": 5}, "input.usePoints"),
        ({"quantity": 2**31}, "input.quantity"),
        ({"expectedAmountFen": 2**53}, "input.expectedAmountFen"),
        ({"expectedAmountFen": "19.90"}, "input.expectedAmountFen"),
        ({"idempotencyKey": "a\0b"}, "input.idempotencyKey"),
        ({"shareCode": "\0"}, "input.shareCode"),
        ({"color": "red"}, "input"),
    ],
)
async def test_input_that_is_no_input_is_told_with_its_field(
    api: Api, wechat: WeChat, changes: dict[str, Any], path: str
) -> None:
    ann, deal = await a_buyer(), await a_deal()
    opening = {"dealId": public_id("deal", deal.id), "idempotencyKey": "k"} | changes
    told = await _bad_field(api, "OpenGroup", {"input": opening}, token=await _token(ann))
    assert told.startswith(path)


async def test_a_nul_in_a_search_is_told_with_its_field(api: Api, wechat: WeChat) -> None:
    assert await _bad_field(api, "Deals", {"first": 1, "search": "茶\0"}) == "search"
    assert await _bad_field(api, "Deals", {"first": 1, "search": "茶" * 101}) == "filter.search"
    answer = await api('{ deals(first: 1, filter: {search: "\\u0000"}) { edges { cursor } } }')
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@asynccontextmanager
async def _statements(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[str]]:
    """The statements that are sent to the database meanwhile."""
    sent: list[str] = []
    kind = type(connection())

    def counted(name: str) -> None:
        original = getattr(kind, name)

        async def count(self: BaseDBAsyncClient, query: str, *values: Any) -> Any:
            sent.append(query)
            return await original(self, query, *values)

        monkeypatch.setattr(kind, name, count)

    with monkeypatch.context():
        for name in ("execute_query", "execute_query_dict"):
            counted(name)
        yield sent
    monkeypatch.undo()


async def test_a_groups_page_costs_the_same_statements_however_many_seats_are_taken(
    api: Api, wechat: WeChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        await a_deal(title=f"d{number}")
    small = await a_group(size=50, taken=2, prefix="small")
    large = await a_group(size=50, taken=30, prefix="large")
    counts = []
    for group in (small, large):
        async with _statements(monkeypatch) as sent:
            page = await _group_page(api, group.code)
        assert len(page["seats"]) == (await group.now()).taken
        counts.append(len(sent))
    assert counts[0] == counts[1]
    assert counts[0] <= 12, counts


async def test_lists_cost_the_same_statements_however_long_they_are(
    api: Api, wechat: WeChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = []
    deal = await a_deal(size=5)
    ann = await a_buyer("ann")
    token = await _token(ann)
    for friend in await buyers(3):
        await a_deal()
        group = await a_group(deal=deal, prefix=friend.name)
        held = await joins(ann, await group.now())
        await money_arrives(held.order)
        async with _statements(monkeypatch) as sent:
            await _deals(api)
            await _deal_page(api, deal)
            await _data(api, "MyOrders", {"first": 10}, token=token)
        counts.append(len(sent))
    assert len(set(counts)) == 1, counts


async def test_taking_a_deal_down_takes_it_from_the_list_and_leaves_its_page(api: Api, wechat: WeChat) -> None:
    deal = await a_deal()
    await dealing.take_down(deal.id, reason="质量问题")
    assert (await _deals(api))["edges"] == []
    assert (await _deal_page(api, deal))["status"] == "TAKEN_DOWN"
    assert rules.HOLD > rules.LAST_SEAT_HOLD
