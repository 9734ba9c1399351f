"""What the shop says no to, as the mini-app hears it: typed, in her language, and nothing has changed."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.accounts.models import Role, UserRole
from app.core import clock
from app.core.ids import new_id
from app.group_buying import rules
from app.group_buying.actions import dealing, paying
from app.group_buying.models import Group
from app.group_buying.states import Audience, GroupFailure
from app.orders.models import Order
from schema.scalars import public_id
from tests.conftest import Api, WeChat
from tests.factories.accounts import a_token
from tests.factories.group_buying import (
    Buyer,
    MadeDeal,
    Opened,
    a_buyer,
    a_deal,
    a_group,
    group_of,
    joins,
    lapses,
    money_arrives,
    opens,
)
from tests.factories.rows import everything

_ERRORS = Path(__file__).parents[2] / "schema" / "ERRORS.md"

_LIMITS = """
      ... on HoldLimit { until }
      ... on LimitReached { limit bought }
      ... on NotEligible { reason }
      ... on AmountChanged { amount { fen display } }
"""
OPEN = f"""
  mutation($input: OpenGroupInput!) {{ openGroup(input: $input) {{ __typename
      ... on UserError {{ code message }}
      ... on DealNotRunning {{ startsAt }}
      ... on AlreadyLeading {{ group {{ code status }} }}
      {_LIMITS} }} }}
"""
JOIN = f"""
  mutation($input: JoinGroupInput!) {{ joinGroup(input: $input) {{ __typename
      ... on UserError {{ code message }}
      ... on GroupFull {{ openGroups {{ code seatsLeft }} }}
      ... on GroupEnded {{ status }}
      ... on AlreadyInGroup {{ order {{ id status }} }}
      {_LIMITS} }} }}
"""
PAY = """
  mutation($input: PayOrderInput!) { payOrder(input: $input) { __typename
      ... on UserError { code message } ... on OrderNotPayable { status } } }
"""
CONFIRM = """
  mutation($input: ConfirmPaymentInput!) { confirmPayment(input: $input) {
      __typename ... on UserError { code message } } }
"""
CANCEL = """
  mutation($input: CancelOrderInput!) { cancelOrder(input: $input) { __typename ... on UserError { code message } } }
