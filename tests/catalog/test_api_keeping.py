"""What staff do with products: each verb with one entry in the log; a refused one leaves nothing."""

from typing import Any

import pytest

from app.accounts.models import Role
from app.audit_log import queries as audit_log
from app.catalog.errors import ProductNotFound
from app.catalog.models import Product, Sku
from app.checkout.actions import buying
from app.checkout.actions.buying import SoloChoice
from app.core.ids import UserId, new_id, to_public
from app.media.models import Upload
from app.media.states import UploadPurpose, UploadStatus
from tests.conftest import Api
from tests.factories.accounts import a_token, staff
from tests.factories.group_buying import a_buyer, a_deal
from tests.factories.media import an_upload
from tests.factories.rows import everything

pytestmark = pytest.mark.usefixtures("database")

_FIELDS = """__typename
  ... on StaffProduct { version category offSaleAt shipping { fen } skus { id optionValues price { fen } stock }
    product { id title images { url } options { name values } } } ... on UserError { code }"""


async def _do(api: Api, verb: str, given: dict[str, Any], token: str) -> dict[str, Any]:
    return dict(await api.mutate(verb, given, _FIELDS, token=token))


async def _merchant() -> tuple[UserId, str]:
    user = await staff(Role.MERCHANT, username="merchant")
    return user, await a_token(user)


async def _a_tea(api: Api, user: UserId, token: str, **changes: Any) -> dict[str, Any]:
    upload = await an_upload(user, UploadPurpose.PRODUCT)
    given = {
        "about": {
            "title": "龙井茶",
            "description": "明前",
            "category": "茶",
            "pictures": [{"uploadId": to_public("upload", upload.id)}],
            "shippingFen": 600,
        },
        "options": [{"name": "规格", "values": ["50g", "100g"]}],
        "skus": [
            {"optionValues": ["50g"], "priceFen": 3900, "stock": 5},
            {"optionValues": ["100g"], "priceFen": 6900, "stock": 3},
        ],
        "idempotencyKey": "k",
    } | changes
    return await _do(api, "createProduct", given, token)


async def _verbs() -> list[str]:
    return [each.verb for each in await audit_log.page(limit=50, verb="product.")]


async def test_a_product_is_made_with_its_pictures_and_choices_once_per_key(api: Api) -> None:
    user, token = await _merchant()
    made = await _a_tea(api, user, token)
    assert (made["version"], made["shipping"]["fen"], made["offSaleAt"]) == (1, 600, None)
    assert [(sku["optionValues"], sku["stock"]) for sku in made["skus"]] == [(["50g"], 5), (["100g"], 3)]
    assert len(made["product"]["images"]) == 1
    assert await Upload.filter(status=UploadStatus.ATTACHED).count() == 1
    assert await _verbs() == ["product.create"]
    upload = await Upload.get()
    about = {"title": "龙井茶", "description": "明前", "category": "茶", "shippingFen": 600}
    about |= {"pictures": [{"uploadId": to_public("upload", upload.id)}]}
    again = await _a_tea(api, user, token, about=about)
    assert again["product"]["id"] == made["product"]["id"]
    assert await Product.all().count() == 1
    assert (await _a_tea(api, user, token))["code"] == "IDEMPOTENCY_KEY_REUSED"


async def test_an_edit_keeps_adds_and_drops_pictures(api: Api) -> None:
    user, token = await _merchant()
    made = await _a_tea(api, user, token)
    second = await an_upload(user, UploadPurpose.PRODUCT)
    about = {"title": "龙井新茶", "description": "雨前", "category": "茶"}
    both = [{"uploadId": to_public("upload", second.id)}, {"existing": 0}]
    given = {"id": made["product"]["id"], "about": about | {"pictures": both}, "expectedVersion": 1}
    edited = await _do(api, "editProduct", given, token)
    first = made["product"]["images"][0]["url"]
    assert [each["url"] == first for each in edited["product"]["images"]] == [False, True]
    assert (edited["product"]["title"], edited["version"]) == ("龙井新茶", 2)
    assert "雨前" in (await Product.get()).search_text
    only = given | {"about": about | {"pictures": [{"existing": 0}]}, "expectedVersion": 2}
    await _do(api, "editProduct", only, token)
    assert await Upload.filter(status=UploadStatus.DETACHED).count() == 1
    assert (await Upload.get(id=second.id)).status is UploadStatus.ATTACHED
    assert (await _do(api, "editProduct", given, token))["code"] == "STALE"
    assert await _verbs() == ["product.edit", "product.edit", "product.create"]


