"""Every refusal in the areas key, deal, group and order: typed, in both languages, and nothing has changed."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from app.accounts.models import Address, Role, UserRole
from app.core import clock
from app.core.ids import new_id, to_public
from app.group_buying import rules
from app.group_buying.actions import dealing
from app.group_buying.states import Audience, DealStatus
from tests.conftest import Api, WeChat
from tests.factories.accounts import a_session
from tests.factories.group_buying import (
    Buyer,
    MadeDeal,
    a_buyer,
    a_deal,
    a_group,
    joins,
    lapses,
    money_arrives,
    opens,
)
from tests.factories.rows import everything


@dataclass
class Case:
    """What is asked by whom, and what the answer's data must be."""

    document: str
    variables: dict[str, Any]
    who: Buyer
    data: dict[str, Any] = field(default_factory=dict)


def _input(buyer: Buyer, **given: Any) -> dict[str, Any]:
    return {"input": {"addressId": to_public("address", buyer.address), "idempotencyKey": str(new_id())} | given}


def _opens(buyer: Buyer, deal: MadeDeal, **given: Any) -> dict[str, Any]:
    return _input(buyer, dealId=to_public("deal", deal.id), **given)


def _joins(buyer: Buyer, code: str, **given: Any) -> dict[str, Any]:
    return _input(buyer, groupCode=code, **given)


async def idempotency_key_reused(_: WeChat) -> Case:
    group = await a_group()
    bob = await a_buyer("bob")
    held = await joins(bob, await group.now())
    del held
    key = (await _key_of(bob)).key
    return Case("JoinGroup", _joins(bob, group.code, quantity=2, idempotencyKey=key), bob)


async def _key_of(buyer: Buyer) -> Any:
    from app.core.models import IdempotencyKey  # noqa: PLC0415 - only this case looks at keys

    return await IdempotencyKey.get(user_id=buyer.id)


async def target_not_found(_: WeChat) -> Case:
    ann, deal = await a_buyer(), await a_deal()
    return Case("OpenGroup", _opens(ann, deal, couponIds=["coupon_x"]), ann)


async def deal_not_found(_: WeChat) -> Case:
    ann = await a_buyer()
    return Case("OpenGroup", _input(ann, dealId=to_public("deal", new_id())), ann)


async def deal_not_running(_: WeChat) -> Case:
    ann = await a_buyer()
    starts = await clock.now() + timedelta(hours=1)
    deal = await a_deal(starts_at=starts)
    return Case(_OPEN, _opens(ann, deal), ann, {"startsAt": starts.isoformat()})


async def deal_paused(_: WeChat) -> Case:
    ann, deal = await a_buyer(), await a_deal(status=DealStatus.PAUSED)
    return Case(_OPEN, _opens(ann, deal), ann, {"startsAt": None})


async def sku_required(_: WeChat) -> Case:
    ann, deal = await a_buyer(), await a_deal(prices=(100, 200))
    return Case("OpenGroup", _opens(ann, deal), ann)


async def sku_not_in_deal(_: WeChat) -> Case:
    ann, deal = await a_buyer(), await a_deal()
    return Case("OpenGroup", _opens(ann, deal, skuId=to_public("offer", new_id())), ann)


async def sold_out(_: WeChat) -> Case:
    ann, deal = await a_buyer(), await a_deal(quota=1)
    return Case("OpenGroup", _opens(ann, deal, quantity=2), ann)


async def limit_reached(_: WeChat) -> Case:
    deal = await a_deal(limit_per_user=3)
    group = await a_group(deal=deal)
    bob = await a_buyer("bob")
    await opens(bob, deal, quantity=2)
    return Case("JoinGroup", _joins(bob, group.code, quantity=2), bob, {"limit": 3, "bought": 2})


async def newcomers_only(_: WeChat) -> Case:
    group = await a_group(join_audience=Audience.NEWCOMERS)
    old = (await a_group(prefix="old")).members[0]
    return Case(_JOIN, _joins(old, group.code), old, {"reason": "NEWCOMERS_ONLY"})


async def tier_too_low(_: WeChat) -> Case:
    group = await a_group(join_audience=Audience.TIER)
    bob = await a_buyer("bob")
    return Case(_JOIN, _joins(bob, group.code), bob, {"reason": "TIER_TOO_LOW"})


