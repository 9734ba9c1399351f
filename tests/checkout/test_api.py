"""Buying alone and asking what it costs, as the mini-app does: the contract's documents, word for word."""

from typing import Any

import pytest

from app.accounts.models import Role, UserRole
from app.core import audit
from app.core.ids import new_id
from app.group_buying.models import Offer
from app.membership.queries import points as points_of
from app.wiring import CHECKS
from schema.scalars import public_id
from tests.conftest import Api, WeChat
from tests.factories.checkout import a_product
from tests.factories.group_buying import a_deal, a_group
from tests.factories.membership import settled
from tests.factories.phones import a_phone
from tests.factories.rows import everything


async def test_goods_are_bought_alone_and_paid_for(api: Api, wechat: WeChat) -> None:
    product, ann = await a_product(prices=(3980,)), await a_phone(api, wechat)
    buying = {"productId": public_id("product", product.id), "expectedAmountFen": 3980, "idempotencyKey": "k"}
    bought = await ann.buy(**buying)
    assert bought["__typename"] == "CheckoutStarted"
    assert (bought["order"]["status"], bought["order"]["amount"]["fen"], bought["group"]) == ("UNPAID", 3980, None)
    again = await ann.buy(**buying)
    assert again["order"]["id"] == bought["order"]["id"]
    assert again["payment"]["package"] == bought["payment"]["package"]
    ready = await ann.ask("PayOrder", orderId=bought["order"]["id"], idempotencyKey="p")
    assert ready["payment"]["package"] == bought["payment"]["package"]
    paid = await ann.pay(bought)
    assert (paid["status"], paid["group"], paid["overflow"]) == ("TO_SHIP", None, None)
    assert (await ann.ask("CancelOrder", orderId=paid["id"], idempotencyKey="c"))["code"] == "ORDER_ALREADY_PAID"
    mine = (await ann.ask("MyOrder", id=paid["id"]))["order"]
    assert [entry["what"] for entry in mine["timeline"]] == ["已下单", "待发货"]
    assert await audit.run(CHECKS) == []


async def test_an_unpaid_purchase_is_cancelled_and_can_no_longer_be_paid(api: Api, wechat: WeChat) -> None:
    product, ann = await a_product(stock=1), await a_phone(api, wechat)
    bought = await ann.buy(productId=public_id("product", product.id))
    for _ in range(2):
        order = await ann.ask("CancelOrder", orderId=bought["order"]["id"], idempotencyKey="c")
        assert (order["status"], order["closeReason"]) == ("CLOSED", "CANCELLED")
    assert await product.stock() == 1
    before = await everything()
    refused = await ann.ask("PayOrder", orderId=bought["order"]["id"], idempotencyKey="p")
    assert (refused["__typename"], refused["code"]) == ("OrderNotPayable", "ORDER_NOT_PAYABLE")
    assert await everything() == before


async def test_the_price_alone_that_a_page_shows_is_what_buying_alone_costs(api: Api, wechat: WeChat) -> None:
    deal, ann = await a_deal(prices=(1990, 2990)), await a_phone(api, wechat)
    page = await ann.ask("DealPage", id=public_id("deal", deal.id), groups=1)
    shown = [sku["soloPrice"]["fen"] for sku in page["skus"]]
    bought = [await ann.buy(productId=public_id("product", deal.product), skuId=sku["id"]) for sku in page["skus"]]
    assert [each["order"]["amount"]["fen"] for each in bought] == shown
    assert min(shown) == page["soloPrice"]["fen"]


