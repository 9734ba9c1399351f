"""From the parcel to the refund through the API: who may do what, in which words, and what is refused."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from app.accounts.models import Role
from app.audit_log import queries as audit_log
from app.core import audit
from app.core.ids import OrderId, new_id
from app.payments.rules import REFUND_POLL_PAUSES
from app.wiring import CHECKS
from schema.scalars import public_id
from tests.conftest import Api, WeChat
from tests.factories.accounts import a_token
from tests.factories.live import a_member_of_staff
from tests.factories.orders import Bought, a_bought, ships
from tests.factories.rows import everything

Work = Callable[[], Awaitable[None]]

_ORDER = """
  id status receiveBy afterSaleUntil items { id title quantity } shipping { carrier trackingNumber shippedAt }
  timeline { at what } refunds { status amount { fen } reason }
  afterSales { id status reason note amount { fen } answer pieces { line { title } quantity } }
"""
_REFUSED = "... on UserError { code message }"
MY_ORDER = f"query($id: ID!) {{ viewer {{ order(id: $id) {{ {_ORDER} }} }} }}"
SHIP = f"""mutation($input: ShipOrderInput!) {{ done: shipOrder(input: $input) {{ __typename
  ... on StaffOrder {{ version order {{ status }} upload {{ status }} }} ... on OrderNotShippable {{ status }}
  {_REFUSED} }} }}"""
CORRECT = f"""mutation($input: ShipOrderInput!) {{ done: correctShipping(input: $input) {{ __typename
  ... on StaffOrder {{ version upload {{ correctedAt }} }} {_REFUSED} }} }}"""
UPLOAD = f"""mutation($input: UploadShippingAgainInput!) {{ done: uploadShippingAgain(input: $input) {{ __typename
  {_REFUSED} }} }}"""
RECEIVE = f"""mutation($input: ConfirmReceiptInput!) {{ done: confirmReceipt(input: $input) {{ __typename
  ... on Order {{ {_ORDER} }} ... on OrderNotReceivable {{ at: status }} {_REFUSED} }} }}"""
ASK = f"""mutation($input: RequestRefundInput!) {{ done: requestRefund(input: $input) {{ __typename
  ... on AfterSale {{ id status amount {{ fen }} order {{ id }} }} ... on OrderNotRefundable {{ at: status }}
  {_REFUSED} }} }}"""
WITHDRAW = f"""mutation($input: WithdrawRefundRequestInput!) {{ done: withdrawRefundRequest(input: $input) {{ __typename
  ... on AfterSale {{ id status }} ... on AfterSaleDecided {{ at: status }} {_REFUSED} }} }}"""
APPROVE = f"""mutation($input: ApproveRefundInput!) {{ done: approveRefund(input: $input) {{ __typename
  ... on StaffAfterSale {{ version afterSale {{ status }} }} ... on AfterSaleDecided {{ at: status }}
  {_REFUSED} }} }}"""
REJECT = f"""mutation($input: RejectRefundInput!) {{ done: rejectRefund(input: $input) {{ __typename
  ... on StaffAfterSale {{ afterSale {{ status answer }} }} {_REFUSED} }} }}"""
REFUND = f"""mutation($input: RefundOrderInput!) {{ done: refundOrder(input: $input) {{ __typename
  ... on StaffAfterSale {{ afterSale {{ status answer }} }} ... on OrderNotRefundable {{ at: status }}
  {_REFUSED} }} }}"""
STAFF_ORDERS = """query($status: OrderStatus, $number: String, $after: String) { staff {
  orders(first: 1, after: $after, status: $status, number: $number) {
    edges { node { version disputed order { id status } recipient { name phone region detail } buyer { nickname }
                   payment { outTradeNo transactionId } } }
    pageInfo { hasNextPage endCursor } } } }"""
STAFF_ORDER = "query($id: ID!) { staff { order(id: $id) { version order { id } } } }"
STAFF_REQUESTS = """query($status: AfterSaleStatus) { staff { afterSales(first: 10, status: $status) {
  edges { node { version afterSale { id note } order { order { id } } } } } } }"""
STAFF_REQUEST = "query($id: ID!) { staff { afterSale(id: $id) { version } } }"
CARRIERS = "{ staff { carriers { code name } } }"
NODE = "query($id: ID!) { node(id: $id) { __typename id } }"


@dataclass(frozen=True, slots=True)
class Counter:
    """Who is at which phone."""

    api: Api
    buyer: str
    other: str
    merchant: str
    support: str
    marketer: str

    async def __call__(self, document: str, who: str, /, **variables: Any) -> Any:
        return await self.api.outcome(document, variables, token=getattr(self, who))

    async def does(self, document: str, who: str, /, **given: Any) -> Any:
        return await self(document, who, input=given)


async def _counter(api: Api, bought: Bought) -> Counter:
    members = [await a_token(each.id) for each in bought.group.members]
    staff = [(await a_member_of_staff(role)).access_token for role in (Role.MERCHANT, Role.SUPPORT, Role.MARKETER)]
    return Counter(api, *members, *staff)


def _id(order: OrderId) -> str:
    return public_id("order", order)


async def _version(bought: Bought) -> int:
    return (await bought.now()).version


async def test_a_parcel_is_shipped_received_and_partly_given_back(api: Api, wechat: WeChat, do_all_work: Work) -> None:
    bought = await a_bought(wechat=wechat, quantity=3, price=1000)
    ask, order = await _counter(api, bought), _id(bought.id)
    listed = (await ask(STAFF_ORDERS, "merchant", number=order))["orders"]["edges"][0]["node"]
    # Who ships reads the address in full.
    assert (listed["recipient"]["phone"], listed["recipient"]["detail"]) == ("13800138000", "文三路 1 号")
    parcel = {"orderId": order, "carrier": "SF", "trackingNumber": "SF100200300"}
    shipped = await ask.does(SHIP, "merchant", **parcel, expectedVersion=listed["version"])
    assert (shipped["order"]["status"], shipped["upload"]["status"]) == ("SHIPPED", "WAITING")
    again = await ask.does(SHIP, "merchant", **parcel, expectedVersion=listed["version"])
    assert again["code"] == "STALE"
    await do_all_work()
    mine = (await ask(MY_ORDER, "buyer", id=order))["order"]
    assert (mine["shipping"]["carrier"], mine["shipping"]["trackingNumber"]) == ("顺丰速运", "SF100200300")
    assert mine["receiveBy"] is not None
    (by_parcel,) = (await ask(STAFF_ORDERS, "support", number="SF100200300"))["orders"]["edges"]
    number = by_parcel["node"]["payment"]["transactionId"]
    (by_bill,) = (await ask(STAFF_ORDERS, "support", number=number))["orders"]["edges"]
    assert by_bill["node"]["order"]["id"] == by_parcel["node"]["order"]["id"] == order

    received = await ask.does(RECEIVE, "buyer", orderId=order)
    assert (received["status"], received["receiveBy"]) == ("RECEIVED", None)
    assert received["afterSaleUntil"] is not None
    wanted = {
        "orderId": order,
        "reason": "DAMAGED",
        "note": "碎了一罐",
        "idempotencyKey": "k",
        "lines": [{"lineId": mine["items"][0]["id"], "quantity": 1}],
    }
    requested = await ask.does(ASK, "buyer", **wanted)
    assert (requested["status"], requested["amount"], requested["order"]["id"]) == ("REQUESTED", {"fen": 1000}, order)
    assert (await ask.does(ASK, "buyer", **wanted))["id"] == requested["id"]
    (waiting,) = (await ask(STAFF_REQUESTS, "support", status="REQUESTED"))["afterSales"]["edges"]
    assert waiting["node"]["afterSale"] == {"id": requested["id"], "note": "碎了一罐"}
    granted = await ask.does(
        APPROVE, "support", afterSaleId=requested["id"], expectedVersion=waiting["node"]["version"]
    )
    assert granted["afterSale"]["status"] == "APPROVED"
    await do_all_work()
    await wechat.move_clock(REFUND_POLL_PAUSES[0].total_seconds() + 1)
    await do_all_work()
    mine = (await ask(MY_ORDER, "buyer", id=order))["order"]
    assert mine["status"] == "RECEIVED"
    assert mine["refunds"] == [{"status": "SUCCEEDED", "amount": {"fen": 1000}, "reason": "AFTER_SALE"}]
    (after_sale,) = mine["afterSales"]
    assert (after_sale["status"], after_sale["pieces"][0]["quantity"]) == ("REFUNDED", 1)
    assert [entry["what"] for entry in mine["timeline"]] == [
        "已下单",
        "已付款，等待成团",
        "待发货",
        "已发货：顺丰速运 SF100200300",
        "已收货",
        "已申请退款 ¥10.00",
        "退款 ¥10.00 处理中",
    ]
    told = await api("{ viewer { notifications(first: 9) { edges { node { title } } } } }", token=ask.buyer)
    titles = {each["node"]["title"] for each in told["data"]["viewer"]["notifications"]["edges"]}
    assert titles >= {"您的包裹已发出", "退款已到账"}
    assert await audit.run(CHECKS) == []


async def test_staff_refund_an_order_unasked_and_the_buyer_reads_why(
    api: Api, wechat: WeChat, do_all_work: Work
) -> None:
    bought = await a_bought(wechat=wechat)
    ask, order = await _counter(api, bought), _id(bought.id)
    wanted = {"orderId": order, "reason": "OTHER", "answer": "缺货", "expectedVersion": await _version(bought)}
    made = await ask.does(REFUND, "support", **wanted)
    assert made["afterSale"] == {"status": "APPROVED", "answer": "缺货"}
    assert (await ask.does(REFUND, "support", **wanted))["code"] == "STALE"
    await do_all_work()
    await wechat.move_clock(REFUND_POLL_PAUSES[0].total_seconds() + 1)
    await do_all_work()
    mine = (await ask(MY_ORDER, "buyer", id=order))["order"]
    assert (mine["status"], mine["afterSales"][0]["answer"]) == ("REFUNDED", "缺货")
    assert "已申请退款" not in str(mine["timeline"])


async def test_who_was_declined_reads_why(api: Api, do_all_work: Work) -> None:
    bought = await a_bought()
    ask, order = await _counter(api, bought), _id(bought.id)
    requested = await ask.does(ASK, "buyer", orderId=order, reason="CHANGED_MIND", idempotencyKey="k")
    seen = await ask(STAFF_REQUEST, "support", id=requested["id"])
    answered = await ask.does(
        REJECT, "support", afterSaleId=requested["id"], reason="已经打包", expectedVersion=seen["afterSale"]["version"]
    )
    assert answered["afterSale"] == {"status": "REJECTED", "answer": "已经打包"}
    await do_all_work()
    told = await api("{ viewer { notifications(first: 1) { edges { node { title body } } } } }", token=ask.buyer)
    (entry,) = told["data"]["viewer"]["notifications"]["edges"]
    assert entry["node"] == {"title": "您的退款申请未通过", "body": "已经打包"}
    timeline = (await ask(MY_ORDER, "buyer", id=order))["order"]["timeline"]
    assert timeline[-1]["what"] == "退款申请未通过：已经打包"


async def test_who_takes_her_request_back_lets_her_order_go_on(api: Api) -> None:
    bought = await a_bought()
    ask, order = await _counter(api, bought), _id(bought.id)
    requested = await ask.does(ASK, "buyer", orderId=order, reason="CHANGED_MIND", idempotencyKey="k")
    for _ in range(2):
        assert (await ask.does(WITHDRAW, "buyer", afterSaleId=requested["id"]))["status"] == "WITHDRAWN"
    (listed,) = (await ask(MY_ORDER, "buyer", id=order))["order"]["afterSales"]
    assert listed["status"] == "WITHDRAWN"
    await ships(bought)
    assert (await ask(MY_ORDER, "buyer", id=order))["order"]["status"] == "SHIPPED"


async def test_each_verb_of_staff_leaves_one_entry_in_the_log(api: Api, do_all_work: Work) -> None:
    # WeChat knows of no payment for it, and refuses the parcel.
    bought = await a_bought(quantity=2)
    ask, order = await _counter(api, bought), _id(bought.id)
    parcel = {"orderId": order, "carrier": "SF", "trackingNumber": "SF100200300"}
    await ask.does(SHIP, "merchant", **parcel, expectedVersion=await _version(bought))
    await ask.does(CORRECT, "merchant", **parcel, expectedVersion=await _version(bought))
    await do_all_work()
    await ask.does(UPLOAD, "merchant", orderId=order)
    asked = {"orderId": order, "reason": "OTHER"}
    for number, answer in enumerate((REJECT, APPROVE)):
        request = await ask.does(ASK, "buyer", **asked, idempotencyKey=f"k{number}")
        reason = {"reason": "已经打包"} if answer is REJECT else {}
        await ask.does(answer, "support", afterSaleId=request["id"], expectedVersion=1, **reason)
    entries = await audit_log.page(limit=9)
    verbs = ["after_sale.approve", "after_sale.reject", "order.upload_shipping", "order.correct_parcel", "order.ship"]
    assert [each.verb for each in entries] == verbs
    assert all(each.by_id and each.target_id for each in entries)
    assert entries[1].reason == "已经打包"


async def test_orders_and_requests_open_for_their_buyer_and_for_staff_who_work_with_them(api: Api) -> None:
    bought = await a_bought(quantity=2)
    ask, order = await _counter(api, bought), _id(bought.id)
    requested = await ask.does(ASK, "buyer", orderId=order, reason="OTHER", idempotencyKey="k")
    line = (await ask(MY_ORDER, "buyer", id=order))["order"]["items"][0]["id"]
    for thing in (order, line, requested["id"]):
        for who in ("buyer", "merchant", "support"):
            assert (await ask(NODE, who, id=thing))["id"] == thing
        for who in ("other", "marketer"):
            assert await ask(NODE, who, id=thing) is None
        assert (await api(NODE, {"id": thing}))["data"]["node"] is None
    # What is under viewer is the caller's own, whatever her role.
    assert (await ask(MY_ORDER, "merchant", id=order))["order"] is None


@pytest.mark.parametrize("who", ["buyer", "marketer", "support", "merchant", "nobody"])
async def test_each_verb_of_staff_asks_for_its_role(api: Api, who: str) -> None:
    bought = await a_bought()
    ask, order = await _counter(api, bought), _id(bought.id)
    request = public_id("aftersale", new_id())
    parcel = {"orderId": order, "carrier": "SF", "trackingNumber": "1234", "expectedVersion": 999}
    verbs: list[tuple[str, str, dict[str, Any]]] = [
        (SHIP, "merchant", {"input": parcel}),
        (CORRECT, "merchant", {"input": parcel}),
        (UPLOAD, "merchant", {"input": {"orderId": order}}),
        (APPROVE, "support", {"input": {"afterSaleId": request, "expectedVersion": 1}}),
        (REJECT, "support", {"input": {"afterSaleId": request, "reason": "no", "expectedVersion": 1}}),
        (STAFF_ORDERS, "merchant support", {}),
        (STAFF_ORDER, "merchant support", {"id": order}),
        (STAFF_REQUESTS, "merchant support", {}),
        (STAFF_REQUEST, "merchant support", {"id": request}),
        (CARRIERS, "merchant support", {}),
    ]
    before = await everything()
    for document, roles, variables in verbs:
        answer = await api(document, variables, token=getattr(ask, who, None))
        if who in roles.split():
            assert "errors" not in answer, answer
        elif document.startswith("mutation") or who == "marketer":
            code = "UNAUTHENTICATED" if who == "nobody" else "FORBIDDEN"
            assert answer["errors"][0]["extensions"]["code"] == code, document
        else:
            assert answer["data"] == {"staff": None}
    assert await everything() == before


async def test_staff_page_through_orders_of_a_status(api: Api) -> None:
    made = [await a_bought(prefix=f"p{number}") for number in range(2)]
    await ships(made[0])
    ask = await _counter(api, made[0])
    found, after = [], None
    while True:
        page = (await ask(STAFF_ORDERS, "support", status="TO_SHIP", after=after))["orders"]
        found += [edge["node"]["order"]["id"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert found == [_id(made[1].group.orders[1]), _id(made[1].id), _id(made[0].group.orders[1])]
    assert (await ask(STAFF_ORDERS, "support", number="nothing"))["orders"]["edges"] == []
    assert (await ask(STAFF_ORDERS, "support", number=public_id("deal", new_id())))["orders"]["edges"] == []


CASES = [
    "ORDER_NOT_RECEIVABLE", "ORDER_NOT_SHIPPABLE", "CARRIER_UNKNOWN", "TRACKING_CORRECTED", "AFTER_SALE_OPEN",
    "ORDER_NOT_REFUNDABLE", "WHOLE_ORDER_ONLY", "REFUND_QUANTITY_INVALID", "ASKED_TWICE", "AFTER_SALE_NOT_FOUND",
    "AFTER_SALE_DECIDED",
]  # fmt: skip


async def _refused(ask: Counter, bought: Bought, code: str) -> tuple[str, str, dict[str, Any]]:  # noqa: C901, PLR0911 - one branch per refusal
    """Lead up to a refusal: what is then asked, by whom, with what."""
    order = _id(bought.id)
    parcel = {"orderId": order, "carrier": "SF", "trackingNumber": "1234"}
    asked = {"orderId": order, "reason": "OTHER"}

    async def request() -> str:
        return str((await ask.does(ASK, "buyer", **asked, idempotencyKey=f"k-{new_id()}"))["id"])

    async def reject(request: str) -> None:
        await ask.does(REJECT, "support", afterSaleId=request, reason="no", expectedVersion=1)

    match code:
        case "ORDER_NOT_RECEIVABLE":
            return RECEIVE, "buyer", {"orderId": order}
        case "ORDER_NOT_SHIPPABLE":
            await ships(bought)
        case "CARRIER_UNKNOWN":
            parcel["carrier"] = "PIGEON"
        case "TRACKING_CORRECTED":
            await ships(bought)
            await ask.does(CORRECT, "merchant", **parcel, expectedVersion=await _version(bought))
            return CORRECT, "merchant", {**parcel, "expectedVersion": await _version(bought)}
        case "AFTER_SALE_OPEN":
            await request()
        case "ORDER_NOT_REFUNDABLE":
            await ask.does(APPROVE, "support", afterSaleId=await request(), expectedVersion=1)
            return ASK, "buyer", {**asked, "idempotencyKey": "last"}
        case "WHOLE_ORDER_ONLY" | "REFUND_QUANTITY_INVALID":
            line = (await ask(MY_ORDER, "buyer", id=order))["order"]["items"][0]["id"]
            count = 1 if code == "WHOLE_ORDER_ONLY" else 3
            return ASK, "buyer", {**asked, "idempotencyKey": "last", "lines": [{"lineId": line, "quantity": count}]}
        case "ASKED_TWICE":
            for _ in range(2):
                await reject(await request())
            return ASK, "buyer", {**asked, "idempotencyKey": "last"}
        case "AFTER_SALE_NOT_FOUND":
            return WITHDRAW, "other", {"afterSaleId": await request()}
        case _:
            made = await request()
            await reject(made)
            return WITHDRAW, "buyer", {"afterSaleId": made}
    return SHIP, "merchant", {**parcel, "expectedVersion": await _version(bought)}


@pytest.mark.parametrize("code", CASES)
async def test_each_refusal_is_said_in_both_languages_and_nothing_has_changed(api: Api, code: str) -> None:
    bought = await a_bought(quantity=2)
    ask = await _counter(api, bought)
    document, who, given = await _refused(ask, bought, code)
    before = await everything()
    said = {}
    for locale in ("zh-CN", "en"):
        answer = await api(document, {"input": given}, token=getattr(ask, who), locale=locale)
        assert answer["data"]["done"]["code"] == code, answer
        said[locale] = answer["data"]["done"]["message"]
    assert said["en"].isascii()
    assert not said["zh-CN"].isascii()
    assert await everything() == before


@pytest.mark.parametrize(
    ("document", "given", "path"),
    [
        (SHIP, {"carrier": "SF", "trackingNumber": "no spaces", "expectedVersion": 1}, "trackingNumber"),
        (SHIP, {"carrier": "SF", "trackingNumber": "1" * 33, "expectedVersion": 1}, "trackingNumber"),
        (SHIP, {"carrier": "", "trackingNumber": "1234", "expectedVersion": 1}, "carrier"),
        (ASK, {"reason": "OTHER", "note": "字" * 501, "idempotencyKey": "k"}, "note"),
        (ASK, {"reason": "OTHER", "lines": [{"lineId": "?", "quantity": 1}], "idempotencyKey": "k"}, "lines"),
    ],
)
async def test_what_is_malformed_is_bad_input(api: Api, document: str, given: dict[str, Any], path: str) -> None:
    bought = await a_bought()
    ask = await _counter(api, bought)
    token = ask.merchant if document == SHIP else ask.buyer
    answer = await api(document, {"input": given | {"orderId": _id(bought.id)}}, token=token)
    extensions = answer["errors"][0]["extensions"]
    assert extensions["code"] == "BAD_USER_INPUT"
    assert path in extensions["fields"][0]["path"]
