"""What staff do with deals: each verb as its rule says, with one entry in the log; a refused one leaves nothing."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from app.accounts.models import Role
from app.audit_log import queries as audit_log
from app.catalog import actions as catalog
from app.catalog.models import Sku
from app.core import audit, clock
from app.core.ids import new_id, to_public
from app.group_buying.audit import CHECKS
from app.group_buying.models import Deal, Group, Offer
from app.group_buying.states import DealStatus, GroupFailure, GroupStatus
from app.orders.models import Order
from app.orders.states import OrderStatus
from tests.conftest import Api
from tests.factories.accounts import a_token, staff
from tests.factories.group_buying import MadeDeal, a_buyer, a_deal, a_group, joins, money_arrives, opens
from tests.factories.rows import everything

pytestmark = pytest.mark.usefixtures("database")

_FIELDS = """__typename
  ... on StaffDeal { version takenDownReason noDelivery deal { id title status size price { fen } }
    offers { skuId price { fen } quota quotaLeft closed } }
  ... on DealMoveRefused { status } ... on UserError { code }
  ... on GroupPriceTooHigh { soloPrice { fen } }"""
_INPUTS = {"createDeal": "CreateDealInput", "editDeal": "EditDealInput", "takeDownDeal": "TakeDownDealInput"}


_PRICED, _MOVED = "... on GroupPriceTooHigh { soloPrice { fen } }", "... on DealMoveRefused { status }"
#: What is no member of a verb's result.
_NEVER_ANSWERED = {"createDeal": _MOVED, "pauseDeal": _PRICED, "endDeal": _PRICED, "takeDownDeal": _PRICED}


async def _do(api: Api, verb: str, given: dict[str, Any], token: str) -> dict[str, Any]:
    fields = _FIELDS.replace(_NEVER_ANSWERED.get(verb, ""), "")
    return dict(await api.mutate(verb, given, fields, token=token, input_type=_INPUTS.get(verb, "MoveDealInput")))


async def _merchant(role: Role = Role.MERCHANT) -> str:
    return await a_token(await staff(role, username=role.value.lower()))


async def _skus(deal: MadeDeal) -> list[Sku]:
    return await Sku.filter(product_id=deal.product).order_by("position")


async def _terms(skus: Sequence[Sku], **changes: Any) -> dict[str, Any]:
    now = await clock.now()
    return {
        "title": "龙井茶 三人团",
        "description": "明前",
        "startsAt": (now - timedelta(hours=1)).isoformat(),
        "endsAt": (now + timedelta(days=7)).isoformat(),
        "size": 3,
        "windowSeconds": 86400,
        "offers": [{"skuId": to_public("sku", sku.id), "priceFen": 990, "quota": 50} for sku in skus],
    } | changes


def _seen(deal: MadeDeal, version: int = 1) -> dict[str, Any]:
    return {"id": to_public("deal", deal.id), "expectedVersion": version}


async def _entries() -> list[str]:
    return [each.verb for each in await audit_log.page(limit=50, verb="deal.")]


async def test_a_deal_is_drafted_scheduled_and_then_seen_by_everybody(api: Api) -> None:
    made = await a_deal(prices=(1990, 2990))
    token = await _merchant(Role.MARKETER)
    given = {
        "productId": to_public("product", made.product),
        "terms": await _terms(await _skus(made)),
        "idempotencyKey": "k",
    }
    drafted = await _do(api, "createDeal", given, token)
    deal = drafted["deal"]
    assert (deal["status"], deal["size"], drafted["version"]) == ("DRAFT", 3, 1)
    assert [offer["quota"] for offer in drafted["offers"]] == [50, 50]
    assert (await _do(api, "createDeal", given, token))["deal"]["id"] == deal["id"]
    node = "query($id: ID!) { node(id: $id) { id } }"
    assert (await api(node, {"id": deal["id"]}))["data"]["node"] is None
    scheduled = await _do(api, "scheduleDeal", {"id": deal["id"], "expectedVersion": 1}, token)
    assert (scheduled["deal"]["status"], scheduled["version"]) == ("RUNNING", 2)
    assert (await api(node, {"id": deal["id"]}))["data"]["node"] == {"id": deal["id"]}
    assert await _entries() == ["deal.schedule", "deal.create"]


async def _status_of(api: Api, deal: str) -> str:
    return str((await api("query($id: ID!) { deal(id: $id) { status } }", {"id": deal}))["data"]["deal"]["status"])


async def test_a_deal_is_scheduled_before_its_start_runs_in_its_time_and_has_ended_after_it(api: Api) -> None:
    made, now = await a_deal(), await clock.now()
    starts_at, ends_at = now + timedelta(hours=1), now + timedelta(hours=2)
    terms = await _terms(await _skus(made), startsAt=starts_at.isoformat(), endsAt=ends_at.isoformat())
    given = {"productId": to_public("product", made.product), "terms": terms, "idempotencyKey": "k"}
    token = await _merchant()
    deal = (await _do(api, "createDeal", given, token))["deal"]["id"]
    scheduled = await _do(api, "scheduleDeal", {"id": deal, "expectedVersion": 1}, token)
    assert scheduled["deal"]["status"] == "SCHEDULED"
    passed = []
    for _ in range(2):
        await clock.move(3601)
        passed.append(await _status_of(api, deal))
    assert passed == ["RUNNING", "ENDED"]


#: How a draft comes to be in each status; its time has begun unless that is SCHEDULED.
_BEFORE = {
    "DRAFT": [],
    "SCHEDULED": ["schedule"],
    "RUNNING": ["schedule"],
    "PAUSED": ["schedule", "pause"],
    "ENDED": ["schedule", "end"],
}


@pytest.mark.parametrize("status", _BEFORE)
async def test_a_deal_is_taken_down_from_any_status_and_its_reason_is_kept(api: Api, status: str) -> None:
    made, token = await a_deal(), await _merchant()
    later = {"startsAt": (await clock.now() + timedelta(days=1)).isoformat()} if status == "SCHEDULED" else {}
    given = {"productId": to_public("product", made.product), "terms": await _terms(await _skus(made), **later)}
    seen = await _do(api, "createDeal", given | {"idempotencyKey": "k"}, token)
    deal = seen["deal"]["id"]
    for move in _BEFORE[status]:
        seen = await _do(api, f"{move}Deal", {"id": deal, "expectedVersion": seen["version"]}, token)
    assert seen["deal"]["status"] == status
    down = {"id": deal, "expectedVersion": seen["version"], "reason": "质量问题"}
    taken = await _do(api, "takeDownDeal", down, token)
    assert (taken["deal"]["status"], taken["takenDownReason"]) == ("TAKEN_DOWN", "质量问题")


async def test_a_deal_pauses_resumes_and_ends_and_its_groups_go_on(api: Api) -> None:
    token = await _merchant()
    group = await a_group(size=3, taken=1)
    deal = group.deal
    paused = await _do(api, "pauseDeal", _seen(deal), token)
    assert paused["deal"]["status"] == "PAUSED"
    await joins(await a_buyer("bob"), await group.now())
    assert (await _do(api, "resumeDeal", _seen(deal, 2), token))["deal"]["status"] == "RUNNING"
    assert (await _do(api, "endDeal", _seen(deal, 3), token))["deal"]["status"] == "ENDED"
    refused = await _do(api, "resumeDeal", _seen(deal, 4), token)
    assert (refused["code"], refused["status"]) == ("DEAL_MOVE_REFUSED", "ENDED")
    assert (await group.now()).status is GroupStatus.FORMING
    assert await _entries() == ["deal.end", "deal.resume", "deal.pause"]


async def test_a_deal_taken_down_fails_its_groups_with_refunds(api: Api) -> None:
    token = await _merchant()
    group = await a_group(size=3, taken=2)
    taken = await _do(api, "takeDownDeal", _seen(group.deal) | {"reason": "质量问题"}, token)
    assert (taken["deal"]["status"], taken["takenDownReason"]) == ("TAKEN_DOWN", "质量问题")
    now = await group.now()
    assert (now.status, now.reason) == (GroupStatus.FAILING, GroupFailure.TAKEN_DOWN)
    (entry,) = await audit_log.page(limit=50, verb="deal.")
    assert (entry.verb, entry.reason, entry.target_id) == ("deal.take_down", "质量问题", group.deal.id)
    again = await _do(api, "takeDownDeal", _seen(group.deal, 2) | {"reason": "again"}, token)
    assert again["code"] == "DEAL_MOVE_REFUSED"
    assert len(await _entries()) == 1


async def test_an_edit_touches_new_groups_only(api: Api) -> None:
    token = await _merchant()
    group = await a_group(size=3, taken=1)
    deal = group.deal
    pending = await opens(await a_buyer("dan"), deal)
    terms = await _terms(await _skus(deal), size=5, windowSeconds=3600, noDelivery=["西藏自治区"])
    edited = await _do(api, "editDeal", _seen(deal) | {"terms": terms}, token)
    assert (edited["deal"]["size"], edited["deal"]["price"]["fen"]) == (5, 990)
    assert edited["noDelivery"] == ["西藏自治区"]
    held = await joins(await a_buyer("bob"), await group.now())
    assert (await Order.get(id=held.order)).amount_fen == 1990
    opened = await opens(await a_buyer("cai"), deal)
    assert ((await Group.get(id=opened.group)).size, (await Order.get(id=opened.order)).amount_fen) == (5, 990)
    assert (await Offer.get(deal_id=deal.id)).quota_left == 50 - 4
    # The window of one that waits for its leader's money is what it was when she opened it.
    for held, hours in ((pending, 24), (opened, 1)):
        await money_arrives(held.order)
        forming = await Group.get(id=held.group)
        assert forming.expires_at is not None
        left = forming.expires_at - await clock.now()
        assert timedelta(hours=hours, minutes=-1) < left <= timedelta(hours=hours)
    assert await audit.run(CHECKS) == []
    (entry,) = await audit_log.page(limit=50, verb="deal.edit")
    assert entry.detail["size"] == [3, 5]


async def test_a_sku_taken_out_is_sold_by_earlier_groups_alone(api: Api) -> None:
    token = await _merchant()
    deal = await a_deal(prices=(1990, 2990))
    held = await opens(await a_buyer(), deal, offer=deal.offers[0])
    await money_arrives(held.order)
    first, second = await _skus(deal)
    edited = await _do(api, "editDeal", _seen(deal) | {"terms": await _terms([second])}, token)
    closed = {offer["skuId"]: offer["closed"] for offer in edited["offers"]}
    assert closed == {to_public("sku", first.id): True, to_public("sku", second.id): False}
    page = await api("query($id: ID!) { deal(id: $id) { skus { id } price { fen } } }", {"id": _seen(deal)["id"]})
    assert len(page["data"]["deal"]["skus"]) == 1
    await joins(await a_buyer("bob"), await Group.get(id=held.group), offer=deal.offers[0])
    with_both = await _terms([first, second])
    back = await _do(api, "editDeal", _seen(deal, 2) | {"terms": with_both}, token)
    assert not any(offer["closed"] for offer in back["offers"])
    assert await audit.run(CHECKS) == []


async def test_a_quota_does_not_fall_below_what_is_held_and_sold(api: Api) -> None:
    token = await _merchant()
    group = await a_group(size=3, taken=2)
    before = await everything()
    terms = await _terms(await _skus(group.deal))
    terms["offers"][0]["quota"] = 1
    assert (await _do(api, "editDeal", _seen(group.deal) | {"terms": terms}, token))["code"] == "QUOTA_TOO_SMALL"
    assert await everything() == before
    terms["offers"][0]["quota"] = 2
    await _do(api, "editDeal", _seen(group.deal) | {"terms": terms}, token)
    assert (await Offer.get(deal_id=group.deal.id)).quota_left == 0


@pytest.mark.parametrize("price_fen", [3980, 3981])
async def test_in_a_group_it_always_costs_less_than_alone(api: Api, price_fen: int) -> None:
    token = await _merchant()
    deal = await a_deal(prices=(1990,))
    terms = await _terms(await _skus(deal))
    terms["offers"][0]["priceFen"] = price_fen
    new = {"productId": to_public("product", deal.product), "terms": terms, "idempotencyKey": "k"}
    before = await everything()
    assert (await _do(api, "createDeal", new, token))["code"] == "GROUP_PRICE_TOO_HIGH"
    refused = await _do(api, "editDeal", _seen(deal) | {"terms": terms}, token)
    assert (refused["code"], refused["soloPrice"]["fen"]) == ("GROUP_PRICE_TOO_HIGH", 3980)
    assert await everything() == before


async def test_a_draft_that_has_become_as_dear_as_buying_alone_is_not_scheduled(api: Api) -> None:
    token = await _merchant()
    deal = await a_deal(prices=(1990,), status=DealStatus.DRAFT)
    (sku,) = await _skus(deal)
    await catalog.price_sku(by=await staff(Role.MERCHANT), sku=sku.id, price_fen=1990, expected_version=1)
    before = await everything()
    refused = await _do(api, "scheduleDeal", _seen(deal), token)
    assert (refused["code"], refused["soloPrice"]["fen"]) == ("GROUP_PRICE_TOO_HIGH", 1990)
    assert await everything() == before


@pytest.mark.parametrize("status", [DealStatus.SCHEDULED, DealStatus.RUNNING, DealStatus.PAUSED])
async def test_a_sku_is_never_priced_down_to_what_a_deal_asks_for_it_in_a_group(api: Api, status: DealStatus) -> None:
    token = await _merchant()
    now = await clock.now()
    starts_at = now + timedelta(days=1) if status is DealStatus.SCHEDULED else now
    deal = await a_deal(prices=(1990,), starts_at=starts_at)
    if status is DealStatus.PAUSED:
        await _do(api, "pauseDeal", _seen(deal), token)
    (sku,) = await _skus(deal)
    given = {"skuId": to_public("sku", sku.id), "priceFen": 1990, "expectedVersion": 1}
    before = await everything()
    answer = await api(_PRICE, {"input": given}, token=token)
    assert answer["data"]["priceSku"] == {
        "code": "SOLO_PRICE_TOO_LOW",
        "message": "单独购买价须高于活动的拼团价。",
        "dealId": to_public("deal", deal.id),
        "groupPrice": {"fen": 1990},
    }
    assert await everything() == before
    await api(_PRICE, {"input": given | {"priceFen": 1991}}, token=token)
    assert (await Sku.get(id=sku.id)).price_fen == 1991


async def test_a_sku_costs_alone_whatever_it_may_once_no_deal_sells_it(api: Api) -> None:
    token = await _merchant()
    deal = await a_deal(prices=(1990, 2990))
    first, second = await _skus(deal)
    await _do(api, "editDeal", _seen(deal) | {"terms": await _terms([second])}, token)
    for version, sku in enumerate((first, second), start=1):
        if sku is second:
            await _do(api, "endDeal", _seen(deal, 2), token)
        given = {"skuId": to_public("sku", sku.id), "priceFen": 1, "expectedVersion": version}
        await api(_PRICE, {"input": given}, token=token)
    assert {each.price_fen for each in await _skus(deal)} == {1}


_PRICE = """mutation($input: PriceSkuInput!) { priceSku(input: $input) {
  ... on SoloPriceTooLow { code message dealId groupPrice { fen } } ... on Refusal { code } } }"""


@pytest.mark.parametrize("verb", ["pauseDeal", "endDeal", "takeDownDeal", "editDeal"])
async def test_whoever_saw_an_older_deal_is_told_and_changes_nothing(api: Api, verb: str) -> None:
    token = await _merchant()
    deal = await a_deal()
    given = _seen(deal, 7)
    if verb == "takeDownDeal":
        given["reason"] = "x"
    if verb == "editDeal":
        given["terms"] = await _terms(await _skus(deal))
    before = await everything()
    assert (await _do(api, verb, given, token))["code"] == "STALE"
    assert await everything() == before


async def test_no_deal_begins_over_a_product_that_is_off_sale(api: Api) -> None:
    token = await _merchant()
    deal = await a_deal(status=DealStatus.DRAFT)
    await catalog.set_on_sale(by=await staff(Role.ADMIN), product=deal.product, on_sale=False, expected_version=1)
    before = await everything()
    assert (await _do(api, "scheduleDeal", _seen(deal), token))["code"] == "PRODUCT_NOT_FOUND"
    assert await everything() == before


async def test_a_draft_whose_time_is_over_cannot_be_scheduled(api: Api) -> None:
    token = await _merchant()
    now = await clock.now()
    deal = await a_deal(status=DealStatus.DRAFT, starts_at=now - timedelta(days=2), ends_at=now - timedelta(days=1))
    before = await everything()
    refused = await _do(api, "scheduleDeal", _seen(deal), token)
    assert (refused["code"], refused["status"]) == ("DEAL_MOVE_REFUSED", "DRAFT")
    assert await everything() == before


async def test_a_sku_of_another_product_is_not_found(api: Api) -> None:
    token = await _merchant()
    deal, other = await a_deal(), await a_deal()
    terms = await _terms(await _skus(other))
    before = await everything()
    assert (await _do(api, "editDeal", _seen(deal) | {"terms": terms}, token))["code"] == "TARGET_NOT_FOUND"
    assert await everything() == before


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"size": 1}, "size"),
        ({"size": 101}, "size"),
        ({"windowSeconds": 59}, "windowSeconds"),
        ({"title": ""}, "title"),
        ({"offers": []}, "offers"),
        ({"limitPerUser": 0}, "limitPerUser"),
        ({"endsAt": "2020-01-01T00:00:00+08:00"}, "endsAt"),
        ({"noDelivery": ["x" * 31]}, "noDelivery.0"),
    ],
)
async def test_malformed_terms_are_bad_user_input(api: Api, changes: dict[str, Any], path: str) -> None:
    token = await _merchant()
    deal = await a_deal()
    terms = await _terms(await _skus(deal), **changes)
    document = "mutation($input: EditDealInput!) { editDeal(input: $input) { __typename } }"
    before = await everything()
    given = {"input": _seen(deal) | {"terms": terms}}
    assert await api.bad_field(document, given, token=token) == f"input.terms.{path}"
    assert await everything() == before


_DEALS = """query($status: DealStatus, $search: String, $after: String) { staff {
  deals(first: 2, status: $status, search: $search, after: $after) { edges { node { deal { id status } version } }
    pageInfo { hasNextPage endCursor } } } }"""


async def test_staff_list_deals_by_the_status_that_they_have_now(api: Api) -> None:
    token = await _merchant(Role.SUPPORT)
    now = await clock.now()
    past, future = now - timedelta(days=2), now + timedelta(days=2)
    made = {
        "DRAFT": await a_deal(status=DealStatus.DRAFT),
        "SCHEDULED": await a_deal(starts_at=future, ends_at=future + timedelta(days=1)),
        "RUNNING": await a_deal(),
        "PAUSED": await a_deal(status=DealStatus.PAUSED),
        "ENDED": await a_deal(starts_at=past, ends_at=now - timedelta(days=1)),
        "TAKEN_DOWN": await a_deal(status=DealStatus.TAKEN_DOWN),
    }
    for status, deal in made.items():
        listed = (await api(_DEALS, {"status": status}, token=token))["data"]["staff"]["deals"]["edges"]
        assert [edge["node"]["deal"] for edge in listed] == [{"id": to_public("deal", deal.id), "status": status}]
    seen, after = set(), None
    for _ in range(3):
        listed = (await api(_DEALS, {"after": after}, token=token))["data"]["staff"]["deals"]
        seen |= {edge["node"]["deal"]["id"] for edge in listed["edges"]}
        after = listed["pageInfo"]["endCursor"]
    assert len(seen) == len(made)
    assert not listed["pageInfo"]["hasNextPage"]
    await Deal.filter(id=made["RUNNING"].id).update(search_text=" 普洱 ")
    found = (await api(_DEALS, {"search": "普洱"}, token=token))["data"]["staff"]["deals"]["edges"]
    assert len(found) == 1


_GROUPS = """query($dealId: ID, $status: GroupStatus) { staff { groups(first: 5, dealId: $dealId, status: $status) {
  edges { node { group { code } deal { id } leader { nickname } seats { status quantity buyer { nickname } orderId } } }
} } }"""


async def test_staff_see_who_is_in_a_group(api: Api) -> None:
    token = await _merchant(Role.SUPPORT)
    group = await a_group(size=4, taken=2)
    await joins(await a_buyer("bob"), await group.now())
    await a_group(prefix="other")
    (edge,) = (await api(_GROUPS, {"dealId": _seen(group.deal)["id"]}, token=token))["data"]["staff"]["groups"]["edges"]
    node = edge["node"]
    assert node["group"]["code"] == group.code
    assert [seat["status"] for seat in node["seats"]] == ["TAKEN", "TAKEN", "HELD"]
    assert node["seats"][2]["buyer"]["nickname"] == "小bob明"
    assert (await Order.filter(status=OrderStatus.UNPAID).count()) == 1
    listed = (await api(_GROUPS, {"status": "FORMING"}, token=token))["data"]["staff"]["groups"]["edges"]
    assert len(listed) == 2
    of_nothing = await api(_GROUPS, {"dealId": to_public("deal", new_id())}, token=token)
    assert of_nothing["data"]["staff"]["groups"]["edges"] == []


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.HOST, Role.COMMUNITY_MANAGER])
async def test_only_who_keeps_deals_may_change_them(api: Api, role: Role) -> None:
    token = await _merchant(role)
    deal = await a_deal()
    before = await everything()
    document = "mutation($input: MoveDealInput!) { pauseDeal(input: $input) { __typename } }"
    assert await api.error_code(document, {"input": _seen(deal)}, token=token) == "FORBIDDEN"
    assert await everything() == before