async def test_a_kind_is_named_by_the_shops_offer_or_by_a_deals(api: Api, wechat: WeChat) -> None:
    deal, ann = await a_deal(prices=(1990, 2990)), await a_phone(api, wechat)
    product = public_id("product", deal.product)
    page = await ann.ask("query P($id: ID!) { node(id: $id) { ... on Product { skus { id price { fen } available }"
                         " shipping { fen } } } }", id=product)  # fmt: skip
    assert [(sku["price"]["fen"], sku["available"]) for sku in page["skus"]] == [(3980, 100), (5980, 100)]
    assert page["shipping"] == {"fen": 0}
    opened = await ann.ask("query N($id: ID!) { node(id: $id) { ... on Sku { id soloPrice { fen } } } }",
                           id=page["skus"][1]["id"])  # fmt: skip
    assert opened == {"id": page["skus"][1]["id"], "soloPrice": {"fen": 5980}}
    for sku in (page["skus"][1]["id"], public_id("offer", deal.offers[1])):
        assert (await ann.buy(productId=product, skuId=sku))["order"]["amount"]["fen"] == 5980


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"productId": public_id("product", new_id())}, "PRODUCT_NOT_FOUND"),
        ({"productId": public_id("deal", new_id())}, "PRODUCT_NOT_FOUND"),
        ({"skuId": public_id("sku", new_id())}, "SKU_REQUIRED"),
        ({"skuId": public_id("offer", new_id())}, "SKU_REQUIRED"),
        ({"quantity": 0}, "QUANTITY_INVALID"),
        ({"quantity": 101}, "SOLD_OUT"),
        ({"addressId": None}, "ADDRESS_REQUIRED"),
        ({"addressId": public_id("address", new_id())}, "ADDRESS_NOT_FOUND"),
        ({"expectedAmountFen": 3979}, "AMOUNT_CHANGED"),
        ({"couponIds": ["coupon"]}, "TARGET_NOT_FOUND"),
    ],
)
async def test_what_the_shop_refuses_is_typed_and_changes_nothing(
    api: Api, wechat: WeChat, given: dict[str, Any], code: str
) -> None:
    product, ann = await a_product(prices=(3980,)), await a_phone(api, wechat)
    before = await everything()
    refused = await ann.buy(**({"productId": public_id("product", product.id)} | given))
    assert (refused["code"], refused["message"][-1]) == (code, "。")
    assert await everything() == before


async def test_staff_of_the_merchant_are_not_eligible(api: Api, wechat: WeChat) -> None:
    product, ann = await a_product(), await a_phone(api, wechat)
    await UserRole.create(user_id=ann.buyer.id, role=Role.MERCHANT)
    refused = await ann.buy(productId=public_id("product", product.id))
    assert (refused["__typename"], refused["code"]) == ("NotEligible", "NOT_ELIGIBLE")


async def test_another_persons_purchase_is_nobodys(api: Api, wechat: WeChat) -> None:
    product, ann, eve = await a_product(), await a_phone(api, wechat), await a_phone(api, wechat, "eve")
    order = (await ann.buy(productId=public_id("product", product.id)))["order"]["id"]
    before = await everything()
    for document in ("PayOrder", "CancelOrder"):
        assert (await eve.ask(document, orderId=order, idempotencyKey="k"))["code"] == "ORDER_NOT_FOUND"
    assert await everything() == before


_WHY = """query ($id: ID!) {
  viewer { order(id: $id) { priceTrace { promotion outcome reason amount { fen } } } } }"""


async def test_a_quote_says_what_buying_alone_costs_and_why(api: Api, wechat: WeChat) -> None:
    product, ann = await a_product(prices=(10_000,), shipping_fen=800), await a_phone(api, wechat)
    sku = public_id("sku", product.skus[0])
    assert await ann.quote(skuId=sku) == {"amount": {"fen": 10_800, "display": "¥108.00"}, "trace": []}
    await settled(ann.buyer.id, 2000)
    had = (await points_of(ann.buyer.id)).balance
    quoted = await ann.quote(skuId=sku, usePoints=500, couponIds=["coupon"])
    taken_off = {step["promotion"]: (step["outcome"], step["amount"]) for step in quoted["trace"]}
    assert taken_off["MEMBER_DISCOUNT"] == ("APPLIED", {"fen": 500})
    assert taken_off["POINTS"] == ("APPLIED", {"fen": 500})
    assert taken_off["COUPON"] == ("REJECTED", None)
    assert "金卡会员享原价的 95%" in [step["reason"] for step in quoted["trace"]]
    bought = await ann.buy(
        productId=public_id("product", product.id), usePoints=500, expectedAmountFen=quoted["amount"]["fen"]
    )
    assert bought["order"]["amount"] == {**quoted["amount"], "currency": "CNY"}
    assert (await points_of(ann.buyer.id)).balance == had - 500
    # Whatever her tier becomes, the order goes on saying why it cost that.
    await settled(ann.buyer.id, 20_000)
    kept = (await ann.ask(_WHY, id=bought["order"]["id"]))["order"]["priceTrace"]
    assert kept == [step for step in quoted["trace"] if step["promotion"] != "COUPON"]
    assert await audit.run(CHECKS) == []


