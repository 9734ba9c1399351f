"""What a search finds, what it leaves alone, and in which order."""

from collections.abc import Sequence

import pytest

from app.catalog import jobs, queries, rules
from app.catalog.actions import NewSku, count_sale, create_product
from app.core.ids import ProductId
from app.group_buying import queries as group_buying
from tests.factories.group_buying import a_deal

pytestmark = pytest.mark.usefixtures("database")


async def a_product(title: str, *, category: str = "杂货", description: str = "好东西") -> ProductId:
    product, _ = await create_product(
        title=title, description=description, category=category, pictures=[], options=[], skus=[NewSku((), 990, 9)]
    )
    return product


async def _titles(search: str = "", category: str | None = None) -> list[str]:
    found = await queries.products_page(search=search, category=category, limit=50, after=None)
    rows = await queries.products([each.id for each in found])
    return [rows[each.id].title for each in found]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("龙井茶", ["龙井", "茶"]),
        ("纯棉毛巾", ["纯棉", "毛巾"]),
        ("Ｃotton TOWELS", ["cotton", "towels"]),
        ("连衣裙 连衣裙", ["连衣", "裙"]),
        ("！！🍵", []),
        (" ".join(f"w{number}" for number in range(20)), [f"w{number}" for number in range(8)]),
    ],
)
def test_a_query_is_cut_as_finely_as_the_dictionary_can(query: str, words: list[str]) -> None:
    assert [term.word for term in rules.terms_of(query)] == words


SHELF = [
    "西湖龙井茶 250g",
    "纯棉毛巾 三条装",
    "大码真丝连衣裙",
    "Cotton bath towel",
    "云南小粒咖啡豆",
    "20000mAh 充电宝",
]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("龙井", ["西湖龙井茶 250g"]),
        ("龙井茶", ["西湖龙井茶 250g"]),
        ("茶", ["西湖龙井茶 250g"]),
        ("茶 龙井", ["西湖龙井茶 250g"]),
        ("毛巾", ["纯棉毛巾 三条装"]),
        ("纯棉 茶", []),
        ("连衣裙", ["大码真丝连衣裙"]),
        ("真丝裙", ["大码真丝连衣裙"]),
        ("咖啡豆", ["云南小粒咖啡豆"]),
        ("充电宝", ["20000mAh 充电宝"]),
        ("TOWELS", []),
        ("tow", ["Cotton bath towel"]),
        ("owel", []),
        ("ｃｏｔ towel", ["Cotton bath towel"]),
        ("250", ["西湖龙井茶 250g"]),
        ("%", []),
        ("_", []),
        ("！", []),
        ("|", []),
    ],
)
async def test_a_search_finds_what_has_all_its_words(search: str, found: Sequence[str]) -> None:
    for title in SHELF:
        await a_product(title)
    assert await _titles(search) == found


async def test_what_only_begins_alike_inside_a_word_is_not_found() -> None:
    await a_product("井盖")
    await a_product("龙井")
    assert await _titles("井盖") == ["井盖"]
    assert await _titles("龙 井盖") == []


async def test_the_title_counts_more_than_the_category_and_that_more_than_the_description() -> None:
    await a_product("玻璃杯", description="泡龙井正好")
    await a_product("明前春茶", category="龙井")
    await a_product("龙井 礼盒")
    await a_product("龙井村明信片")
    assert await _titles("龙井") == ["龙井 礼盒", "龙井村明信片", "明前春茶", "玻璃杯"]


async def test_among_equals_what_sold_best_is_first_and_a_sale_shifts_no_page() -> None:
    products = {title: await a_product(title) for title in ("绿茶一号", "绿茶二号", "绿茶三号", "绿茶四号")}
    for number, product in enumerate(products.values()):
        await count_sale(product=product, pieces=number)
    assert await jobs.look_at_sales() == 3
    assert await jobs.look_at_sales() == 0
    first = await queries.products_page(search="绿茶", category=None, limit=2, after=None)
    await count_sale(product=products["绿茶一号"], pieces=100)
    last = first[-1]
    rest = await queries.products_page(
        search="绿茶", category=None, limit=9, after=(last.relevance, last.popularity, last.id)
    )
    assert [each.id for each in [*first, *rest]] == list(reversed(products.values()))
    await jobs.look_at_sales()
    assert (await _titles("绿茶"))[0] == "绿茶一号"


async def test_a_category_is_listed_by_itself_and_searched_in() -> None:
    await a_product("龙井", category="茶")
    await a_product("白茶", category="茶")
    await a_product("茶杯", category="器")
    assert sorted(await _titles(category="茶")) == ["白茶", "龙井"]
    assert await _titles("龙井", category="茶") == ["龙井"]
    assert await _titles("龙井", category="器") == []
    assert len(await _titles()) == 3


async def _deals(search: str) -> list[str]:
    found = await group_buying.deals_page(search=search, limit=50, after=None)
    rows = await group_buying.deals([each.id for each in found])
    return [rows[each.id].title for each in found]


async def test_a_deal_is_found_by_its_own_words_and_not_by_another_s() -> None:
    await a_deal(title="西湖龙井 三人团", product_title="龙井茶")
    await a_deal(title="纯棉毛巾 拼团", product_title="纯棉毛巾")
    assert await _deals("龙井") == ["西湖龙井 三人团"]
    assert await _deals("毛巾") == ["纯棉毛巾 拼团"]
    assert await _deals("龙井 毛巾") == []


async def test_a_deal_whose_title_has_the_word_comes_before_one_whose_product_has_it() -> None:
    await a_deal(title="春茶节", product_title="龙井")
    await a_deal(title="龙井专场", product_title="绿茶")
    assert await _deals("龙井") == ["龙井专场", "春茶节"]