async def staff_of_the_merchant(_: WeChat) -> Case:
    ann, deal = await a_buyer(), await a_deal()
    await UserRole.create(user_id=ann.id, role=Role.MERCHANT)
    return Case(_OPEN, _opens(ann, deal), ann, {"reason": "STAFF_OF_THE_MERCHANT"})


async def amount_changed(_: WeChat) -> Case:
    ann, deal = await a_buyer(), await a_deal(prices=(1990,))
    return Case(_OPEN, _opens(ann, deal, quantity=2, expectedAmountFen=3979), ann, {"amount": {"fen": 3980}})


async def group_not_found(_: WeChat) -> Case:
    ann = await a_buyer()
    return Case("JoinGroup", _joins(ann, "G2222222222"), ann)


async def group_not_open(_: WeChat) -> Case:
    deal = await a_deal()
    held = await opens(await a_buyer(), deal)
    bob = await a_buyer("bob")
    return Case("JoinGroup", _joins(bob, await _code(held.group)), bob)


async def _code(group: Any) -> str:
    from app.group_buying.models import Group  # noqa: PLC0415 - only for the code

    return str((await Group.get(id=group)).code)


async def group_full(_: WeChat) -> Case:
    deal = await a_deal(size=2)
    full = await a_group(deal=deal, taken=1)
    await joins(await a_buyer("holder"), await full.now())
    other = await a_group(deal=deal, prefix="other")
    bob = await a_buyer("bob")
    others = [{"code": other.code, "seatsLeft": 1, "expiresAt": (await other.now()).expires_at.isoformat()}]  # type: ignore[union-attr]  # it forms
    return Case("JoinGroup", _joins(bob, full.code), bob, {"openGroups": others})


async def group_completed(_: WeChat) -> Case:
    full = await a_group(size=2, taken=2)
    bob = await a_buyer("bob")
    return Case("JoinGroup", _joins(bob, full.code), bob, {"openGroups": []})


async def group_ended(_: WeChat) -> Case:
    group = await a_group()
    await dealing.take_down(group.deal.id, reason="recalled")
    bob = await a_buyer("bob")
    return Case(_JOIN, _joins(bob, group.code), bob, {"status": "FAILING"})


async def group_closing(wechat: WeChat) -> Case:
    group = await a_group()
    closes_at = (await group.now()).closes_at
    assert closes_at is not None
    await wechat.move_clock((closes_at - await clock.now()).total_seconds() + 1)
    bob = await a_buyer("bob")
    return Case("JoinGroup", _joins(bob, group.code), bob)


async def already_in_group(_: WeChat) -> Case:
    group = await a_group()
    order = {"id": to_public("order", group.orders[0]), "status": "PAID_FORMING"}
    return Case("JoinGroup", _joins(group.members[0], group.code), group.members[0], {"order": order})


async def already_leading(_: WeChat) -> Case:
    group = await a_group()
    leader = group.members[0]
    return Case("OpenGroup", _opens(leader, group.deal), leader, {"group": {"code": group.code, "status": "FORMING"}})


async def hold_limit(_: WeChat) -> Case:
    ann = await a_buyer()
    first = await opens(ann, await a_deal())
    await opens(ann, await a_deal())
    from app.group_buying.models import Seat  # noqa: PLC0415 - only for the hold's end

    until = (await Seat.get(id=first.seat)).held_until
    assert until is not None
    return Case(_OPEN, _opens(ann, await a_deal()), ann, {"until": until.isoformat()})


async def paused_after_three_lapses(wechat: WeChat) -> Case:
    ann = await a_buyer()
    for _ in range(rules.GIVEN_UP):
        await lapses(wechat, await opens(ann, await a_deal()))
    return Case("OpenGroup", _opens(ann, await a_deal()), ann)


async def not_in_group(_: WeChat) -> Case:
    group = await a_group()
    bob = await a_buyer("bob")
    return Case("LeaveGroup", {"groupCode": group.code, "idempotencyKey": "k"}, bob)


async def left_too_late(_: WeChat) -> Case:
    group = await a_group(size=2, taken=2)
    ending = {"status": "COMPLETED"}
    return Case(_LEAVE, {"input": {"groupCode": group.code, "idempotencyKey": "k"}}, group.members[1], ending)


async def order_not_found(_: WeChat) -> Case:
    ann = await a_buyer()
    held = await opens(ann, await a_deal())
    eve = await a_buyer("eve")
    return Case("CancelOrder", {"orderId": to_public("order", held.order), "idempotencyKey": "k"}, eve)