async def test_the_group_price_is_quoted_and_not_discounted_further(api: Api, wechat: WeChat) -> None:
    group, ann = await a_group(prices=(1990,)), await a_phone(api, wechat)
    await settled(ann.buyer.id, 2000)
    offer = public_id("offer", group.deal.offers[0])
    await Offer.filter(id=group.deal.offers[0]).update(price_fen=2990)
    quoted = await ann.quote(skuId=offer, groupCode=group.code, quantity=2)
    assert quoted["amount"]["fen"] == 3980
    rejected = next(step for step in quoted["trace"] if step["promotion"] == "MEMBER_DISCOUNT")
    assert (rejected["outcome"], rejected["reason"]) == ("REJECTED", "拼团价不再享受会员折扣")
    alone = await ann.quote(skuId=offer)
    assert alone["amount"]["fen"] == 3980 * 95 // 100
    opening = await ann.ask(
        "query Q($sku: ID!) { viewer { quote(skuId: $sku, quantity: 1, toOpenGroup: true) { amount { fen } } } }",
        sku=offer,
    )
    assert opening == {"quote": {"amount": {"fen": 2990}}}
    address = public_id("address", ann.buyer.address)
    joined = await ann.ask("JoinGroup", input={"groupCode": group.code, "addressId": address, "quantity": 2,
                                               "idempotencyKey": "j", "expectedAmountFen": 3980})  # fmt: skip
    assert joined["order"]["amount"]["fen"] == 3980


async def test_a_quote_of_what_cannot_be_bought_is_null(api: Api, wechat: WeChat) -> None:
    group, ann = await a_group(), await a_phone(api, wechat)
    product, other = await a_product(stock=3), await a_deal()
    sku, offer = public_id("sku", product.skus[0]), public_id("offer", group.deal.offers[0])
    for given in (
        {"skuId": public_id("sku", new_id())},
        {"skuId": public_id("product", product.id)},
        {"skuId": sku, "quantity": 0},
        {"skuId": sku, "quantity": 4},
        {"skuId": sku, "groupCode": group.code},
        {"skuId": offer, "groupCode": "G2222222222"},
        {"skuId": offer, "groupCode": "no code"},
        {"skuId": public_id("offer", other.offers[0]), "groupCode": group.code},
        {"skuId": offer, "groupCode": group.code, "quantity": 100},
    ):
        assert await ann.quote(**given) is None, given
    anonymous = await api("Quote", {"skuId": sku, "quantity": 1})
    assert anonymous["data"] == {"viewer": None}


@pytest.mark.parametrize("given", [{"usePoints": -1}, {"couponIds": ["c"] * 21}, {"skuId": "nonsense"}])
async def test_a_malformed_quote_is_bad_input(api: Api, wechat: WeChat, given: dict[str, Any]) -> None:
    product, ann = await a_product(), await a_phone(api, wechat)
    asked = {"skuId": public_id("sku", product.skus[0]), "quantity": 1} | given
    assert await api.error_code("Quote", asked, token=ann.token) == "BAD_USER_INPUT"


async def test_reasons_are_said_in_the_callers_language(api: Api, wechat: WeChat) -> None:
    product, ann = await a_product(), await a_phone(api, wechat)
    for locale, reason in (("en", "You have no points to use"), ("zh-CN", "没有可用积分")):
        asked = await ann.ask("Quote", locale=locale, skuId=public_id("sku", product.skus[0]), quantity=1, usePoints=9)
        assert [step["reason"] for step in asked["quote"]["trace"]] == [reason]
