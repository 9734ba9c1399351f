"""The shop's catalogue through the API."""

from typing import Any

import pytest

from app.catalog.actions import NewSku, create_product
from app.core.ids import ProductId, new_id, to_public
from tests.conftest import Api

_PRODUCTS = """query($first: Int!, $after: String, $search: String, $category: String) {
  products(first: $first, after: $after, filter: { search: $search, category: $category }) {
    edges { cursor node { id title category price { fen } } } pageInfo { hasNextPage endCursor } } }"""
_PRODUCT = "query($id: ID!) { product(id: $id) { id title description options { name values } price { fen } } }"


async def a_product(title: str, category: str = "茶") -> ProductId:
    product, _ = await create_product(
        title=title, description="明前", category=category, pictures=[],
        options=[{"name": "规格", "values": ["大", "小"]}],
        skus=[NewSku(("大",), 5900, 9), NewSku(("小",), 2900, 9)],
    )  # fmt: skip
    return product


async def _page(api: Api, **given: Any) -> dict[str, Any]:
    return dict(await api.outcome(_PRODUCTS, {"first": 10} | given))


async def test_the_catalogue_is_paged_through_without_gaps_and_doubles(api: Api) -> None:
    made = {to_public("product", await a_product(f"绿茶{number}")) for number in range(5)}
    await a_product("毛巾", category="家居")
    found = await _page(api, first=2, search="绿茶", category="茶")
    seen = [edge["node"]["id"] for edge in found["edges"]]
    await a_product("绿茶 新到")
    while found["pageInfo"]["hasNextPage"]:
        after = found["pageInfo"]["endCursor"]
        found = await _page(api, first=2, after=after, search="绿茶", category="茶")
        seen += [edge["node"]["id"] for edge in found["edges"]]
    assert set(seen) >= made
    assert len(set(seen)) == len(seen)


async def test_a_product_is_opened_by_its_id_and_by_node(api: Api) -> None:
    product = to_public("product", await a_product("龙井"))
    answer = await api(_PRODUCT, {"id": product})
    assert answer["data"]["product"] == {
        "id": product,
        "title": "龙井",
        "description": "明前",
        "options": [{"name": "规格", "values": ["大", "小"]}],
        "price": {"fen": 2900},
    }
    opened = await api("query($id: ID!) { node(id: $id) { ... on Product { title } } }", {"id": product})
    assert opened["data"]["node"] == {"title": "龙井"}
    for other in (to_public("product", new_id()), to_public("deal", new_id())):
        assert (await api(_PRODUCT, {"id": other}))["data"]["product"] is None


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"first": 0}, "first"),
        ({"after": "!!"}, "after"),
        ({"search": "x" * 101}, "filter.search"),
        ({"category": "x" * 33}, "filter.category"),
    ],
)
async def test_what_is_malformed_is_bad_user_input(api: Api, given: dict[str, Any], path: str) -> None:
    assert await api.bad_field(_PRODUCTS, {"first": 1} | given) == path