async def order_not_payable(_: WeChat) -> Case:
    ann = await a_buyer()
    held = await opens(ann, await a_deal())
    await money_arrives(held.order)
    given = {"input": {"orderId": to_public("order", held.order), "idempotencyKey": "k"}}
    return Case(_PAY, given, ann, {"status": "PAID_FORMING"})


async def last_minute_of_the_hold(wechat: WeChat) -> Case:
    ann = await a_buyer()
    held = await opens(ann, await a_deal())
    await wechat.move_clock(rules.HOLD.total_seconds() - 59)
    given = {"input": {"orderId": to_public("order", held.order), "idempotencyKey": "k"}}
    return Case(_PAY, given, ann, {"status": "UNPAID"})


async def order_already_paid(_: WeChat) -> Case:
    ann = await a_buyer()
    held = await opens(ann, await a_deal())
    await money_arrives(held.order)
    return Case("CancelOrder", {"orderId": to_public("order", held.order), "idempotencyKey": "k"}, ann)


async def address_required(_: WeChat) -> Case:
    ann, deal = await a_buyer(), await a_deal()
    return Case("OpenGroup", _opens(ann, deal, addressId=None), ann)


async def address_not_found(_: WeChat) -> Case:
    ann, deal = await a_buyer(), await a_deal()
    eve = await a_buyer("eve")
    return Case("OpenGroup", _opens(ann, deal, addressId=to_public("address", eve.address)), ann)


async def no_delivery(_: WeChat) -> Case:
    ann, deal = await a_buyer(), await a_deal(no_delivery=("西藏自治区",))
    await Address.filter(id=ann.address).update(province="西藏自治区")
    return Case("OpenGroup", _opens(ann, deal), ann)


async def quantity_invalid(_: WeChat) -> Case:
    ann, deal = await a_buyer(), await a_deal()
    return Case("OpenGroup", _opens(ann, deal, quantity=0), ann)


_REST = "__typename ... on UserError { code message }"
_OPEN = f"""mutation($input: OpenGroupInput!) {{ openGroup(input: $input) {{ {_REST}
  ... on DealNotRunning {{ startsAt }} ... on NotEligible {{ reason }} ... on AmountChanged {{ amount {{ fen }} }}
  ... on HoldLimit {{ until }} }} }}"""
_JOIN = f"""mutation($input: JoinGroupInput!) {{ joinGroup(input: $input) {{ {_REST}
  ... on NotEligible {{ reason }} ... on GroupEnded {{ status }} }} }}"""
_PAY = f"""mutation($input: PayOrderInput!) {{ payOrder(input: $input) {{ {_REST}
  ... on OrderNotPayable {{ status }} }} }}"""
_LEAVE = f"""mutation($input: LeaveGroupInput!) {{ leaveGroup(input: $input) {{ {_REST}
  ... on GroupEnded {{ status }} }} }}"""

CASES: list[tuple[str, str, Callable[[WeChat], Awaitable[Case]]]] = [
    ("IDEMPOTENCY_KEY_REUSED", "Refusal", idempotency_key_reused),
    ("TARGET_NOT_FOUND", "Refusal", target_not_found),
    ("DEAL_NOT_FOUND", "Refusal", deal_not_found),
    ("DEAL_NOT_RUNNING", "DealNotRunning", deal_not_running),
    ("DEAL_NOT_RUNNING", "DealNotRunning", deal_paused),
    ("SKU_REQUIRED", "Refusal", sku_required),
    ("SKU_NOT_IN_DEAL", "Refusal", sku_not_in_deal),
    ("SOLD_OUT", "Refusal", sold_out),
    ("LIMIT_REACHED", "LimitReached", limit_reached),
    ("NOT_ELIGIBLE", "NotEligible", newcomers_only),
    ("NOT_ELIGIBLE", "NotEligible", tier_too_low),
    ("NOT_ELIGIBLE", "NotEligible", staff_of_the_merchant),
    ("AMOUNT_CHANGED", "AmountChanged", amount_changed),
    ("GROUP_NOT_FOUND", "Refusal", group_not_found),
    ("GROUP_NOT_OPEN", "Refusal", group_not_open),
    ("GROUP_FULL", "GroupFull", group_full),
    ("GROUP_FULL", "GroupFull", group_completed),
    ("GROUP_ENDED", "GroupEnded", group_ended),
    ("GROUP_ENDED", "GroupEnded", left_too_late),
    ("GROUP_CLOSING", "Refusal", group_closing),
    ("ALREADY_IN_GROUP", "AlreadyInGroup", already_in_group),
    ("ALREADY_LEADING", "AlreadyLeading", already_leading),
    ("HOLD_LIMIT", "HoldLimit", hold_limit),
    ("HOLD_LIMIT", "HoldLimit", paused_after_three_lapses),
    ("NOT_IN_GROUP", "Refusal", not_in_group),
    ("ORDER_NOT_FOUND", "Refusal", order_not_found),
    ("ORDER_NOT_PAYABLE", "OrderNotPayable", order_not_payable),
    ("ORDER_NOT_PAYABLE", "OrderNotPayable", last_minute_of_the_hold),
    ("ORDER_ALREADY_PAID", "Refusal", order_already_paid),
    ("ADDRESS_REQUIRED", "Refusal", address_required),
    ("ADDRESS_NOT_FOUND", "Refusal", address_not_found),
    ("NO_DELIVERY", "Refusal", no_delivery),
    ("QUANTITY_INVALID", "Refusal", quantity_invalid),
]