"""
LEAVE = """
  mutation($input: LeaveGroupInput!) { leaveGroup(input: $input) { __typename
      ... on UserError { code message } ... on GroupEnded { ended: status } } }
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for what, and what the refusal carries."""

    who: Buyer
    document: str
    input: dict[str, Any]
    typename: str = "Refusal"
    data: dict[str, Any] = field(default_factory=dict)


Case = Callable[[WeChat], Awaitable[Asked]]
CASES: list[tuple[str, Case]] = []


def case(code: str) -> Callable[[Case], Case]:
    """One way to be refused with this code."""

    def keep(made: Case) -> Case:
        CASES.append((code, made))
        return made

    return keep


def _choice(who: Buyer, **changes: Any) -> dict[str, Any]:
    return {"addressId": public_id("address", who.address), "idempotencyKey": "k"} | changes


def _opening(who: Buyer, deal: MadeDeal, **changes: Any) -> dict[str, Any]:
    return _choice(who, dealId=public_id("deal", deal.id)) | changes


def _joining(who: Buyer, group: Group | Opened, **changes: Any) -> dict[str, Any]:
    return _choice(who, groupCode=group.code) | changes


def _of_order(order: Any, **changes: Any) -> dict[str, Any]:
    return {"orderId": public_id("order", order), "idempotencyKey": "k"} | changes


@case("DEAL_NOT_FOUND")
async def _no_such_deal(_: WeChat) -> Asked:
    ann, deal = await a_buyer(), await a_deal()
    return Asked(ann, OPEN, _opening(ann, deal, dealId=public_id("deal", new_id())))


@case("DEAL_NOT_FOUND")
async def _an_id_of_something_else(_: WeChat) -> Asked:
    ann, deal = await a_buyer(), await a_deal()
    return Asked(ann, OPEN, _opening(ann, deal, dealId=public_id("product", deal.product)))


@case("DEAL_NOT_RUNNING")
async def _it_has_not_begun(_: WeChat) -> Asked:
    starts_at = await clock.now() + timedelta(hours=2)
    ann, deal = await a_buyer(), await a_deal(starts_at=starts_at)
    return Asked(ann, OPEN, _opening(ann, deal), "DealNotRunning", {"startsAt": starts_at.isoformat()})


@case("DEAL_NOT_RUNNING")
async def _it_was_taken_down(_: WeChat) -> Asked:
    ann, deal = await a_buyer(), await a_deal()
    await dealing.take_down(deal.id, reason="质量问题")
    return Asked(ann, OPEN, _opening(ann, deal), "DealNotRunning", {"startsAt": None})


@case("SKU_REQUIRED")
async def _which_kind(_: WeChat) -> Asked:
    ann, deal = await a_buyer(), await a_deal(prices=(1, 2))
    return Asked(ann, OPEN, _opening(ann, deal))


@case("SKU_NOT_IN_DEAL")
async def _a_kind_of_another_deal(_: WeChat) -> Asked:
    ann, group, other = await a_buyer(), await a_group(), await a_deal()
    return Asked(ann, JOIN, _joining(ann, group, skuId=public_id("offer", other.offers[0])))


@case("SKU_NOT_IN_DEAL")
async def _no_kind_at_all(_: WeChat) -> Asked:
    ann, deal = await a_buyer(), await a_deal()
    return Asked(ann, OPEN, _opening(ann, deal, skuId=public_id("deal", deal.id)))


@case("SOLD_OUT")
async def _not_that_many_left(_: WeChat) -> Asked:
    ann, deal = await a_buyer(), await a_deal(quota=1)
    return Asked(ann, OPEN, _opening(ann, deal, quantity=2))


@case("LIMIT_REACHED")
async def _too_many_in_one_order(_: WeChat) -> Asked:
    ann, deal = await a_buyer(), await a_deal(limit_per_order=2)
    return Asked(ann, OPEN, _opening(ann, deal, quantity=3), "LimitReached", {"limit": 2, "bought": 0})


@case("LIMIT_REACHED")
async def _too_many_for_one_person(_: WeChat) -> Asked:
    ann, deal = await a_buyer(), await a_deal(limit_per_user=2, size=5)
    await joins(ann, await (await a_group(deal=deal)).now())
    other = await a_group(deal=deal, prefix="other")
    return Asked(ann, JOIN, _joining(ann, other, quantity=2), "LimitReached", {"limit": 2, "bought": 1})


@case("NOT_ELIGIBLE")
async def _she_has_bought_before(_: WeChat) -> Asked:
    ann = (await a_group()).members[0]
    deal = await a_deal(open_audience=Audience.NEWCOMERS)
    return Asked(ann, OPEN, _opening(ann, deal), "NotEligible", {"reason": "NEWCOMERS_ONLY"})


@case("NOT_ELIGIBLE")
async def _she_works_here(_: WeChat) -> Asked:
    ann, group = await a_buyer(), await a_group()
    await UserRole.create(user_id=ann.id, role=Role.MERCHANT)
    return Asked(ann, JOIN, _joining(ann, group), "NotEligible", {"reason": "STAFF_OF_THE_MERCHANT"})


@case("NOT_ELIGIBLE")
async def _her_tier_is_too_low(_: WeChat) -> Asked:
    ann, deal = await a_buyer(), await a_deal(open_audience=Audience.TIER)
    return Asked(ann, OPEN, _opening(ann, deal), "NotEligible", {"reason": "TIER_TOO_LOW"})


@case("AMOUNT_CHANGED")
async def _it_costs_more_now(_: WeChat) -> Asked:
    ann, deal = await a_buyer(), await a_deal(prices=(1990,))
    now = {"amount": {"fen": 3980, "display": "¥39.80"}}
    return Asked(ann, OPEN, _opening(ann, deal, quantity=2, expectedAmountFen=3979), "AmountChanged", now)


@case("GROUP_NOT_FOUND")
async def _no_such_group(_: WeChat) -> Asked:
    ann = await a_buyer()
    return Asked(ann, JOIN, _choice(ann, groupCode="G2222222222"))


@case("GROUP_NOT_FOUND")
async def _no_code_at_all(_: WeChat) -> Asked:
    ann = await a_buyer()
    return Asked(ann, LEAVE, {"groupCode": "拼团" * 5000, "idempotencyKey": "k"})


@case("GROUP_NOT_OPEN")
async def _its_leader_has_not_paid(_: WeChat) -> Asked:
    ann = await a_buyer()
    group = await group_of(await opens(await a_buyer("ben"), await a_deal()))
    return Asked(ann, JOIN, _joining(ann, group))


@case("GROUP_FULL")
async def _the_last_seat_is_held(_: WeChat) -> Asked:
    ann = await a_buyer()
    full = await a_group(size=2)
    other = await a_group(deal=full.deal, prefix="other")
    await joins(await a_buyer("ben"), await full.now())
    left = {"openGroups": [{"code": other.code, "seatsLeft": 1}]}
    return Asked(ann, JOIN, _joining(ann, full), "GroupFull", left)


@case("GROUP_FULL")
async def _it_is_complete(_: WeChat) -> Asked:
    ann, group = await a_buyer(), await a_group(size=2, taken=2)
    return Asked(ann, JOIN, _joining(ann, group), "GroupFull", {"openGroups": []})


@case("GROUP_ENDED")
async def _its_leader_never_paid(wechat: WeChat) -> Asked:
    ann = await a_buyer()
    held = await opens(await a_buyer("ben"), await a_deal())
    await lapses(wechat, held)
    return Asked(ann, JOIN, _joining(ann, await group_of(held)), "GroupEnded", {"status": "CANCELLED"})


@case("GROUP_ENDED")
async def _its_refunds_are_on_their_way(_: WeChat) -> Asked:
    ann, group = await a_buyer(), await a_group(taken=2)
    await dealing.stop(group.id, GroupFailure.RISK)
    return Asked(ann, JOIN, _joining(ann, group), "GroupEnded", {"status": "FAILING"})


@case("GROUP_ENDED")
async def _nobody_leaves_what_is_failing(_: WeChat) -> Asked:
    group = await a_group(taken=2)
    await dealing.stop(group.id, GroupFailure.RISK)
    leaving = {"groupCode": group.code, "idempotencyKey": "k"}
    return Asked(group.members[1], LEAVE, leaving, "GroupEnded", {"ended": "FAILING"})


@case("GROUP_ENDED")
async def _nobody_leaves_what_is_complete(_: WeChat) -> Asked:
    group = await a_group(size=2, taken=2)
    leaving = {"groupCode": group.code, "idempotencyKey": "k"}
    return Asked(group.members[1], LEAVE, leaving, "GroupEnded", {"ended": "COMPLETED"})


@case("GROUP_CLOSING")
async def _too_close_to_its_deadline(wechat: WeChat) -> Asked:
    ann, group = await a_buyer(), await a_group(window_seconds=86_400)
    await wechat.move_clock(86_400 - rules.CLOSING.total_seconds())
    return Asked(ann, JOIN, _joining(ann, group))


@case("ALREADY_IN_GROUP")
async def _she_has_a_seat(_: WeChat) -> Asked:
    group = await a_group()
    order = {"id": public_id("order", group.orders[0]), "status": "PAID_FORMING"}
    return Asked(group.members[0], JOIN, _joining(group.members[0], group), "AlreadyInGroup", {"order": order})


@case("ALREADY_LEADING")
async def _she_leads_one(_: WeChat) -> Asked:
    group = await a_group()
    ann = group.members[0]
    led = {"group": {"code": group.code, "status": "FORMING"}}
    return Asked(ann, OPEN, _opening(ann, group.deal), "AlreadyLeading", led)


@case("HOLD_LIMIT")
async def _she_holds_two(_: WeChat) -> Asked:
    ann = await a_buyer()
    for _number in range(rules.UNPAID_HOLDS):
        await opens(ann, await a_deal())
    first = await Order.filter(user_id=ann.id).order_by("pay_by").first()
    assert first is not None
    assert first.pay_by is not None
    return Asked(ann, OPEN, _opening(ann, await a_deal()), "HoldLimit", {"until": first.pay_by.isoformat()})


@case("NOT_IN_GROUP")
async def _she_has_no_seat(_: WeChat) -> Asked:
    group = await a_group()
    return Asked(await a_buyer(), LEAVE, {"groupCode": group.code, "idempotencyKey": "k"})


@case("ORDER_NOT_FOUND")
async def _somebody_elses_order(_: WeChat) -> Asked:
    held = await opens(await a_buyer("ben"), await a_deal())
    return Asked(await a_buyer(), PAY, _of_order(held.order))


@case("ORDER_NOT_FOUND")
async def _somebody_elses_order_is_not_confirmed(_: WeChat) -> Asked:
    held = await opens(await a_buyer("ben"), await a_deal())
    return Asked(await a_buyer(), CONFIRM, {"orderId": public_id("order", held.order)})


@case("ORDER_NOT_FOUND")
async def _no_order_at_all(_: WeChat) -> Asked:
    group = await a_group()
    return Asked(group.members[0], CANCEL, {"orderId": public_id("group", group.id), "idempotencyKey": "k"})


@case("ORDER_NOT_PAYABLE")
async def _it_is_paid(_: WeChat) -> Asked:
    group = await a_group()
    return Asked(group.members[0], PAY, _of_order(group.orders[0]), "OrderNotPayable", {"status": "PAID_FORMING"})


@case("ORDER_NOT_PAYABLE")
async def _its_last_minute_has_begun(wechat: WeChat) -> Asked:
    ann = await a_buyer()
    held = await opens(ann, await a_deal())
    await wechat.move_clock(rules.HOLD.total_seconds() - 59)
    return Asked(ann, PAY, _of_order(held.order), "OrderNotPayable", {"status": "UNPAID"})


@case("ORDER_ALREADY_PAID")
async def _cancelling_what_is_paid(_: WeChat) -> Asked:
    group = await a_group()
    return Asked(group.members[0], CANCEL, _of_order(group.orders[0]))


@case("ADDRESS_REQUIRED")
async def _where_to(_: WeChat) -> Asked:
    ann, deal = await a_buyer(), await a_deal()
    return Asked(ann, OPEN, _opening(ann, deal, addressId=None))


@case("ADDRESS_NOT_FOUND")
async def _somebody_elses_address(_: WeChat) -> Asked:
    ann, group = await a_buyer(), await a_group()
    return Asked(ann, JOIN, _joining(ann, group, addressId=public_id("address", group.members[0].address)))


@case("ADDRESS_NOT_FOUND")
async def _no_address_at_all(_: WeChat) -> Asked:
    ann, deal = await a_buyer(), await a_deal()
    return Asked(ann, OPEN, _opening(ann, deal, addressId=public_id("deal", deal.id)))


@case("NO_DELIVERY")
async def _too_far(_: WeChat) -> Asked:
    ann, deal = await a_buyer(), await a_deal(no_delivery=["浙江省"])
    return Asked(ann, OPEN, _opening(ann, deal))


@case("QUANTITY_INVALID")
async def _no_pieces(_: WeChat) -> Asked:
    ann, deal = await a_buyer(), await a_deal()
    return Asked(ann, OPEN, _opening(ann, deal, quantity=-(2**31)))


@case("QUANTITY_INVALID")
async def _more_than_there_are_in_the_world(_: WeChat) -> Asked:
    ann, deal = await a_buyer(), await a_deal()
    return Asked(ann, OPEN, _opening(ann, deal, quantity=2**31 - 1))


@case("TARGET_NOT_FOUND")
async def _a_coupon_that_nobody_has(_: WeChat) -> Asked:
    ann, deal = await a_buyer(), await a_deal()
    return Asked(ann, OPEN, _opening(ann, deal, couponIds=[public_id("coupon", new_id())]))


@case("IDEMPOTENCY_KEY_REUSED")
async def _the_key_opened_another_group(_: WeChat) -> Asked:
    ann, deal = await a_buyer(), await a_deal()
    await opens(ann, deal, key="k")
    return Asked(ann, OPEN, _opening(ann, deal, quantity=2))


@case("IDEMPOTENCY_KEY_REUSED")
async def _the_key_paid_another_order(_: WeChat) -> Asked:
    ann = await a_buyer()
    first, second = [await opens(ann, await a_deal()) for _number in range(2)]
    await paying.begin_to_pay(buyer=ann.id, order=first.order, key="k")
    return Asked(ann, PAY, _of_order(second.order))


@pytest.mark.parametrize(("code", "made"), CASES, ids=[f"{code}{made.__name__}" for code, made in CASES])
async def test_a_refusal_is_typed_told_in_both_languages_and_changes_nothing(
    api: Api, wechat: WeChat, code: str, made: Case
) -> None:
    asked = await made(wechat)
    token = await a_token(asked.who.id)
    before = await everything()
    told = {}
    for locale in ("zh-CN", "en"):
        answer = await api(asked.document, {"input": asked.input}, token=token, locale=locale)
        assert "errors" not in answer, answer
        (told[locale],) = answer["data"].values()
    assert await everything() == before
    for locale, reads in (("zh-CN", r"[\u4e00-\u9fff]"), ("en", r"^[\x20-\x7e]+$")):
        assert (told[locale]["code"], told[locale]["__typename"]) == (code, asked.typename)
        assert re.search(reads, told[locale]["message"]), told[locale]["message"]
        assert _without_offsets({name: told[locale][name] for name in asked.data}) == _without_offsets(asked.data)


def _without_offsets(data: dict[str, Any]) -> dict[str, Any]:
    """Times compare as moments, however they are written."""
    return {name: _moment(value) if isinstance(value, str) else value for name, value in data.items()}


def _moment(text: str) -> object:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return text


def test_every_code_of_these_areas_is_reached() -> None:
    rows = dict(re.findall(r"^\| ([^|]+) \| (.+) \|$", _ERRORS.read_text(), re.MULTILINE))
    areas = ("any mutation with a key", "anything", "deal", "group", "order")
    codes = {code for area in areas for code in re.findall(r"`([A-Z_]+)`", rows[area])}
    # Buying alone and scheduling a deal ask for a product; tests/checkout and test_api_dealing meet it.
    assert {code for code, _ in CASES} == codes - {"PRODUCT_NOT_FOUND"}


async def test_who_is_nobody_buys_nothing(api: Api) -> None:
    ann, deal = await a_buyer(), await a_deal()
    before = await everything()
    answer = await api(OPEN, {"input": _opening(ann, deal)})
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert await everything() == before


async def test_a_foreign_share_code_never_refuses_a_purchase(api: Api) -> None:
    ann, deal = await a_buyer(), await a_deal()
    token = await a_token(ann.id)
    for number, code in enumerate(("S23456789AB", "nonsense", "S" * 500, "")):
        answer = await api(
            OPEN, {"input": _opening(ann, deal, shareCode=code, idempotencyKey=f"k{number}")}, token=token
        )
        opened = answer["data"]["openGroup"]["__typename"]
        assert opened == ("CheckoutStarted" if number == 0 else "AlreadyLeading")
        if number == 0:
            order = await Order.get(user_id=ann.id)
            assert order.share_code == code
            await money_arrives(order.id)