async def test_staff_set_what_shipping_costs_and_an_edit_that_says_nothing_of_it_leaves_it(api: Api) -> None:
    user, token = await _merchant()
    made = await _a_tea(api, user, token)
    about = {"title": "龙井茶", "description": "明前", "category": "茶", "pictures": [{"existing": 0}]}
    given = {"id": made["product"]["id"], "about": about | {"shippingFen": 900}, "expectedVersion": 1}
    assert (await _do(api, "editProduct", given, token))["shipping"]["fen"] == 900
    (entry,) = await audit_log.page(limit=9, verb="product.edit")
    assert (entry.by_id, entry.detail) == (user, {"shipping_fen": [600, 900]})
    before = await everything()
    assert (await _do(api, "editProduct", given, token))["code"] == "STALE"
    assert await everything() == before
    silent = given | {"about": about, "expectedVersion": 2}
    assert (await _do(api, "editProduct", silent, token))["shipping"]["fen"] == 900
    free = given | {"about": about | {"shippingFen": 0}, "expectedVersion": 3}
    assert (await _do(api, "editProduct", free, token))["shipping"]["fen"] == 0


async def test_a_picture_of_somebody_else_or_for_something_else_is_refused(api: Api) -> None:
    user, token = await _merchant()
    made = await _a_tea(api, user, token)
    other = (await a_buyer()).id
    about = {"title": "龙井茶", "description": "", "category": "茶"}
    before_all = [
        [{"uploadId": to_public("upload", (await an_upload(other, UploadPurpose.PRODUCT)).id)}],
        [{"uploadId": to_public("upload", (await an_upload(user, UploadPurpose.POST)).id)}],
        [{"uploadId": to_public("upload", new_id())}],
    ]
    before = await everything()
    for pictures in before_all:
        given = {"id": made["product"]["id"], "about": about | {"pictures": pictures}, "expectedVersion": 1}
        assert (await _do(api, "editProduct", given, token))["code"] == "UPLOAD_INVALID"
    missing = {"id": made["product"]["id"], "about": about | {"pictures": [{"existing": 5}]}, "expectedVersion": 1}
    assert (await _do(api, "editProduct", missing, token))["code"] == "TARGET_NOT_FOUND"
    assert await everything() == before


async def _listed(api: Api, search: str | None) -> list[str]:
    """The products that anybody finds."""
    document = "query($s: String) { products(first: 9, filter: {search: $s}) { edges { node { id } } } }"
    return [each["node"]["id"] for each in (await api.outcome(document, {"s": search}))["edges"]]


async def test_off_sale_nobody_buys_it_alone_until_it_is_back(api: Api) -> None:
    _, token = await _merchant()
    deal = await a_deal()
    ann = await a_buyer()
    product = to_public("product", deal.product)
    off = await _do(api, "setProductOnSale", {"id": product, "onSale": False, "expectedVersion": 1}, token)
    assert off["offSaleAt"]
    assert [await _listed(api, search) for search in (None, "龙井")] == [[], []]
    # Its page, to which links may lead, does not say that it could be bought.
    page = "query($id: ID!) { product(id: $id) { title skus { available } } }"
    assert (await api(page, {"id": product}))["data"]["product"]["skus"] == [{"available": 0}]
    choice = SoloChoice(sku=None, quantity=1, address=ann.address)
    before = await everything()
    with pytest.raises(ProductNotFound):
        await buying.buy_now(buyer=ann.id, product=deal.product, choice=choice, key="b")
    assert await everything() == before
    await _do(api, "setProductOnSale", {"id": product, "onSale": True, "expectedVersion": 2}, token)
    assert [await _listed(api, search) for search in (None, "龙井")] == [[product], [product]]
    await buying.buy_now(buyer=ann.id, product=deal.product, choice=choice, key="b")
    assert await _verbs() == ["product.put_on_sale", "product.take_off_sale"]