@pytest.mark.parametrize(("code", "kind", "arrange"), CASES, ids=[case[2].__name__ for case in CASES])
async def test_a_refusal_is_typed_and_localised_and_changes_nothing(
    api: Api, wechat: WeChat, code: str, kind: str, arrange: Callable[[WeChat], Awaitable[Case]]
) -> None:
    case = await arrange(wechat)
    grant = await a_session(case.who.id)
    before = await everything()
    answers = {}
    for locale in ("zh-CN", "en"):
        answer = await api(case.document, case.variables, token=grant.access_token, locale=locale)
        assert "errors" not in answer, answer
        (refusal,) = answer["data"].values()
        assert (refusal["__typename"], refusal["code"]) == (kind, code)
        assert {name: refusal[name] for name in case.data} == case.data
        answers[locale] = refusal["message"]
    assert answers["zh-CN"] != answers["en"]
    assert not answers["zh-CN"].isascii()
    assert await everything() == before


_BAD = [
    ("DealPage", {"id": "nonsense", "groups": 1}, ["id"]),
    ("DealPage", {"id": "deal_" + "A" * 21 + "\x00", "groups": 1}, ["id"]),
    ("Deals", {"first": 0}, ["first"]),
    ("Deals", {"first": 101}, ["first"]),
    ("Deals", {"first": 1, "after": "!!"}, ["after"]),
    ("Deals", {"first": 1, "after": "WyJub3QgYSB0aW1lIiwiMSJd"}, ["after"]),
    ("Deals", {"first": 1, "search": "x" * 101}, ["filter", "search"]),
    ("Deals", {"first": "one"}, ["first"]),
]


@pytest.mark.parametrize(("document", "variables", "path"), _BAD)
async def test_what_is_malformed_is_bad_user_input_and_names_the_field(
    api: Api, document: str, variables: dict[str, Any], path: list[str]
) -> None:
    answer = await api(document, variables)
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["extensions"]["fields"][0]["path"] == path


@pytest.mark.parametrize("name", ["MyOrders", "Inbox", "MyAddresses"])
async def test_what_is_mine_is_null_when_nobody_is_signed_in(api: Api, name: str) -> None:
    assert await api(name, {"first": 1} if name != "MyAddresses" else {}) == {"data": {"viewer": None}}


@pytest.mark.parametrize("token", ["nonsense", "a.b.c", ""])
async def test_a_token_that_does_not_hold_is_never_taken_for_nobody(api: Api, token: str) -> None:
    answer = await api("Deals", {"first": 1}, token=token or " ")
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_mutation_needs_somebody_signed_in(api: Api) -> None:
    before = await everything()
    answer = await api("LeaveGroup", {"groupCode": "G2222222222", "idempotencyKey": "k"})
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert await everything() == before


async def test_an_unknown_group_ends_its_subscription_with_not_found(api: Api) -> None:
    results = [each async for each in api.subscribe("GroupChanged", {"code": "G2222222222"})]
    assert results[0]["errors"][0]["extensions"]["code"] == "NOT_FOUND"
