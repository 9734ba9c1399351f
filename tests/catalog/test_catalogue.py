"""Products, how they are found, and what sells beside them."""

import pytest
from tortoise.exceptions import IntegrityError

from app.catalog import actions, queries, rules
from app.catalog.actions import NewSku
from app.catalog.models import Product, Sku
from app.core.ids import ProductId, SkuId, new_id

pytestmark = pytest.mark.usefixtures("database")


async def a_product(title: str = "龙井茶", category: str = "茶", sold: int = 0) -> ProductId:
    product, _ = await actions.create_product(
        title=title,
        description="明前采摘",
        category=category,
        pictures=[{"path": "demo/tea.png", "width": 8, "height": 8}],
        options=[{"name": "规格", "values": ["100g", "250g"]}],
        skus=[NewSku(("100g",), 5900, 10), NewSku(("250g",), 12900, 10)],
    )
    await actions.count_sale(product=product, pieces=sold)
    return product


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("西湖龙井", {"西湖", "龙井"}),
        ("ＡＢＣ Tea", {"abc", "tea"}),
        ("250G 装", {"250g", "装"}),
        ("！！！ 🍵 ——", set()),
        ("", set()),
    ],
)
def test_text_is_cut_into_words_that_are_folded(text: str, words: set[str]) -> None:
    assert words <= set(rules.words_of(text))
    if not words:
        assert rules.words_of(text) == []


def test_what_is_searched_has_every_word_once_between_spaces() -> None:
    found = rules.searchable("西湖龙井", "龙井 茶", "")
    assert found.startswith(" ")
    assert found.endswith(" ")
    assert found.split().count("龙井") == 1
    assert " 茶 " in found


async def test_a_product_is_kept_with_its_kinds_in_their_order() -> None:
    product = await a_product()
    (kinds,) = (await queries.skus_of([product])).values()
    assert [(kind.option_values, kind.price_fen) for kind in kinds] == [(["100g"], 5900), (["250g"], 12900)]
    found = await queries.products([product, ProductId(new_id())])
    assert list(found) == [product]
    assert list(await queries.skus([kinds[0].id, SkuId(new_id())])) == [kinds[0].id]


async def test_what_was_sold_is_counted_and_taken_back() -> None:
    product = await a_product()
    await actions.count_sale(product=product, pieces=5)
    await actions.count_sale(product=product, pieces=-2)
    assert (await Product.get(id=product)).sold_count == 3


async def test_bestsellers_are_of_the_same_kind_first_and_never_the_product_itself() -> None:
    tea = await a_product("龙井茶", "茶", sold=9)
    other_tea = await a_product("毛峰", "茶", sold=1)
    best_tea = await a_product("红茶", "茶", sold=5)
    cup = await a_product("茶杯", "家居", sold=99)
    found = await queries.bestsellers(beside=tea, category="茶", limit=10)
    assert [each.id for each in found] == [best_tea, other_tea, cup]
    found = await queries.bestsellers(beside=tea, category="茶", limit=1)
    assert [each.id for each in found] == [best_tea]


async def test_the_database_refuses_stock_below_nothing() -> None:
    await a_product()
    with pytest.raises(IntegrityError):
        await Sku.all().update(stock=-1)