async def test_a_choice_is_added_with_its_new_value_and_priced(api: Api) -> None:
    user, token = await _merchant()
    made = await _a_tea(api, user, token)
    given = {
        "productId": made["product"]["id"],
        "sku": {"optionValues": ["250g"], "priceFen": 15900, "stock": 2},
        "expectedVersion": 1,
    }
    added = await _do(api, "addSku", given, token)
    assert added["product"]["options"] == [{"name": "规格", "values": ["50g", "100g", "250g"]}]
    assert (len(added["skus"]), added["version"]) == (3, 2)
    assert (await _do(api, "addSku", given | {"expectedVersion": 2}, token))["code"] == "SKU_EXISTS"
    none = given | {"expectedVersion": 2, "sku": {"optionValues": [], "priceFen": 1, "stock": 2}}
    assert (await _do(api, "addSku", none, token))["code"] == "SKU_INVALID"
    priced = {"skuId": added["skus"][0]["id"], "priceFen": 3500, "expectedVersion": 2}
    assert (await _do(api, "priceSku", priced, token))["skus"][0]["price"]["fen"] == 3500
    assert (await _do(api, "priceSku", priced, token))["code"] == "STALE"
    assert await _verbs() == ["product.price_sku", "product.add_sku", "product.create"]


@pytest.mark.parametrize(
    ("verb", "changes", "code"),
    [
        ("priceSku", {"skuId": to_public("sku", new_id())}, "SKU_NOT_FOUND"),
        ("adjustStock", {"skuId": to_public("sku", new_id())}, "SKU_NOT_FOUND"),
        ("setStock", {"skuId": to_public("deal", new_id())}, "SKU_NOT_FOUND"),
        ("setProductOnSale", {"id": to_public("product", new_id())}, "PRODUCT_NOT_FOUND"),
        ("addSku", {"sku": {"optionValues": ["50g"], "priceFen": 1, "stock": 2}}, "SKU_EXISTS"),
        ("addSku", {"sku": {"optionValues": [], "priceFen": 1, "stock": 2}}, "SKU_INVALID"),
        ("adjustStock", {"delta": -6}, "STOCK_TOO_SMALL"),
        ("priceSku", {"expectedVersion": 2}, "STALE"),
        ("setStock", {"expectedStock": 4}, "STALE"),
    ],
)
async def test_what_staff_are_refused_changes_nothing(api: Api, verb: str, changes: dict[str, Any], code: str) -> None:
    user, token = await _merchant()
    made = await _a_tea(api, user, token)
    sku, product = {"skuId": made["skus"][0]["id"]}, made["product"]["id"]
    given: dict[str, dict[str, Any]] = {
        "priceSku": sku | {"priceFen": 1, "expectedVersion": 1},
        "adjustStock": sku | {"delta": 1, "idempotencyKey": "a"},
        "setStock": sku | {"stock": 1, "expectedStock": 5},
        "setProductOnSale": {"id": product, "onSale": False, "expectedVersion": 1},
        "addSku": {"productId": product, "expectedVersion": 1},
    }
    before = await everything()
    assert (await _do(api, verb, given[verb] | changes, token))["code"] == code
    assert await everything() == before


async def test_stock_is_adjusted_once_per_key_and_never_below_zero(api: Api) -> None:
    user, token = await _merchant()
    sku = (await _a_tea(api, user, token))["skus"][0]["id"]
    given = {"skuId": sku, "delta": -2, "reason": "盘亏", "idempotencyKey": "a"}
    for _ in range(2):
        assert (await _do(api, "adjustStock", given, token))["skus"][0]["stock"] == 3
    before = await everything()
    document = """mutation($input: AdjustStockInput!) { adjustStock(input: $input) {
      ... on StockTooSmall { code stock } } }"""
    too_many = {"skuId": sku, "delta": -4, "idempotencyKey": "b"}
    answer = await api(document, {"input": too_many}, token=token)
    assert answer["data"]["adjustStock"] == {"code": "STOCK_TOO_SMALL", "stock": 3}
    assert await everything() == before
    assert await _verbs() == ["product.adjust_stock", "product.create"]


async def test_stock_is_set_only_as_it_was_seen(api: Api) -> None:
    user, token = await _merchant()
    sku = (await _a_tea(api, user, token))["skus"][0]["id"]
    given = {"skuId": sku, "stock": 40, "expectedStock": 5}
    assert (await _do(api, "setStock", given, token))["skus"][0]["stock"] == 40
    assert (await _do(api, "setStock", given, token))["code"] == "STALE"
    assert sorted(each.stock for each in await Sku.all()) == [3, 40]
    assert await _verbs() == ["product.set_stock", "product.create"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"skus": [{"optionValues": [], "priceFen": 1, "stock": 1}]}, "SKU_INVALID"),
        ({"skus": [{"optionValues": ["1kg"], "priceFen": 1, "stock": 1}]}, "SKU_INVALID"),
        ({"skus": [{"optionValues": ["50g"], "priceFen": 1, "stock": 1}] * 2}, "SKU_INVALID"),
    ],
)
async def test_choices_that_the_options_do_not_have_are_refused(api: Api, changes: dict[str, Any], code: str) -> None:
    user, token = await _merchant()
    assert (await _a_tea(api, user, token, **changes))["code"] == code
    assert await Product.all().count() == 0


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"skus": []}, "input.skus"),
        ({"skus": [{"optionValues": ["50g"], "priceFen": -1, "stock": 1}]}, "input.skus.0.priceFen"),
        ({"options": [{"name": "x", "values": ["a", "a"]}]}, "input.options.0.values"),
        ({"about": {"title": "", "description": "", "category": "茶", "pictures": []}}, "input.about.title"),
        (
            {"about": {"title": "x", "description": "", "category": "茶", "pictures": [{}]}},
            "input.about.pictures.0",
        ),
    ],
)
async def test_malformed_products_are_bad_user_input(api: Api, changes: dict[str, Any], path: str) -> None:
    _, token = await _merchant()
    given = {
        "about": {"title": "x", "description": "", "category": "茶", "pictures": []},
        "options": [{"name": "规格", "values": ["50g"]}],
        "skus": [{"optionValues": ["50g"], "priceFen": 1, "stock": 1}],
        "idempotencyKey": "k",
    } | changes
    document = "mutation($input: CreateProductInput!) { createProduct(input: $input) { __typename } }"
    assert await api.bad_field(document, {"input": given}, token=token) == path
    assert await Product.all().count() == 0


_PRODUCTS = """query($onSale: Boolean, $search: String, $after: String) { staff {
  products(first: 2, onSale: $onSale, search: $search, after: $after) { edges { node { product { id title } version } }
    pageInfo { hasNextPage endCursor } } } }"""


async def test_staff_list_products(api: Api) -> None:
    _, token = await _merchant()
    made = [await a_deal(product_title=title) for title in ("龙井茶", "保温杯", "苹果")]
    await Product.filter(id=made[1].product).update(off_sale_at=(await Product.first()).created_at)  # type: ignore[union-attr]  # there are three
    seen, after = [], None
    for _ in range(2):
        listed = (await api(_PRODUCTS, {"after": after}, token=token))["data"]["staff"]["products"]
        seen += [edge["node"]["product"]["title"] for edge in listed["edges"]]
        after = listed["pageInfo"]["endCursor"]
    assert seen == ["苹果", "保温杯", "龙井茶"]

    async def titles(**given: Any) -> list[str]:
        edges = (await api(_PRODUCTS, given, token=token))["data"]["staff"]["products"]["edges"]
        return [edge["node"]["product"]["title"] for edge in edges]

    assert await titles(onSale=False) == ["保温杯"]
    assert await titles(onSale=True) == ["苹果", "龙井茶"]
    assert await titles(search="保温杯") == ["保温杯"]
    assert await titles(search="不存在") == []
